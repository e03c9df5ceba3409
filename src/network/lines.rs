//! Files by line.

use crate::text::same_word;

/// Takes a line with its end from the front of `text`; `None` at the end.
#[inline(never)]
pub fn take_line<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| at + 1);
    let (line, rest) = text.split_at_checked(len)?;
    *text = rest;
    if line.is_empty() { None } else { Some(line) }
}

/// Takes a word, up to white space, from the front of `text`; empty at the end.
#[inline(never)]
pub fn take_word<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let line = text.trim_ascii_start();
    let len = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(len).unwrap_or_default();
    *text = rest;
    word
}

/// The key of a line, up to `=` or `:` or its end.
#[inline(never)]
pub fn key(line: &[u8]) -> &[u8] {
    let len = line.iter().position(|byte| matches!(byte, b'=' | b':')).unwrap_or(line.len());
    line.get(..len).unwrap_or_default().trim_ascii()
}

/// What is before `rest` in `text`, which ends with it.
#[inline(never)]
pub fn upto<'a>(text: &'a [u8], rest: &[u8]) -> &'a [u8] {
    text.get(..text.len().wrapping_sub(rest.len())).unwrap_or_default()
}

/// Whether `part` is in `text`, in letters of either case.
#[inline(never)]
pub fn contains(text: &[u8], part: &str) -> bool {
    let mut rest = text;
    while let Some(start) = rest.get(..part.len()) {
        if same_word(start, part.as_bytes()) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}
