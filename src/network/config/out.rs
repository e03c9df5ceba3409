//! Where a renderer writes: templates into a sink. The first error sticks, so that renderers need not look at each line's.

use crate::error::{Errno, Error, What};
use crate::limits::PIECE_LEN;
use crate::ports::Sink;
use crate::text::{Parts, Text};

/// A file's new content in the making.
pub struct Out<'a> {
    sink: &'a mut dyn Sink,
    result: Result<(), Error>,
}

impl<'a> Out<'a> {
    /// Writes into `sink`.
    pub fn new(sink: &'a mut dyn Sink) -> Self {
        Self { sink, result: Ok(()) }
    }

    /// Appends bytes.
    #[inline(never)]
    pub fn put(&mut self, bytes: &[u8]) {
        if self.result.is_ok() {
            self.result = self.sink.put(bytes);
        }
    }

    /// Appends `template`, each `%` in it replaced by the next part. More than [`PIECE_LEN`] octets are a bug.
    #[inline(never)]
    pub fn add(&mut self, template: &str, parts: &Parts<'_>) {
        let mut piece = Text::<PIECE_LEN>::of(template, parts);
        if piece.is_clipped() {
            self.fail(Error::bug(What::PieceTooLong));
            piece.clear();
        }
        self.put(piece.as_bytes());
    }

    /// Gives up with `error`, unless there was one before.
    pub fn fail(&mut self, error: Error) {
        if self.result.is_ok() {
            self.result = Err(error);
        }
    }

    /// Gives up on a file that cannot be read as what it should be.
    #[inline(never)]
    pub fn refuse(&mut self) {
        self.fail(Error::System(What::ReplaceFile, Errno(libc::EINVAL)));
    }

    /// How it went.
    ///
    /// # Errors
    ///
    /// The first one.
    pub fn finish(self) -> Result<(), Error> {
        self.result
    }
}

impl Sink for Out<'_> {
    /// Never fails: the error sticks.
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.put(bytes);
        Ok(())
    }
}
