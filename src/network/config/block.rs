//! Lines of ours in a file of lines that is also the user's: a block between the interface's marker and an end line.
//!
//! A block whose end the user took away ends at the next comment or empty line.

use crate::network::config::Interface;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::lines::take_line;
use crate::network::model::Mac;
use crate::ports::Verdict;

const END: &str = "# nova-agent end";

/// Takes what comes next, a line or a block: `None` for a block of a MAC address that `is_ours`.
#[inline(never)]
pub fn take<'a>(text: &mut &'a [u8], is_ours: &dyn Fn(Mac) -> bool) -> Option<Option<&'a [u8]>> {
    let line = take_line(text)?;
    if !marked(line).is_some_and(is_ours) {
        return Some(Some(line));
    }
    let mut rest = *text;
    while let Some(next) = take_line(&mut rest) {
        match next.trim_ascii() {
            end if end == END.as_bytes() => *text = rest,
            [] | [b'#', ..] => {}
            _ => {
                *text = rest;
                continue;
            }
        }
        break;
    }
    Some(None)
}

/// Puts a file with `lines` as the block of `interface`, in the place of what was there for a MAC address that `is_ours`; `None` leaves only
/// what is the user's. A line of the user's goes if it `goes`.
pub fn edit(
    old: &[u8],
    interface: Option<&Interface>,
    is_ours: &dyn Fn(Mac) -> bool,
    goes: &dyn Fn(&[u8]) -> bool,
    lines: &mut dyn FnMut(&mut Out<'_>),
    out: &mut Out<'_>,
) -> Verdict {
    let mut block = |ends: bool, out: &mut Out<'_>| {
        if let Some(interface) = interface {
            out.add(if ends { "%\n" } else { "\n%\n" }, &[&Marker(interface)]);
            lines(out);
            out.add("%\n", &[&END]);
        }
    };
    let (mut rest, mut ends, mut is_empty, mut is_done, mut dropped) = (old, true, true, false, false);
    while let Some(piece) = take(&mut rest, is_ours) {
        match piece {
            None if is_done => {}
            None => {
                block(true, out);
                is_done = true;
            }
            Some(line) if goes(line) => dropped = true,
            Some(line) => {
                out.put(line);
                ends = line.ends_with(b"\n");
                is_empty &= line.trim_ascii().is_empty();
            }
        }
    }
    if !is_done {
        block(ends, out);
    }
    if interface.is_some() || !is_empty {
        Verdict::Write
    } else if is_done || dropped {
        Verdict::Remove
    } else {
        Verdict::Leave
    }
}
