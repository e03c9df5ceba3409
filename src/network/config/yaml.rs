//! The lines of netplan's YAML: devices, by indentation.
//!
//! YAML 1.1 in block style, as installers, cloud-init and we write it. Not a parser: of what is written in another style as much is
//! understood as stands in the lines of a device.

use crate::network::lines::take_line;

/// The devices under `ethernets:`.
pub struct Devices<'a> {
    /// Everything up to them.
    pub before: &'a [u8],
    devices: &'a [u8],
    /// Everything behind them.
    pub after: &'a [u8],
    indent: usize,
}

impl<'a> Devices<'a> {
    /// Those of a file.
    #[inline(never)]
    pub fn of(file: &'a [u8]) -> Self {
        let mut rest = file;
        let mut found = Self { before: &[], devices: &[], after: file, indent: 0 };
        while let Some(line) = take_line(&mut rest) {
            if !is_one_of(line, &["ethernets"]) {
                continue;
            }
            let (parent, devices) = (indent(line), rest);
            let mut end = devices.len() - rest.len();
            while let Some(line) = take_line(&mut rest) {
                if is_text(line) {
                    if indent(line) <= parent {
                        break;
                    }
                    if found.indent == 0 {
                        found.indent = indent(line);
                    }
                }
                end = devices.len() - rest.len();
            }
            found.before = file.strip_suffix(devices).unwrap_or_default();
            (found.devices, found.after) = devices.split_at_checked(end).unwrap_or_default();
            break;
        }
        found
    }

    /// Whether they are indented as in the file that we write.
    pub fn is_ours(&self) -> bool {
        self.indent == 4 && self.before.trim_ascii_end().ends_with(b"\n  ethernets:")
    }

    /// Takes the next one: the comments in front of it, its id and what is indented further.
    #[inline(never)]
    pub fn take(&mut self) -> Option<&'a [u8]> {
        let (mut rest, mut end, mut has_id) = (self.devices, 0, false);
        while let Some(line) = take_line(&mut rest) {
            let is_next = indent(line) <= self.indent && !line.trim_ascii().is_empty();
            if is_next && has_id {
                break;
            }
            has_id |= is_next && is_text(line);
            end = self.devices.len() - rest.len();
        }
        let (device, after) = self.devices.split_at_checked(end)?;
        self.devices = after;
        if device.is_empty() { None } else { Some(device) }
    }
}

/// Spaces in front of a line.
#[inline(never)]
pub fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// Whether a line is neither empty nor a comment.
#[inline(never)]
pub fn is_text(line: &[u8]) -> bool {
    !matches!(line.trim_ascii(), [] | [b'#', ..])
}

/// Whether a line's key is one of these.
#[inline(never)]
pub fn is_one_of(line: &[u8], keys: &[&str]) -> bool {
    keys.iter().any(|key| key.as_bytes() == this_key(line))
}

fn this_key(line: &[u8]) -> &[u8] {
    let text = line.trim_ascii();
    let len = text.iter().position(|byte| *byte == b':').unwrap_or(0);
    unquoted(text.get(..len).unwrap_or_default())
}

fn unquoted(text: &[u8]) -> &[u8] {
    let is_edge = |byte: &u8| matches!(byte, b'"' | b'\'' | b' ');
    let start = text.iter().position(|byte| !is_edge(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !is_edge(byte)).map_or(start, |at| at + 1);
    text.get(start..end).unwrap_or_default()
}

/// The id of a device; nothing for comments behind the last one.
#[inline(never)]
pub fn id(mut device: &[u8]) -> &[u8] {
    while let Some(line) = take_line(&mut device) {
        if is_text(line) {
            return this_key(line);
        }
    }
    &[]
}

/// Whether an id needs no quotes.
pub fn is_plain(id: &[u8]) -> bool {
    !id.is_empty() && id.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// What names a device is for: the value of `name` in its `match`; nothing if it does not say.
pub fn name_pattern(mut device: &[u8]) -> &[u8] {
    while let Some(at) = device.iter().position(|byte| matches!(byte, b' ' | b'{' | b',')) {
        device = device.get(at + 1..).unwrap_or_default();
        if let Some(value) = device.strip_prefix(b"name:") {
            let len = value.iter().position(|byte| matches!(byte, b'\r' | b'\n' | b',' | b'}')).unwrap_or(value.len());
            return value.get(..len).map(unquoted).unwrap_or_default();
        }
    }
    &[]
}

/// Shows what is not ours under a key of a device that we wrote: the lines of further keys, of the list's item that begins with `item`.
#[inline(never)]
pub fn others(mut device: &[u8], parent: &str, item: &[u8], ours: &[&str], each: &mut dyn FnMut(&[u8])) {
    let level = if item.is_empty() { 8 } else { 10 };
    let (mut is_inside, mut is_item, mut is_other) = (false, item.is_empty(), false);
    while let Some(line) = take_line(&mut device) {
        let (indent, is_start) = (indent(line), line.trim_ascii().starts_with(b"-"));
        if !is_text(line) {
            continue;
        }
        if indent <= 6 && !is_start {
            is_inside = is_one_of(line, &[parent]);
            is_other = false;
        } else if indent == 8 && is_start && !item.is_empty() {
            is_item = line.trim_ascii() == item;
            is_other = false;
        } else if indent == level && !is_start {
            is_other = !is_one_of(line, ours);
        }
        if is_inside && is_item && is_other {
            each(line);
        }
    }
}
