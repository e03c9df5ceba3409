//! Lines of ours in a file of lines that is also the user's: a block for each interface, between its marker and an end line.
//!
//! A block whose end the user took away ends at the next comment or empty line. What is ours ends in a newline, whatever ends the user's
//! lines: tools that read such files take a carriage return for a part of the last word.

use crate::network::config::Interface;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::shell::is_one_of;
use crate::network::config::template::{self, Lines};
use crate::network::lines::{take_line, take_word};
use crate::network::model::{Mac, Wanted};
use crate::ports::Verdict;

const END: &str = "# nova-agent end";

/// Puts a file with the lines of `template` as the blocks of interfaces at its end, where they win, and without what was there for a MAC
/// address that `is_ours`; what is left is the user's. A line of the user's goes if it `goes`.
#[inline(never)]
pub fn edit(
    old: &[u8],
    (interfaces, template): (&[Interface], &str),
    is_ours: &dyn Fn(Mac) -> bool,
    goes: &mut dyn FnMut(&[u8]) -> bool,
    out: &mut Out<'_>,
) -> Verdict {
    let mut file = File { out, owner: None, ends: true };
    let (mut rest, mut is_empty, mut dropped) = (old, true, false);
    while let Some(line) = take_line(&mut rest) {
        if marked(line).is_some_and(is_ours) {
            skip(&mut rest);
            dropped = true;
        } else if goes(line) {
            dropped = true;
        } else {
            file.out.put(line);
            file.ends = line.ends_with(b"\n");
            is_empty &= line.trim_ascii().is_empty();
        }
    }
    for interface in interfaces {
        file.owner = Some(interface);
        template::put(template, interface, &mut file);
        if file.owner.take().is_none() {
            file.out.add("%\n", &[&END]);
            (file.ends, is_empty) = (true, false);
        }
    }
    match (is_empty, dropped) {
        (false, _) => Verdict::Write,
        (true, true) => Verdict::Remove,
        (true, false) => Verdict::Leave,
    }
}

/// Passes over what is left of a block.
fn skip(text: &mut &[u8]) {
    let mut rest = *text;
    while let Some(line) = take_line(&mut rest) {
        let line = line.trim_ascii();
        let ends = line == END.as_bytes();
        if !ends && matches!(line, [] | [b'#', ..]) {
            return;
        }
        *text = rest;
        if ends {
            return;
        }
    }
}

/// A file in the making.
struct File<'a, 'o> {
    out: &'a mut Out<'o>,
    /// Whose block is to begin.
    owner: Option<&'a Interface>,
    /// Whether the last line has its end.
    ends: bool,
}

impl Lines for File<'_, '_> {
    fn piece(&mut self, text: &str, ends: bool) {
        if let Some(interface) = self.owner.take() {
            self.out.add(if self.ends { "%\n" } else { "\n%\n" }, &[&Marker(interface)]);
        }
        self.out.put(text.as_bytes());
        if ends {
            self.out.put(b"\n");
        }
    }
}

/// Whether a line of the user's is a default route of the main table, of a family in which the host wants one.
#[inline(never)]
pub fn is_default(line: &[u8], wanted: &Wanted) -> bool {
    let mut rest = line;
    is_one_of(take_word(&mut rest), "default 0.0.0.0 0.0.0.0/0 ::/0 ")
        && (if line.contains(&b':') { wanted.gateway6 } else { wanted.gateway4 }).is_some()
        && !line.windows(5).any(|word| word == b"table")
}
