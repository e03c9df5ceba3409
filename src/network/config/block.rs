//! Lines of ours in a file of lines that is also the user's: a block for each interface, between its marker and an end line.
//!
//! A block whose end the user took away ends at the next comment or empty line. What is ours ends in a newline, whatever ends the user's
//! lines: tools that read such files take a carriage return for a part of the last word.

use crate::limits::PIECE_LEN;
use crate::network::config::edited::Edited;
use crate::network::config::foreign::has_word;
use crate::network::config::marker::marked;
use crate::network::config::out::Out;
use crate::network::config::shell::is_one_of;
use crate::network::config::template::{self, Lines};
use crate::network::config::{Interface, Network};
use crate::network::lines::{take_line, take_word};
use crate::packed::Packed;
use crate::ports::Verdict;
use crate::text::{Text, holds};

const END: &str = "# nova-agent end";

/// Puts a file with the lines of `template` as the blocks of interfaces at its end, where they win, and without their old ones and those of
/// interfaces that are gone. What is left is the user's; a line of that goes if it `goes`.
#[inline(never)]
pub fn edit(old: &[u8], network: &Network<'_>, template: Packed, goes: &mut dyn FnMut(&[u8]) -> bool, out: &mut Out<'_>) -> Verdict {
    let mut file = File { new: Edited::new(b"", out), owner: None, is_empty: true };
    let (mut rest, mut inside, mut changes) = (old, false, false);
    while let Some(line) = take_line(&mut rest) {
        let text = line.trim_ascii();
        let ends = inside && text == END.as_bytes();
        inside = marked(line).is_some_and(|mac| network.is_stale(mac)) || inside && !matches!(text, [] | [b'#', ..]);
        if inside || ends || goes(text) {
            changes = true;
        } else {
            file.new.keep(line);
            file.is_empty &= text.is_empty();
        }
    }
    for interface in network.interfaces {
        file.owner = Some(interface);
        template::put(template, interface, &mut file);
        if file.owner.is_none() {
            file.new.add(END, &[]);
        }
    }
    match (file.is_empty, changes) {
        (false, _) => Verdict::Write,
        (true, true) => Verdict::Remove,
        (true, false) => Verdict::Leave,
    }
}

/// The same for a file of routes of one interface; with several, `template` has to be empty. The default routes of the user's that contradict any
/// of them go, too. A file that is of no lines but variables can take none of ours, and is left.
#[inline(never)]
pub fn edit_routes(old: &[u8], interfaces: &[Interface], template: Packed, out: &mut Out<'_>) -> Verdict {
    let mut lines = Text::<PIECE_LEN>::new();
    if let Some(interface) = interfaces.first() {
        template::put_text(template, interface, &mut lines);
    }
    if !lines.is_empty() && has_word(old, b"ADDRESS0") {
        return Verdict::Leave;
    }
    // Any block is one of theirs, or of an interface that is gone.
    let network = Network { interfaces, macs: &[], is_partial: false, nodename: None, servers: &[] };
    edit(old, &network, template, &mut |line| is_default(line, &network), out)
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
            self.new.mark(interface);
            self.is_empty = false;
        }
        self.new.piece(text, ends);
    }
}

/// Whether a line of the user's is a default route of the main table, through one of these interfaces or none, of a family in which the host
/// wants one.
fn is_default(line: &[u8], network: &Network<'_>) -> bool {
    let mut rest = line;
    let to = take_word(&mut rest);
    take_word(&mut rest);
    take_word(&mut rest);
    let link = take_word(&mut rest);
    let is_v6 = holds(line, b':');
    let is_wanted =
        network.interfaces.iter().any(|Interface { wanted, .. }| (if is_v6 { wanted.gateway6 } else { wanted.gateway4 }).is_some());
    // None; what Red Hat's lines have in this place is `dev`.
    let is_here = is_one_of(link, " - dev ") || network.named(link).is_some();
    is_wanted && is_here && is_one_of(to, "default 0.0.0.0 0.0.0.0/0 ::/0 ") && !has_word(line, b"table")
}
