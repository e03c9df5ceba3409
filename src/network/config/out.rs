//! What a renderer puts.

use crate::error::Error;
use crate::ports::Sink;
use crate::text::{Parts, Text};

/// Takes a file's new bytes; the first error stays.
pub struct Out<'a> {
    sink: &'a mut dyn Sink,
    error: Result<(), Error>,
}

impl<'a> Out<'a> {
    /// Puts into `sink`.
    pub fn new(sink: &'a mut dyn Sink) -> Self {
        Self { sink, error: Ok(()) }
    }

    /// Puts a template.
    pub fn add(&mut self, template: &str, parts: &Parts<'_>) {
        let text = Text::<512>::of(template, parts);
        self.put(text.as_bytes());
    }

    /// Puts bytes.
    pub fn put(&mut self, bytes: &[u8]) {
        if self.error.is_ok() {
            self.error = self.sink.put(bytes);
        }
    }
}

impl Out<'_> {
    /// How it went.
    ///
    /// # Errors
    ///
    /// The first one.
    pub fn finish(self) -> Result<(), Error> {
        self.error
    }
}
