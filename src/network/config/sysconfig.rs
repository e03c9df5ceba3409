//! What Red Hat's and SUSE's network files have in common: one `ifcfg-NAME` of variables for each interface and files of routes beside it.
//!
//! A file that was there for the interface is taken over: our variables are replaced, the user's stay. Files of the agents before this one
//! are known by their first lines.

use core::slice::from_ref;

use crate::error::Error;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::shell::File;
use crate::network::config::shellvars::edit;
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
    /// What keeps an interface that is gone from being waited for.
    pub off: &'static str,
    /// Whether a variable of this name is ours and goes unless it is wanted; without an interface, the interface is gone.
    pub owns: fn(name: &[u8], interface: Option<&Interface>) -> bool,
    /// Whether a variable of this name may be there in a file that is all ours.
    pub knows: fn(name: &[u8]) -> bool,
    /// Whether a file of the user's sets up this interface, by its name (behind `ifcfg-`) and its content.
    pub is_rival: fn(name: &str, content: &[u8], interface: &Interface) -> bool,
    /// What the names of files of routes begin with, the interface's name behind it, and the template of their lines.
    pub routes: &'static [(&'static str, &'static str)],
    /// What lines begin with in a file of routes that can take none of ours; empty: there are no such files.
    pub unlike: &'static str,
}

/// Ends of names that are no interface's to either tool.
const IGNORED: [&str; 8] = ["~", ".bak", ".old", ".orig", ".rpmnew", ".rpmorig", ".rpmsave", ".scpmbackup"];

/// Writes the files of all interfaces and takes away what was written for those that are gone.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(format: &Format, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    others(format, "ifcfg-", network, tree, &mut |name, path, tree| look(format, network, name, path, tree))?;
    for interface in network.interfaces {
        write_interface(format, interface, tree)?;
    }
    for (prefix, _) in format.routes {
        others(format, prefix, network, tree, &mut |name, path, tree| {
            tree.edit(path, 0o644, &mut |old, out| block::edit(old, (&[], ""), &|mac| is_stale(network, mac, name), &mut |_| false, out))
        })?;
    }
    Ok(())
}

/// Tells each file that begins with `prefix` and is of no interface: the name behind that, and the path.
#[inline(never)]
fn others(
    format: &Format,
    prefix: &str,
    network: &Network<'_>,
    tree: &mut Tree<'_>,
    each: &mut dyn FnMut(&str, &str, &mut Tree<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut names, mut path) = (Names::new(), Path::new());
    tree.names(format.directory, prefix, &mut names)?;
    let mut rest = names.as_str();
    while let Some((file, behind)) = cut(rest, b'\n') {
        rest = behind;
        let name = file.strip_prefix(prefix).unwrap_or_default();
        if network.named(name.as_bytes()).is_none() && !IGNORED.iter().any(|end| name.ends_with(end)) {
            path.clear();
            path.fill("%/%", &[&format.directory, &file]);
            each(name, path.as_str(), tree)?;
        }
    }
    Ok(())
}

/// Whether what was written for `mac` in the file of the interface `name` is no more of use there.
fn is_stale(network: &Network<'_>, mac: Mac, name: &str) -> bool {
    !network.knows(mac) || network.find(mac).is_some_and(|interface| interface.name != name)
}

/// Looks at a file that is of no interface: cleans up what is ours, and warns of what sets up an interface, too.
#[inline(never)]
fn look(format: &Format, network: &Network<'_>, name: &str, path: &str, tree: &mut Tree<'_>) -> Result<(), Error> {
    let (mut is_gone, mut is_alias, mut found) = (false, false, None);
    tree.read(path, &mut |content| {
        let head = Head::of(content);
        if let Some(mac) = head.mac {
            is_gone = is_stale(network, mac, name);
        } else if head.is_old {
            // Another address of the interface, which is now in the interface's own file.
            is_alias = cut(name, b':').is_some_and(|(link, _)| network.named(link.as_bytes()).is_some());
        } else {
            found = network.interfaces.iter().find(|interface| (format.is_rival)(name, content, interface));
        }
    })?;
    if let Some(interface) = found {
        tree.warn("rival", path, "it sets up %, too: remove it", &[&interface.name]);
    }
    if is_gone {
        tree.edit(path, 0o644, &mut |old, out| edit_gone(format, Head::of(old).body, out))?;
    }
    if is_alias {
        tree.edit(path, 0o644, &mut |_, _| Verdict::Remove)?;
    }
    Ok(())
}

/// Takes what is ours out of a file; all of it if nothing else is in it.
fn edit_gone(format: &Format, body: &[u8], out: &mut Out<'_>) -> Verdict {
    let Some(mut file) = File::new(body) else { return Verdict::Leave };
    let mut is_all_ours = true;
    while let Some(statement) = file.take() {
        is_all_ours &= if statement.name.is_empty() { statement.line.trim_ascii().is_empty() } else { (format.knows)(statement.name) };
    }
    if is_all_ours {
        return Verdict::Remove;
    }
    edit(body, &|name| (format.owns)(name, None), &mut |vars| vars.set(format.off, &[]), out);
    Verdict::Write
}

#[inline(never)]
fn write_interface(format: &Format, interface: &Interface, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut path = Path::new();
    path.fill("%/ifcfg-%", &[&format.directory, &interface.name]);
    let (mut was_old, mut is_whole) = (false, true);
    tree.edit(path.as_str(), 0o644, &mut |old, out| {
        let head = Head::of(old);
        was_old = head.is_old;
        out.add("%\n", &[&Marker(interface)]);
        let owns = &|name: &[u8]| (format.owns)(name, Some(interface));
        is_whole = edit(head.body, owns, &mut |vars| template::put(format.variables, interface, vars), out);
        Verdict::write_if(is_whole)
    })?;
    if !is_whole {
        tree.warn("not-written", path.as_str(), "no shell could read this file", &[]);
    }
    for (prefix, template) in format.routes {
        path.clear();
        path.fill("%/%%", &[&format.directory, prefix, &interface.name]);
        let mut is_unlike = false;
        tree.edit(path.as_str(), 0o644, &mut |old, out| {
            // The agents before this one wrote the whole file.
            let user = if was_old { b"" } else { old };
            is_unlike = !format.unlike.is_empty() && has_line(user, format.unlike);
            if is_unlike {
                return Verdict::Leave;
            }
            let goes = &mut |line: &[u8]| block::is_default(line, &interface.wanted);
            match block::edit(user, (from_ref(interface), *template), &|_| true, goes, out) {
                Verdict::Leave if was_old && !old.is_empty() => Verdict::Remove,
                verdict => verdict,
            }
        })?;
        if is_unlike && !interface.wanted.routes.is_empty() {
            tree.warn("not-written", path.as_str(), "it has routes as variables, which takes no other ones: remove it", &[]);
        }
    }
    Ok(())
}

/// Whether a line begins with `start`.
fn has_line(mut text: &[u8], start: &str) -> bool {
    while let Some(line) = take_line(&mut text) {
        if line.trim_ascii_start().starts_with(start.as_bytes()) {
            return true;
        }
    }
    false
}

/// The first lines of a file, by which it is known whose it is.
struct Head<'a> {
    /// Whose interface it was written for, if by this agent.
    mac: Option<Mac>,
    /// Whether one of the agents before this one wrote it.
    is_old: bool,
    /// What is behind these lines.
    body: &'a [u8],
}

impl<'a> Head<'a> {
    #[inline(never)]
    fn of(content: &'a [u8]) -> Self {
        let mut head = Self { mac: None, is_old: false, body: content };
        let mut rest = content;
        while let Some(line) = take_line(&mut rest) {
            let text = line.trim_ascii();
            head.mac = marked(text);
            if head.mac.is_none()
                && text != b"# Automatically generated, do not edit"
                && !text.starts_with(b"# Label ")
                && !(head.is_old && text.is_empty())
            {
                break;
            }
            head.body = rest;
            if head.mac.is_some() {
                break;
            }
            head.is_old = true;
        }
        head
    }
}
