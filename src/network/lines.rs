//! Files by line.

/// Takes a line with its end from the front of `text`; `None` at the end.
#[inline(never)]
pub fn take_line<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| at + 1);
    let (line, rest) = text.split_at_checked(len)?;
    *text = rest;
    if line.is_empty() { None } else { Some(line) }
}
