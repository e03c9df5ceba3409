//! The grammar of a shell, as far as files of variables use it: POSIX.1-2017, XCU 2.2 and 2.3, and bash's arrays.
//!
//! A statement is a line, with those that its quotes and arrays run over. One that is `NAME=word` from the line's start and
//! nothing else assigns a variable; any other, and one that is indented as in a function or condition, is the user's program.

use crate::text::take_until;

/// What assigns a variable last.
#[derive(PartialEq, Eq)]
pub enum Last {
    /// Nothing.
    None,
    /// A statement that does nothing else.
    Alone,
    /// The user's program.
    Program,
}

/// A line, with those that its quotes and arrays run over.
#[derive(Clone, Copy, Default)]
pub struct Statement<'a> {
    /// All of it, with its end.
    pub line: &'a [u8],
    /// The variable, if this assigns one and does nothing else; otherwise empty.
    pub name: &'a [u8],
    /// The word behind the `=`.
    pub value: &'a [u8],
}

impl<'a> Statement<'a> {
    /// What is behind the word.
    pub fn tail(&self) -> &'a [u8] {
        self.line.get(self.name.len() + 1 + self.value.len()..).unwrap_or_default()
    }
}

/// The statements that are left of a file.
#[derive(Clone, Copy)]
pub struct File<'a>(&'a [u8]);

impl<'a> File<'a> {
    /// The statements of `text`; `None` if the last one is not complete.
    #[inline(never)]
    pub fn new(text: &'a [u8]) -> Option<Self> {
        let mut rest = Self(text);
        let mut statement = Statement::default();
        while rest.take(&mut statement) {}
        rest.0.is_empty().then_some(Self(text))
    }

    /// Takes the next statement; at the end `false` and an empty one.
    #[inline(never)]
    pub fn take(&mut self, statement: &mut Statement<'a>) -> bool {
        *statement = Statement::default();
        let Some((line, behind)) = self.0.split_at_checked(extent(self.0, false)) else { return false };
        statement.line = line;
        let len = line.iter().position(|byte| !is_name(*byte)).unwrap_or_default();
        if let Some((name, [b'=', word @ ..])) = line.split_at_checked(len)
            && let Some((value, tail)) = word.split_at_checked(extent(word, true))
            && matches!(tail.trim_ascii_start(), [] | [b'#', ..])
        {
            (statement.name, statement.value) = (name, value);
        }
        self.0 = behind;
        !line.is_empty()
    }

    /// The word that a statement of its own assigns to `name` last; empty if none does.
    pub fn value(mut self, name: &[u8]) -> &'a [u8] {
        let (mut statement, mut value) = (Statement::default(), &b""[..]);
        while self.take(&mut statement) {
            if statement.name == name {
                value = statement.value;
            }
        }
        value
    }

    /// What assigns `name` last.
    #[inline(never)]
    pub fn last(mut self, name: &[u8]) -> Last {
        let (mut statement, mut last) = (Statement::default(), Last::None);
        while self.take(&mut statement) {
            if statement.name == name {
                last = Last::Alone;
            } else if statement.name.is_empty() && mentions(statement.line, name) {
                last = Last::Program;
            }
        }
        last
    }
}

/// Whether a piece of `line` looks like an assignment to `name`; nothing in a comment does.
fn mentions(line: &[u8], name: &[u8]) -> bool {
    let (mut rest, mut before) = (line, b' ');
    while let [byte, behind @ ..] = rest
        && line.first() != Some(&b'#')
    {
        if let Some([b'=' | b'+', ..]) = rest.strip_prefix(name)
            && !is_name(before)
        {
            return true;
        }
        before = *byte;
        rest = behind;
    }
    false
}

/// Whether `word` is in a list of words with a space behind each, where `#` stands for decimal digits or nothing, and a `*`
/// at the end for anything.
#[inline(never)]
pub fn is_one_of(word: &[u8], list: &str) -> bool {
    let mut rest = list;
    while let Some(one) = take_until(&mut rest, b' ') {
        if fits(word, one) {
            return true;
        }
    }
    false
}

/// Whether `word` is `pattern`, as in a list of [`is_one_of`].
fn fits(word: &[u8], pattern: &str) -> bool {
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
            _ if *byte == b'*' => return true,
            _ => return false,
        }
    }
    rest.is_empty()
}

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// How long the line or the word that `text` begins with is; too long if a quote or an array in it is open, or the next line belongs to it
/// and there is none.
#[inline(never)]
fn extent(text: &[u8], is_word: bool) -> usize {
    // What ends the quote or comment at hand; whether an array is open; the byte before, but 0 for one that a backslash before it or a quote
    // makes harmless.
    let (mut until, mut array, mut before) = (0, false, if is_word { b'=' } else { b' ' });
    let (mut len, mut continues) = (0, false);
    for &byte in text {
        continues = byte == b'\n' && before == b'\\';
        let mut is_plain = until == b'\'' || until == b'\n';
        if before == b'\\' {
            is_plain = true;
        } else if until == 0 {
            match byte {
                b'\'' | b'"' => until = byte,
                b'(' if before == b'=' => array = true,
                b')' if array => array = false,
                b'#' if matches!(before, b' ' | b'\t' | b'\n') || array && before == b'(' => until = b'\n',
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' if is_word && !array => break,
                _ => {}
            }
        } else if byte == until {
            until = 0;
        }
        len += 1;
        if byte == b'\n' && until == 0 && !array && !continues {
            break;
        }
        before = if is_plain { 0 } else { byte };
    }
    if matches!(until, 0 | b'\n') && !array && before != b'\\' && !continues { len } else { usize::MAX }
}

/// A word without the quotes around it.
pub fn unquoted(word: &[u8]) -> &[u8] {
    match word {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => word,
    }
}
