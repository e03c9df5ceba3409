//! Lines of ours in a file of routes that is also the user's: a block between the interface's marker and an end line.
//!
//! A block whose end the user took away ends at the next comment or empty line. What is ours ends in a newline, whatever ends the user's
//! lines: tools that read such files take a carriage return for a part of the last word.

use crate::network::config::Interface;
use crate::network::config::edited::Edited;
use crate::network::config::foreign::has_word;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::shell::is_one_of;
use crate::network::config::template::{self, Lines};
use crate::network::lines::{take_line, take_word};
use crate::ports::Verdict;
use crate::text::holds;

const END: &str = "# nova-agent end";

/// Puts a file without the blocks in it, and with one of the lines of `template` for the first of `interfaces` at its end; the default routes
/// of the user's that contradict any of `interfaces` go, too. A file of variables can take none of our lines, and is left.
#[inline(never)]
pub fn edit(old: &[u8], interfaces: &[Interface], template: &str, out: &mut Out<'_>) -> Verdict {
    let mut file = File { new: Edited::new(b"", out), owner: None, is_unlike: false };
    let (mut rest, mut verdict, mut inside, mut is_empty) = (old, Verdict::Leave, false, true);
    while let Some(line) = take_line(&mut rest) {
        let text = line.trim_ascii();
        inside = marked(text).is_some() || inside && !matches!(text, [] | [b'#', ..]);
        if inside || text == END.as_bytes() || is_default(text, interfaces) {
            verdict = Verdict::Remove;
        } else {
            file.is_unlike |= text.starts_with(b"ADDRESS");
            is_empty &= text.is_empty();
            file.new.keep(line);
        }
    }
    if let Some(interface) = interfaces.first() {
        file.owner = Some(interface);
        template::put(template, interface, &mut file);
        if file.owner.is_none() {
            if file.is_unlike {
                return Verdict::Leave;
            }
            file.new.add(END, &[]);
            return Verdict::Write;
        }
    }
    if is_empty { verdict } else { Verdict::Write }
}

/// A file in the making.
struct File<'a, 'o> {
    new: Edited<'a, 'o>,
    /// Whose block is to begin.
    owner: Option<&'a Interface>,
    /// Whether it has variables, and none of our lines is put.
    is_unlike: bool,
}

impl Lines for File<'_, '_> {
    fn piece(&mut self, text: &str, ends: bool) {
        let owner = self.owner.take();
        if self.is_unlike {
            return;
        }
        if let Some(interface) = owner {
            self.new.add("%", &[&Marker(interface)]);
        }
        self.new.piece(text, ends);
    }
}

/// Whether a line of the user's is a default route of the main table, through one of these interfaces or none, of a family in which the host
/// wants one.
#[inline(never)]
fn is_default(line: &[u8], interfaces: &[Interface]) -> bool {
    let mut rest = line;
    let to = take_word(&mut rest);
    take_word(&mut rest);
    take_word(&mut rest);
    let link = take_word(&mut rest);
    // None; what Red Hat's lines have in this place is `dev`.
    let (mut is_wanted, mut is_here) = (false, is_one_of(link, " - dev "));
    for Interface { name, wanted, .. } in interfaces {
        is_wanted |= (if holds(line, b':') { &wanted.gateway6 } else { &wanted.gateway4 }).is_some();
        is_here |= name.as_bytes() == link;
    }
    is_wanted && is_here && is_one_of(to, "default 0.0.0.0 0.0.0.0/0 ::/0 ") && !has_word(line, b"table")
}
