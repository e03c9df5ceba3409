//! The grammar of a shell, as far as files of variables use it: POSIX.1-2017, XCU 2.2 to 2.10, and bash's arrays.
//!
//! What is not seen: here-documents, quotes inside a `$( )` inside quotes, reserved words in odd places (`time`, `function`).

use crate::text::cut;

/// What assigns a variable last.
#[derive(PartialEq, Eq)]
pub enum Last {
    /// Nothing.
    None,
    /// A statement that does nothing else.
    Alone,
    /// Something else: a compound command, or one of several in a line.
    Program,
}

/// A line, with those that its quotes and arrays run over.
pub struct Statement<'a> {
    /// All of it, with its end.
    pub line: &'a [u8],
    /// The variable, if this assigns one and does nothing else; otherwise empty.
    pub name: &'a [u8],
    /// The word behind the `=`. That of `+=` has these signs in front, and so equals no value.
    pub value: &'a [u8],
    /// Octets of the line up to the name and with it.
    head_len: usize,
    /// Octets of what is behind the word.
    tail_len: usize,
    /// Whether there is anything but blanks and comments.
    runs: bool,
}

impl<'a> Statement<'a> {
    /// The line up to the name and with it.
    pub fn head(&self) -> &'a [u8] {
        self.line.get(..self.head_len).unwrap_or_default()
    }

    /// What is behind the word.
    pub fn tail(&self) -> &'a [u8] {
        self.line.get(self.line.len() - self.tail_len..).unwrap_or_default()
    }
}

/// The statements that are left of a file.
#[derive(Clone, Copy)]
pub struct File<'a> {
    rest: &'a [u8],
    /// Compound commands around the next statement.
    depth: u32,
    /// Whether what ends compound commands does not match what begins them, as seen here: then nothing counts as inside of one.
    flat: bool,
}

/// Reserved words that begin a compound command.
const BEGIN: &str = "if case for while until select { ";

/// Those that end one.
const END: &str = "fi esac done } ";

/// Those that a command follows.
const LEAD: &str = "if while until then do else elif { ! ";

/// Commands that may be in front of an assignment.
const EXPORT: &str = "export readonly ";

impl<'a> File<'a> {
    /// The statements of `text`; `None` if the last one is not complete.
    pub fn new(text: &'a [u8]) -> Option<Self> {
        let mut file = Self { rest: text, depth: 0, flat: false };
        while file.take().is_some() {}
        let flat = file.flat || file.depth > 0;
        file.rest.is_empty().then_some(Self { rest: text, depth: 0, flat })
    }

    /// Takes the next statement.
    #[inline(never)]
    pub fn take(&mut self) -> Option<Statement<'a>> {
        let (line, outside) = (self.rest, self.depth == 0);
        let mut statement = Statement { line, name: b"", value: b"", head_len: 0, tail_len: 0, runs: false };
        // Whether a command begins here; whether the next line belongs to it; whether an assignment is all that was seen.
        let (mut begins, mut joins, mut alone) = (true, false, true);
        let mut rest = line;
        loop {
            rest = match rest {
                [b'\n', behind @ ..] if !joins => {
                    rest = behind;
                    break;
                }
                [b' ' | b'\t' | b'\n', behind @ ..] => behind,
                [b'#', ..] => behind_comment(rest),
                [b'&', b'&', behind @ ..] | [b'|', behind @ ..] => {
                    (begins, joins, alone) = (true, true, false);
                    behind
                }
                [byte, behind @ ..] if is_operator(*byte) => {
                    (begins, joins) = (true, false);
                    alone &= *byte == b';';
                    behind
                }
                [] if joins => return None,
                [] => break,
                _ => {
                    let (word, behind) = rest.split_at_checked(word_len(rest)?)?;
                    let (name, value) = assignment(word);
                    if statement.name.is_empty() && !name.is_empty() {
                        (statement.name, statement.value) = (name, value);
                        (statement.head_len, statement.tail_len) = (line.len() - rest.len() + name.len(), behind.len());
                    } else {
                        alone &= statement.name.is_empty() && is_one_of(word, EXPORT);
                    }
                    (begins, joins) = (begins && self.leads(word), false);
                    statement.runs = true;
                    behind
                }
            };
        }
        let inside = !outside || self.depth > 0;
        if !alone || inside && !self.flat {
            statement.name = b"";
        }
        statement.line = line.get(..line.len() - rest.len())?;
        statement.tail_len = statement.tail_len.saturating_sub(rest.len());
        self.rest = rest;
        (!statement.line.is_empty()).then_some(statement)
    }

    /// Takes note of a word where a command begins; whether one begins behind it, too.
    #[inline(never)]
    fn leads(&mut self, word: &[u8]) -> bool {
        if is_one_of(word, BEGIN) {
            self.depth += 1;
        } else if is_one_of(word, END) {
            self.flat |= self.depth == 0;
            self.depth = self.depth.saturating_sub(1);
        }
        is_one_of(word, LEAD)
    }

    /// The word that a statement of its own assigns to `name` last; empty if none does.
    #[inline(never)]
    pub fn value(mut self, name: &[u8]) -> &'a [u8] {
        let mut value: &[u8] = b"";
        while let Some(statement) = self.take() {
            if statement.name == name {
                value = statement.value;
            }
        }
        value
    }

    /// What assigns `name` last.
    #[inline(never)]
    pub fn last(mut self, name: &[u8]) -> Last {
        let mut last = Last::None;
        while let Some(statement) = self.take() {
            if statement.name.is_empty() {
                if statement.runs && mentions(statement.line, name) {
                    last = Last::Program;
                }
            } else if statement.name == name {
                last = Last::Alone;
            }
        }
        last
    }
}

/// Whether a piece of `text` looks like an assignment to `name`.
fn mentions(text: &[u8], name: &[u8]) -> bool {
    let (mut rest, mut inside) = (text, false);
    while let [byte, behind @ ..] = rest {
        if let Some([b'=', ..] | [b'+', b'=', ..]) = rest.strip_prefix(name)
            && !inside
        {
            return true;
        }
        inside = is_name(*byte);
        rest = behind;
    }
    false
}

/// Whether `word` is in a list of words with a space behind each, where `#` stands for decimal digits or nothing.
#[inline(never)]
pub fn is_one_of(word: &[u8], list: &str) -> bool {
    let mut rest = list;
    while let Some((one, behind)) = cut(rest, b' ') {
        if fits(word, one) {
            return true;
        }
        rest = behind;
    }
    false
}

/// Whether `word` is `pattern`, as in a list of [`is_one_of`].
#[inline(never)]
pub fn fits(word: &[u8], pattern: &str) -> bool {
    let mut rest = word;
    for byte in pattern.as_bytes() {
        match rest {
            [b'0'..=b'9', ..] if *byte == b'#' => {
                while let [b'0'..=b'9', behind @ ..] = rest {
                    rest = behind;
                }
            }
            [first, behind @ ..] if first == byte => rest = behind,
            _ if *byte == b'#' => {}
            _ => return false,
        }
    }
    rest.is_empty()
}

#[inline(never)]
fn is_operator(byte: u8) -> bool {
    matches!(byte, b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// The name and the value of an assignment; an empty name for any other word.
fn assignment(word: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = word;
    while let [byte, behind @ ..] = rest
        && is_name(*byte)
    {
        rest = behind;
    }
    let name = word.strip_suffix(rest).unwrap_or_default();
    match rest {
        _ if name.first().is_none_or(u8::is_ascii_digit) => (b"", rest),
        [b'=', value @ ..] => (name, value),
        [b'+', b'=', ..] => (name, rest),
        _ => (b"", rest),
    }
}

/// What is behind a comment: the end of its line, or nothing.
#[inline(never)]
fn behind_comment(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let [byte, behind @ ..] = rest
        && *byte != b'\n'
    {
        rest = behind;
    }
    rest
}

/// The length of the word that `text` begins with; `None` if a quote or an array in it is open.
fn word_len(text: &[u8]) -> Option<usize> {
    let (mut rest, mut before, mut quote, mut array) = (text, 0, 0u8, false);
    while let [byte, behind @ ..] = rest {
        rest = match *byte {
            b'\\' if quote != b'\'' => match behind {
                [] | [b'\n'] => return None,
                [_, behind @ ..] => behind,
            },
            byte if byte == quote => {
                quote = 0;
                behind
            }
            _ if quote != 0 => behind,
            b'\'' | b'"' => {
                quote = *byte;
                behind
            }
            b'(' if before == b'=' => {
                array = true;
                behind
            }
            b')' if array => {
                array = false;
                behind
            }
            b'#' if array && matches!(before, b' ' | b'\t' | b'\n' | b'(') => behind_comment(rest),
            b' ' | b'\t' | b'\n' if !array => break,
            byte if !array && is_operator(byte) => break,
            _ => behind,
        };
        before = *byte;
    }
    (quote == 0 && !array).then_some(text.len() - rest.len())
}

/// A word without the quotes around it.
pub fn unquoted(word: &[u8]) -> &[u8] {
    match word {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => word,
    }
}

/// In place of an open quote: every octet counts, quotes as well.
pub const RAW: u8 = 0xff;

/// Takes the next octet that the shell makes of a word; NUL, which is in no word, for what it would expand or unescape.
#[inline(never)]
pub fn take_literal(word: &mut &[u8], quote: &mut u8) -> Option<u8> {
    while let Some((&byte, rest)) = word.split_first() {
        *word = rest;
        match byte {
            _ if *quote == RAW => return Some(byte),
            b'\'' | b'"' if *quote == 0 => *quote = byte,
            _ if byte == *quote => *quote = 0,
            b'\\' | b'$' | b'`' if *quote != b'\'' => return Some(0),
            _ => return Some(byte),
        }
    }
    None
}
