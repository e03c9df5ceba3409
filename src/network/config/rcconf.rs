//! Blocks in `rc.conf`: our marker, and behind it all that we say of one interface.
//!
//! A block stands where the first variable of its interface stood, or else at the end. It tells by its marker and its first variable whose
//! the others are when the interface is gone. Everything else in the file stays.

use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::shell::{File, Last, Statement};
use crate::network::config::template::Variable;
use crate::network::config::{Interface, Network};
use crate::network::model::Mac;

/// How a file names the variables of interfaces, and what it says in them.
pub trait Format {
    /// The interface, as its variables name it, that the variable `name` belongs to if it is ours to set.
    fn owner<'n>(&self, name: &'n [u8]) -> Option<&'n [u8]>;

    /// Puts the variables of `interface`; `file` is what there was.
    fn put(&self, interface: &Interface, file: File<'_>, out: &mut Out<'_>);

    /// Whether a variable that is of no single interface goes, `inside` a block of ours or not. A line may be put in its place.
    fn replaces(&mut self, _statement: &Statement<'_>, _rest: File<'_>, _inside: bool, _out: &mut Out<'_>) -> bool {
        false
    }

    /// Puts what goes behind all blocks, a newline first if `ends` is false: the last line has none.
    fn finish(&mut self, _ends: bool, _out: &mut Out<'_>) {}
}

/// Whose a variable is.
pub enum Fate<'n> {
    /// An interface's, the one with this index.
    Ours(usize, &'n Interface),
    /// That of an interface which is gone, or has another name now.
    Stale,
    /// The user's, or that of an interface which may come back.
    Kept,
}

/// Whose the variables of `interface` are.
pub fn fate<'n>(network: &Network<'n>, file: File<'_>, format: &dyn Format, interface: &[u8]) -> Fate<'n> {
    for (index, named) in network.interfaces.iter().enumerate() {
        if Variable(named).is(interface) {
            return Fate::Ours(index, named);
        }
    }
    let (mut rest, mut marker, mut statement) = (file, None, Statement::default());
    while rest.take(&mut statement) {
        if let Some(mac) = marked(statement.line) {
            marker = Some(mac);
        } else if let Some(owner) = format.owner(statement.name)
            && marker.take().is_some_and(|mac| owner == interface && is_stale(network, mac))
        {
            return Fate::Stale;
        }
    }
    Fate::Kept
}

/// Whether what is marked with this address is written anew or not any more.
fn is_stale(network: &Network<'_>, mac: Mac) -> bool {
    network.find(mac).is_some() || !network.knows(mac)
}

/// Puts the new content. `false`: the shell could not read the file to its end; what was put is then worthless.
pub fn edit(old: &[u8], network: &Network<'_>, format: &mut dyn Format, out: &mut Out<'_>) -> bool {
    let Some(file) = File::new(old) else { return false };
    // Which interfaces have variables in the file, and which have their block already.
    let (mut seen, mut written) = (0u32, 0u32);
    let (mut inside, mut ends) = (false, true);
    let (mut rest, mut statement) = (file, Statement::default());
    while rest.take(&mut statement) {
        let mut goes = marked(statement.line).is_some_and(|mac| is_stale(network, mac));
        if let Some(owner) = format.owner(statement.name) {
            let fate = fate(network, file, format, owner);
            goes = !matches!(fate, Fate::Kept);
            if let Fate::Ours(index, interface) = fate {
                // A function or condition further down that sets it, too, would win.
                if seen >> index & 1 == 0 && rest.last(statement.name) != Last::Program {
                    put(interface, file, format, out);
                    written |= 1 << index;
                }
                seen |= 1 << index;
            }
        }
        inside = goes || format.replaces(&statement, rest, inside, out);
        if !inside {
            out.put(statement.line);
        }
        ends = inside || statement.line.ends_with(b"\n");
    }
    for (index, interface) in network.interfaces.iter().enumerate() {
        if written >> index & 1 == 0 {
            if !ends {
                out.put(b"\n");
                ends = true;
            }
            put(interface, file, format, out);
        }
    }
    format.finish(ends, out);
    true
}

fn put(interface: &Interface, file: File<'_>, format: &dyn Format, out: &mut Out<'_>) {
    out.add("%\n", &[&Marker(interface)]);
    format.put(interface, file, out);
}
