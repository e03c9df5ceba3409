//! netctl: one profile for each interface in `/etc/netctl`, enabled as `netctl enable` does it. netctl.profile(5).
//!
//! Two enabled profiles of one interface end with the interface down, whichever comes first. So one of the user's that is enabled is taken
//! over, and only where there is none is one of our own made. bash reads profiles; `shellvars.rs` edits them.

use crate::error::Error;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::shell::{self, unquoted};
use crate::network::config::shellvars::{self, Vars};
use crate::network::config::template;
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::network::lines::take_line;
use crate::ports::{Kind, Verdict};
use crate::text::{Hex, Line, Show, Text, cut};

const PROFILES: &str = "/etc/netctl";
/// What the names of our own profiles begin with; the interface's name follows.
const OWN: &str = "nova-agent-";

/// What we say in a profile.
const KEYS: &str = "-IP Address Gateway Routes IP6 Address6 Gateway6 Routes6 ";

const PROFILE: &str = "\
|Interface=%I
|Connection=ethernet
|ForceConnect=yes
4a!|IP=no
4a?|IP=static
4a?|Address=(\\
4a|%_'%a'\\
4a?|)
4N|Gateway='%i'
4f?|Routes=(\\
4f|%_'%d%v%o'\\
4f?|)
6a?|IP6=static
6a?|Address6=(\\
6a|%_'%a'\\
6a?|)
6N|Gateway6='%i'
6f?|Routes6=(\\
6f|%_'%d%v'\\
6f?|)
d?|DNS=(\\
d|%_'%i'\\
d?|)
";

type Path = Text<320>;

/// Writes the profiles.
///
/// # Errors
///
/// Those of [`Tree::edit`] and [`Tree::link`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut names = Names::new();
    tree.names(PROFILES, "", &mut names)?;
    // Which interfaces have a profile of the user's.
    let mut taken = 0u32;
    let mut rest = names.as_str();
    while let Some((name, others)) = cut(rest, b'\n') {
        rest = others;
        let path = Path::of("%/%", &[&PROFILES, &name]);
        if name.starts_with('.') || name.ends_with('~') || tree.kind(path.as_str())? != Some(Kind::File) {
            continue;
        }
        let (mut named, mut is_stale) = (None, false);
        tree.read(path.as_str(), &mut |old| (named, is_stale) = whose(network, old))?;
        let own = name.strip_prefix(OWN);
        if own.is_some_and(|own| network.named(own.as_bytes()).is_some()) {
            continue;
        }
        if let Some((index, interface)) = named
            && tree.is_there(link(name).as_str())?
        {
            if taken >> index & 1 == 0 {
                edit(&path, Some(interface), tree)?;
            } else {
                tree.warn("conflict", path.as_str(), "another profile of % is enabled, too: disable this one", &[&interface.name]);
            }
            taken |= 1 << index;
        } else if is_stale {
            if own.is_some() {
                remove(name, &path, tree)?;
            } else {
                edit(&path, None, tree)?;
            }
        }
    }
    for (index, interface) in network.interfaces.iter().enumerate() {
        let name = Text::<32>::of("%%", &[&OWN, &interface.name]);
        let path = Path::of("%/%", &[&PROFILES, &name]);
        if taken >> index & 1 != 0 {
            remove(name.as_str(), &path, tree)?;
            continue;
        }
        edit(&path, Some(interface), tree)?;
        enable(name.as_str(), interface, tree)?;
    }
    Ok(())
}

/// Whose profile this is: the interface that it names, if that is one of ours, and whether what our marker in it says is not so any more.
fn whose<'n>(network: &Network<'n>, old: &[u8]) -> (Option<(usize, &'n Interface)>, bool) {
    let name = shell::File::new(old).map_or(&b""[..], |file| unquoted(file.value(b"Interface")));
    let named = network.interfaces.iter().enumerate().find(|(_, interface)| interface.name.as_bytes() == name);
    let mac = take_line(&mut &*old).and_then(marked);
    (named, mac.is_some_and(|mac| network.find(mac).is_some() || !network.knows(mac)))
}

/// Enables one of our own profiles.
#[inline(never)]
fn enable(name: &str, interface: &Interface, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.link(link(name).as_str(), "/usr/lib/systemd/system/netctl@.service")?;
    tree.edit(settings(name).as_str(), 0o644, &mut |old, out| {
        let device = Text::<128>::of("sys-subsystem-net-devices-%.device", &[&Escaped(&interface.name)]);
        out.add("%\n[Unit]\nBindsTo=%\nAfter=%\n", &[&Marker(interface), &device, &device]);
        Verdict::write_if(old.is_empty())
    })
}

/// Removes one of our own profiles.
#[inline(never)]
fn remove(name: &str, path: &Path, tree: &mut Tree<'_>) -> Result<(), Error> {
    for path in [path, &settings(name)] {
        tree.edit(path.as_str(), 0o644, &mut |_, _| Verdict::Remove)?;
    }
    tree.unlink(link(name).as_str())
}

/// Makes a profile say what its interface is to have, or nothing of ours if it has none.
#[inline(never)]
fn edit(path: &Path, interface: Option<&Interface>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut is_shell = true;
    tree.edit(path.as_str(), 0o644, &mut |old, out| {
        is_shell = put(old, interface, out);
        Verdict::write_if(is_shell)
    })?;
    if !is_shell {
        tree.warn("not-written", path.as_str(), "the shell could not read this file", &[]);
    }
    Ok(())
}

fn put(old: &[u8], interface: Option<&Interface>, out: &mut Out<'_>) -> bool {
    let mut rest = old;
    if take_line(&mut rest).is_none_or(|line| marked(line).is_none()) {
        rest = old;
    }
    if let Some(interface) = interface {
        out.add("%\n", &[&Marker(interface)]);
    }
    let wanted = &mut |vars: &mut Vars<'_, '_>| {
        match interface {
            Some(interface) => template::put(PROFILE, interface, vars),
            None => vars.set("-ForceConnect DNS ", &[]),
        }
        vars.set(KEYS, &[]);
    };
    shellvars::edit(rest, wanted, out)
}

/// A name as systemd.unit(5) escapes it.
struct Escaped<'a>(&'a str);

impl Show for Escaped<'_> {
    fn show(&self, line: &mut Line) {
        for (at, byte) in self.0.bytes().enumerate() {
            match byte {
                b'_' | b':' => line.put_byte(byte),
                b'.' if at > 0 => line.put_byte(byte),
                _ if byte.is_ascii_alphanumeric() => line.put_byte(byte),
                _ => line.fill("\\x%", &[&Hex(byte.into(), 2)]),
            }
        }
    }
}

/// The link that enables a profile.
fn link(name: &str) -> Path {
    Path::of("/etc/systemd/system/multi-user.target.wants/netctl@%.service", &[&Escaped(name)])
}

/// The unit's settings for a profile.
fn settings(name: &str) -> Path {
    Path::of("/etc/systemd/system/netctl@%.service.d/profile.conf", &[&Escaped(name)])
}

#[cfg(test)]
#[path = "netctl_tests.rs"]
mod tests;
