//! What Red Hat's and SUSE's network files have in common: one `ifcfg-NAME` of variables for each interface and files of routes beside it.
//!
//! A file that was there for the interface is taken over: our variables are replaced, the user's stay. Files of the agents before this one
//! are known by their first line.

use core::slice;

use crate::error::Error;
use crate::network::config::foreign::is_named;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::shellvars::{Vars, edit};
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network, block, template};
use crate::network::lines::take_line;
use crate::network::model::Mac;
use crate::ports::Verdict;
use crate::text::{Text, cut};

/// A path of such a file.
type Path = Text<128>;

/// One of the two formats.
pub struct Format {
    /// Where the files are.
    pub directory: &'static str,
    /// Template of an interface's variables.
    pub variables: &'static str,
    /// Variables that are ours and go unless they are wanted, with a `-` in front.
    pub ours: &'static str,
    /// Those that do no harm without them: a file of no others goes with its interface.
    pub harmless: &'static str,
    /// What keeps an interface that is gone from being waited for.
    pub off: &'static str,
    /// What the names of files of routes begin with, the interface's name behind it, and the template of their lines.
    pub routes: &'static [(&'static str, &'static str)],
}

/// Writes the files of all interfaces and takes away what was written for those that are gone.
///
/// # Errors
///
/// Those of [`Tree::edit`].
#[inline(never)]
pub fn write(format: &Format, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut files = Names::new();
    tree.names(format.directory, "ifcfg-", &mut files)?;
    let mut rest = files.as_str();
    while let Some((file, behind)) = cut(rest, b'\n') {
        rest = behind;
        // Names with a `.` or a `~` are those of copies, and of interfaces that we do not write.
        let name = file.strip_prefix("ifcfg-").unwrap_or_default();
        if network.named(name.as_bytes()).is_none() && !name.contains(['.', '~']) {
            look(format, network, name, tree)?;
        }
    }
    for interface in network.interfaces {
        write_one(format, &interface.name, Some(interface), tree)?;
    }
    Ok(())
}

/// Looks at a file that is of no interface: cleans up what is ours, and warns of what may set up an interface, too.
#[inline(never)]
fn look(format: &Format, network: &Network<'_>, name: &str, tree: &mut Tree<'_>) -> Result<(), Error> {
    let path = Path::of("%/ifcfg-%", &[&format.directory, &name]);
    let (mut goes, mut rival) = (false, None);
    tree.read(path.as_str(), &mut |content| {
        let head = Head::of(content);
        if let Some(mac) = head.mac {
            // One that has an interface has it under another name.
            goes = !network.knows(mac) || network.find(mac).is_some();
        } else if head.is_old {
            // Another address of the interface, which is now in the interface's own file.
            goes = cut(name, b':').is_some_and(|(link, _)| network.named(link.as_bytes()).is_some());
        } else {
            rival = network.interfaces.iter().find(|interface| is_named(interface, name.as_bytes()) || is_named(interface, content));
        }
    })?;
    if let Some(interface) = rival {
        tree.warn("foreign", path.as_str(), "names %; remove it if it sets that up, too", &[&interface.name]);
    }
    if goes { write_one(format, name, None, tree) } else { Ok(()) }
}

/// Writes the files of this name for an interface, or takes out of them what is ours.
#[inline(never)]
fn write_one(format: &Format, name: &str, interface: Option<&Interface>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut path = Path::of("%/ifcfg-%", &[&format.directory, &name]);
    let (mut was_old, mut is_shell, mut keeps) = (false, true, interface.is_some());
    tree.edit(path.as_str(), 0o644, &mut |old, out| {
        let head = Head::of(old);
        was_old = head.is_old;
        if let Some(interface) = interface {
            out.add("%\n", &[&Marker(interface)]);
        }
        let wanted = &mut |vars: &mut Vars<'_, '_>| {
            match interface {
                Some(interface) => template::put(format.variables, interface, vars),
                None => vars.set(format.off, &[]),
            }
            vars.set(format.ours, &[]);
            keeps |= !was_old && vars.keeps(format.harmless);
        };
        is_shell = edit(head.body, &|_| false, wanted, out);
        match (is_shell, keeps) {
            (false, _) => Verdict::Leave,
            (_, true) => Verdict::Write,
            _ => Verdict::Remove,
        }
    })?;
    if !is_shell {
        tree.warn("not-written", path.as_str(), "no shell could read this file", &[]);
    }
    for (prefix, template) in format.routes {
        path.clear();
        path.fill("%/%%", &[&format.directory, prefix, &name]);
        let mut is_left = false;
        tree.edit(path.as_str(), 0o644, &mut |old, out| {
            // The agents before this one wrote the whole file.
            let verdict = block::edit(if was_old { b"" } else { old }, interface.map_or(&[], slice::from_ref), template, out);
            is_left = verdict == Verdict::Leave && !old.is_empty();
            if is_left && was_old { Verdict::Remove } else { verdict }
        })?;
        if is_left && !was_old {
            tree.warn("not-written", path.as_str(), "it has routes as variables and takes no others: remove it", &[]);
        }
    }
    Ok(())
}

/// The first lines of a file, by which it is known whose it is.
struct Head<'a> {
    /// Whose interface it was written for, if by this agent.
    mac: Option<Mac>,
    /// Whether one of the agents before this one wrote it.
    is_old: bool,
    /// What is behind our marker, or their comments.
    body: &'a [u8],
}

impl<'a> Head<'a> {
    #[inline(never)]
    fn of(content: &'a [u8]) -> Self {
        let mut body = content;
        let first = take_line(&mut body).unwrap_or_default();
        let mac = marked(first);
        let is_old = first.starts_with(b"# Automatically generated, do not edit") || first.starts_with(b"# Label ");
        if !is_old && mac.is_none() {
            body = content;
        }
        while is_old && matches!(body, [b'#' | b'\r' | b'\n', ..]) {
            take_line(&mut body);
        }
        Self { mac, is_old, body }
    }
}
