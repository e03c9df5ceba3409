//! Answers to the host: `{"returncode": "...", "message": "..."}` on one line of printable ASCII.
//!
//! The host reads an answer through `xenstore-read`, which escapes what is not printable, and parses the result as JSON
//! (protocol notes in docs/protocol.md). So the JSON text never holds a backslash: characters that would need one are replaced.

use crate::error::Error;
use crate::limits::MESSAGE_LEN;
use crate::text::{Line, Parts, Show, Text};

/// The return code of an answer; a JSON string on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// `0`: done.
    Done,
    /// `D0`: done, the message is the agent's public value (keyinit only).
    Key,
    /// `404`: no such command.
    Unknown,
    /// `500`: not done; the message says why.
    Failed,
}

impl Code {
    /// The code as the host reads it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "0",
            Self::Key => "D0",
            Self::Unknown => "404",
            Self::Failed => "500",
        }
    }
}

/// One answer.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct Answer {
    /// What the host decides by.
    pub code: Code,
    /// What a person reads; any text, made safe when it is emitted.
    pub message: Text<MESSAGE_LEN>,
}

impl Answer {
    /// An answer whose message is formatted from `message`.
    pub fn new(code: Code, message: &str, parts: &Parts<'_>) -> Self {
        Self { code, message: Text::of(message, parts) }
    }

    /// `0` and no message.
    pub const fn empty() -> Self {
        Self { code: Code::Done, message: Text::new() }
    }

    /// Makes it this answer.
    #[inline(never)]
    pub fn set(&mut self, code: Code, message: &str, parts: &Parts<'_>) {
        self.code = code;
        self.message.clear();
        self.message.add(message, parts);
    }

    /// `0` and a message.
    pub fn done(message: &str, parts: &Parts<'_>) -> Self {
        Self::new(Code::Done, message, parts)
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        Self::new(Code::Failed, "%", &[&error])
    }
}

/// The JSON text of the answer.
impl Show for Answer {
    fn show(&self, line: &mut Line) {
        line.fill("{\"returncode\": \"%\", \"message\": \"", &[&self.code.as_str()]);
        self.message.as_bytes().iter().filter_map(|&byte| printable(byte)).for_each(|byte| line.put_byte(byte));
        line.put("\"}");
    }
}

/// What stands for an octet of UTF-8 text in an answer: printable ASCII that JSON writes without a backslash; one `?` for each other
/// character, at its first octet.
fn printable(byte: u8) -> Option<u8> {
    Some(match byte {
        b'"' => b'\'',
        b'\\' => b'/',
        b'\t' | b'\n' | b'\r' => b' ',
        b' '..=b'~' => byte,
        0x80..0xc0 => return None,
        _ => b'?',
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::String};

    #[test]
    fn an_answer_is_one_line_of_printable_ascii_without_backslash() {
        let every: String = (0..0x250).filter_map(char::from_u32).collect();
        let text = format!("{}", Answer::new(Code::Failed, "%", &[&every.as_str()]));
        assert!(text.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'\\'));
        assert_eq!(text.matches('"').count(), 8);
        assert_eq!(format!("{}", Answer::done("caf\u{e9} \"x\" \\n", &[])), "{\"returncode\": \"0\", \"message\": \"caf? 'x' /n\"}");
    }
}
