//! `/etc/network/interfaces` line by line: interfaces(5) of ifupdown, which ifupdown-ng and busybox read nearly alike.
//!
//! What a line is; not what becomes of it.

use crate::network::ip::Family;
use crate::network::lines::take_line;

/// What a line is.
pub enum Kind<'a> {
    /// Nothing.
    Blank,
    /// A comment.
    Comment,
    /// `auto` or `allow-CLASS`, and the names of interfaces.
    Select(&'a [u8], &'a [u8]),
    /// The first line of an interface's stanza.
    Iface(Head<'a>),
    /// `source` or `source-directory`, and a path.
    Source(&'a [u8]),
    /// The first line of any other stanza.
    Other,
    /// An option of the stanza that is open: its name and its value.
    Option(&'a [u8], &'a [u8]),
}

/// The first line of an interface's stanza.
#[derive(Clone, Copy)]
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
    if !line.trim_ascii_start().starts_with(b"#") {
        while line.ends_with(b"\\\n")
            && let Some(next) = take_line(text)
        {
            line = next;
        }
    }
    start.get(..start.len() - text.len())
}

/// Takes a word from the front of `text`; an empty one at the end.
#[inline(never)]
pub fn take_word<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    // A backslash is the one that joins lines: no word that matters here has another.
    let parts = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'\\';
    let start = text.iter().position(|byte| !parts(byte)).unwrap_or(text.len());
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.iter().position(parts).unwrap_or(rest.len());
    let (word, rest) = rest.split_at_checked(end).unwrap_or_default();
    *text = rest;
    word
}

/// What `line` is.
#[inline(never)]
pub fn kind(line: &[u8]) -> Kind<'_> {
    let mut rest = line;
    let keyword = take_word(&mut rest);
    match keyword {
        b"" => Kind::Blank,
        [b'#', ..] => Kind::Comment,
        b"iface" => head(rest).map_or(Kind::Other, Kind::Iface),
        b"source" | b"source-directory" => Kind::Source(take_word(&mut rest)),
        b"mapping" | b"template" | b"rename" | b"no-auto-down" | b"no-scripts" => Kind::Other,
        b"auto" => Kind::Select(keyword, rest),
        _ if keyword.starts_with(b"allow-") => Kind::Select(keyword, rest),
        _ => Kind::Option(keyword, rest.trim_ascii()),
    }
}

fn head(mut rest: &[u8]) -> Option<Head<'_>> {
    let name = take_word(&mut rest);
    let mut head = Head { name, family: Family::V4, method: b"", tail: rest };
    match take_word(&mut rest) {
        b"inet" => {}
        b"inet6" => head.family = Family::V6,
        b"" | b"inherits" => return Some(head),
        _ => return None,
    }
    head.method = take_word(&mut rest);
    head.tail = rest;
    Some(head)
}

/// Whether the stanza that is open in front of `text` has an option for which `each` is true.
#[inline(never)]
pub fn any_option(mut text: &[u8], each: &dyn Fn(&[u8], &[u8]) -> bool) -> bool {
    while let Some(line) = take(&mut text) {
        match kind(line) {
            Kind::Blank | Kind::Comment => {}
            Kind::Option(name, value) if !each(name, value) => {}
            Kind::Option(..) => return true,
            _ => return false,
        }
    }
    false
}

/// Whether a stanza for the interface follows in `text`, of this family if one is given.
#[inline(never)]
pub fn has_stanza(mut text: &[u8], name: &[u8], family: Option<Family>) -> bool {
    while let Some(line) = take(&mut text) {
        if let Kind::Iface(head) = kind(line)
            && head.name == name
            && family.is_none_or(|family| family == head.family)
        {
            return true;
        }
    }
    false
}

/// Whether an `auto` or `allow-CLASS` line in `text` names the interface.
#[inline(never)]
pub fn is_selected(mut text: &[u8], name: &[u8]) -> bool {
    while let Some(line) = take(&mut text) {
        let Kind::Select(_, mut names) = kind(line) else { continue };
        loop {
            match take_word(&mut names) {
                b"" => break,
                word if word == name => return true,
                _ => {}
            }
        }
    }
    false
}

/// The stanza that a comment in front of `text` heads: only comments and `auto` lines may be in between.
#[inline(never)]
pub fn headed(mut text: &[u8]) -> Option<Head<'_>> {
    while let Some(line) = take(&mut text) {
        match kind(line) {
            Kind::Blank | Kind::Comment | Kind::Select(..) => {}
            Kind::Iface(head) => return Some(head),
            _ => return None,
        }
    }
    None
}
