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

/// Puts a file with the lines of `template` for the first of `interfaces` in the place of the blocks in it; the default routes of the user's
/// that contradict any of `interfaces` go, too. A file that is of no lines but variables can take none of ours, and is left.
#[inline(never)]
pub fn edit(old: &[u8], interfaces: &[Interface], template: &str, out: &mut Out<'_>) -> Verdict {
    let mut file = File { new: Edited::new(b"", out), owner: interfaces.first(), is_empty: true };
    let (mut rest, mut todo, mut inside, mut changes) = (old, interfaces.first(), false, false);
    loop {
        let line = take_line(&mut rest);
        let begins = line.and_then(marked).is_some();
        if (begins || line.is_none())
            && let Some(interface) = todo.take()
        {
            template::put(template, interface, &mut file);
            if file.owner.is_none() {
                file.new.add(END, &[]);
            }
        }
        let Some(line) = line else { break };
        let text = line.trim_ascii();
        inside = begins || inside && !matches!(text, [] | [b'#', ..]);
        if inside || text == END.as_bytes() || is_default(text, interfaces) {
            changes = true;
            continue;
        }
        if text.starts_with(b"ADDRESS") && !template.is_empty() {
            return Verdict::Leave;
        }
        file.new.keep(line);
        file.is_empty &= text.is_empty();
    }
    match (file.is_empty, changes) {
        (false, _) => Verdict::Write,
        (true, true) => Verdict::Remove,
        (true, false) => Verdict::Leave,
    }
}

/// A file in the making.
struct File<'a, 'o> {
    new: Edited<'a, 'o>,
    /// Whose block is to begin.
    owner: Option<&'a Interface>,
    /// Whether it has nothing but empty lines.
    is_empty: bool,
}

impl Lines for File<'_, '_> {
    fn piece(&mut self, text: &str, ends: bool) {
        if let Some(interface) = self.owner.take() {
            self.new.add("%", &[&Marker(interface)]);
            self.is_empty = false;
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
