//! What Red Hat's and SUSE's network files have in common: one `ifcfg-NAME` of variables for each interface and files of routes beside it.
//!
//! A file that was there for the interface is taken over: our variables are replaced, the user's stay. Files of the agents before this one
//! are known by their first line.

use core::slice;

use crate::error::Error;
use crate::network::config::foreign::is_named;
use crate::network::config::marker::{Marker, is_agents, marked};
use crate::network::config::out::Out;
use crate::network::config::shellvars::{Vars, edit};
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network, block, template};
use crate::network::lines::take_line;
use crate::packed::Packed;
use crate::ports::Verdict;
use crate::text::{Text, holds};

/// One of the two formats.
pub struct Format {
    /// Where the files are.
    pub directory: &'static str,
    /// What their names begin with, the interface's name behind it, and the template of what is in them: first the variables, then routes.
    pub files: &'static [(&'static str, Packed)],
    /// Variables that are ours and go unless they are wanted, with a `-` in front.
    pub ours: &'static str,
    /// Those that do no harm without them: a file of no others goes with its interface.
    pub harmless: &'static str,
    /// What keeps an interface that is gone from being waited for.
    pub off: &'static str,
}

/// What the name of a file of variables begins with.
pub const VARIABLES: &str = "ifcfg-";

/// Writes the files of all interfaces and takes away what was written for those that are gone.
///
/// # Errors
///
/// Those of [`Tree::edit`].
#[inline(never)]
pub fn write(format: &Format, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.each(format.directory, VARIABLES, "", &mut |name, _, tree| {
        // Names with a `.` or a `~` are those of copies, or of interfaces on top of others.
        if network.named(name.as_bytes()).is_none() && !holds(name.as_bytes(), b'.') && !holds(name.as_bytes(), b'~') {
            write_one(format, network, name, tree)?;
        }
        Ok(())
    })?;
    for interface in network.interfaces {
        write_one(format, network, &interface.name, tree)?;
    }
    Ok(())
}

/// Writes the files of this name for the interface of this name, or takes out of them what is of no use any more.
#[inline(never)]
fn write_one(format: &Format, network: &Network<'_>, name: &str, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut path = Text::<128>::new();
    let mut files =
        Files { format, network, name, interface: network.named(name.as_bytes()), was_old: false, goes: true, problem: "", with: name };
    for file in format.files {
        path.clear();
        path.fill("%/%%", &[&format.directory, &file.0, &name]);
        tree.edit(path.as_str(), 0o644, &mut |old, out| files.edit(file, old, out))?;
        if !files.problem.is_empty() {
            tree.warn("foreign", path.as_str(), files.problem, &[&files.with]);
            files.problem = "";
        }
        if !files.goes {
            break;
        }
    }
    Ok(())
}

/// The files of one name.
struct Files<'a> {
    format: &'a Format,
    network: &'a Network<'a>,
    name: &'a str,
    /// The interface of this name.
    interface: Option<&'a Interface>,
    /// Whether an agent before this one wrote them.
    was_old: bool,
    /// Whether they are to be edited.
    goes: bool,
    /// What an administrator should know of the file, and the interface it has to do with.
    problem: &'static str,
    with: &'a str,
}

impl Files<'_> {
    fn edit(&mut self, &(prefix, template): &(&str, Packed), old: &[u8], out: &mut Out<'_>) -> Verdict {
        let is_variables = prefix == VARIABLES;
        let verdict = if is_variables {
            self.edit_variables(template, old, out)
        } else {
            // The agents before this one wrote the whole file.
            block::edit_routes(if self.was_old { b"" } else { old }, self.interface.map_or(&[], slice::from_ref), template, out)
        };
        if verdict != Verdict::Leave || old.is_empty() || !self.goes {
            return verdict;
        }
        if self.was_old && !is_variables {
            return Verdict::Remove;
        }
        self.problem = "what % has to have cannot be put into it: remove it";
        verdict
    }

    fn edit_variables(&mut self, template: Packed, old: &[u8], out: &mut Out<'_>) -> Verdict {
        let Self { network, interface, .. } = *self;
        let mut body = old;
        let first = take_line(&mut body).unwrap_or_default();
        let mac = marked(first);
        self.was_old = is_agents(first);
        if !self.was_old && mac.is_none() {
            body = old;
        }
        while self.was_old && matches!(body, [b'#' | b'\r' | b'\n', ..]) {
            take_line(&mut body);
        }
        if let Some(interface) = interface {
            out.add("%\n", &[&Marker(interface)]);
        } else {
            self.goes = if let Some(mac) = mac {
                // One that has an interface has it under another name.
                network.is_stale(mac)
            } else if self.was_old {
                // Further addresses of an interface, which are now in its own file.
                holds(self.name.as_bytes(), b':')
            } else {
                for interface in network.interfaces {
                    if is_named(interface, self.name.as_bytes()) || is_named(interface, old) {
                        self.problem = "names %: remove it if it sets that up, too";
                        self.with = &interface.name;
                    }
                }
                false
            };
            if !self.goes {
                return Verdict::Leave;
            }
        }
        let (this, mut keeps) = (&*self, false);
        match edit(body, &mut |vars| keeps |= this.want(template, vars), out) {
            false => Verdict::Leave,
            true if interface.is_some() || keeps && !self.was_old => Verdict::Write,
            true => Verdict::Remove,
        }
    }

    /// Says which variables are wanted; whether the one at hand is the user's.
    fn want(&self, template: Packed, vars: &mut Vars<'_, '_>) -> bool {
        match self.interface {
            Some(interface) => template::put(template, interface, vars),
            None => vars.set(self.format.off, &[]),
        }
        vars.set(self.format.ours, &[]);
        vars.keeps(self.format.harmless)
    }
}
