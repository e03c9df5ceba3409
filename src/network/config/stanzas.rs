//! `/etc/network/interfaces` line by line: interfaces(5) of ifupdown, which ifupdown-ng and busybox read nearly alike.
//!
//! What a line is; not what becomes of it.

use crate::network::ip::Family;
use crate::network::lines::take_line;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Blank,
    /// A comment.
    Comment,
    /// The first line of an interface's stanza.
    Iface,
    /// `auto` or `allow-CLASS`, and the names of interfaces.
    Select,
    /// `source` or `source-directory`.
    Source,
    /// The first line of any other stanza.
    Other,
    /// An option of the stanza that is open.
    Option,
}

/// The words that begin a stanza, and what they begin. Every other word is an option.
const KEYWORDS: &str = "iface auto source source-directory mapping template rename no-auto-down no-scripts";
const KINDS: [Kind; 4] = [Kind::Iface, Kind::Select, Kind::Source, Kind::Source];

/// The first line of an interface's stanza.
pub struct Head<'a> {
    /// The interface's name.
    pub name: &'a [u8],
    /// The family. ifupdown-ng needs none; such a stanza counts as one of IPv4, and has no method.
    pub family: Family,
    /// How the interface gets its addresses.
    pub method: &'a [u8],
    /// What follows: `inherits NAME`.
    pub tail: &'a [u8],
}

/// Takes a line with its end from the front of `text`, and with it those that a backslash at its end joins to it.
#[inline(never)]
pub fn take<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let start = *text;
    let mut line = take_line(text)?;
    if kind(&mut &*line) != Kind::Comment {
        while line.ends_with(b"\\\n")
            && let Some(next) = take_line(text)
        {
            line = next;
        }
    }
    start.get(..start.len() - text.len())
}

/// Takes a word from the front of `text`; an empty one at the end. A backslash is the one that joins lines: no word that matters here has
/// another.
#[inline(never)]
pub fn take_word<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let mut rest = *text;
    let (mut start, mut len) = (rest, 0);
    while let Some((byte, behind)) = rest.split_first() {
        let parts = byte.is_ascii_whitespace() || *byte == b'\\';
        if parts && len > 0 {
            break;
        }
        rest = behind;
        if parts {
            start = rest;
        } else {
            len += 1;
        }
    }
    *text = rest;
    start.get(..len).unwrap_or_default()
}

/// The place of a word in a list of words.
#[inline(never)]
pub fn place(list: &str, word: &[u8]) -> Option<usize> {
    let (mut list, mut place) = (list.as_bytes(), 0);
    loop {
        match take_word(&mut list) {
            b"" => return None,
            found if found == word => return Some(place),
            _ => place += 1,
        }
    }
}

/// What `line` is; its first word is taken from it.
#[inline(never)]
pub fn kind(line: &mut &[u8]) -> Kind {
    let word = take_word(line);
    match word.first() {
        None => Kind::Blank,
        Some(b'#') => Kind::Comment,
        _ if word.starts_with(b"allow-") => Kind::Select,
        _ => match place(KEYWORDS, word) {
            None => Kind::Option,
            Some(place) => KINDS.get(place).copied().unwrap_or(Kind::Other),
        },
    }
}

/// The first line of a stanza behind its first word; `None` for families that nobody wants anything of here.
#[inline(never)]
pub fn head(mut rest: &[u8]) -> Option<Head<'_>> {
    let name = take_word(&mut rest);
    let mut head = Head { name, family: Family::V4, method: b"", tail: rest };
    match place("inet inet6 inherits", take_word(&mut rest)) {
        Some(2) => return Some(head),
        Some(place) => {
            if place == 1 {
                head.family = Family::V6;
            }
            head.method = take_word(&mut rest);
            head.tail = rest;
        }
        None if !head.tail.trim_ascii().is_empty() => return None,
        None => {}
    }
    Some(head)
}
