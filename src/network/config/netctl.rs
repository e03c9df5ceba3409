//! netctl: one profile for each interface in `/etc/netctl`, enabled as `netctl enable` does it. netctl.profile(5).
//!
//! Two enabled profiles of one interface end with the interface down, whichever comes first. So one of the user's that is enabled is taken
//! over, and only where there is none is one of our own made. bash reads profiles; `shellvars.rs` edits them.

use crate::error::Error;
use crate::network::config::blocks::is_stale;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::shell::{File, is_one_of, unquoted};
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network, netifrc, shellvars, template};
use crate::network::lines::take_line;
use crate::ports::Verdict;
use crate::text::{Line, Show, Text, cut};

const PROFILES: &str = "/etc/netctl";
/// What the names of our own profiles begin with; the interface's name follows.
const OWN: &str = "nova-agent-";

/// What we say in a profile, and what only goes with its interface.
const KEYS: &str = "IP Address Gateway Routes IP6 Address6 Gateway6 Routes6 ";
const MORE_KEYS: &str = "ForceConnect DNS ";

/// Paths: a profile, the link that enables it, and its unit's settings.
const FILE: &str = "/etc/netctl/%";
const LINK: &str = "/etc/systemd/system/multi-user.target.wants/netctl@%.service";
const SETTINGS: &str = "/etc/systemd/system/netctl@%.service.d/profile.conf";

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

/// Writes the profiles.
///
/// # Errors
///
/// Those of [`Tree::edit`] and [`Tree::link`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut names = Names::new();
    tree.names(PROFILES, "", &mut names)?;
    // By bit, which interfaces have a profile of the user's.
    let mut taken = 0u32;
    let mut rest = names.as_str();
    while let Some((name, others)) = cut(rest, b'\n') {
        rest = others;
        let own = name.strip_prefix(OWN);
        let is_written = own.is_some_and(|own| network.named(own.as_bytes()).is_some());
        if is_written || !tree.is_there(path(LINK, &Escaped(name)).as_str())? {
            continue;
        }
        let (mut named, mut goes) = (None, false);
        tree.read(path(FILE, &name).as_str(), &mut |old| {
            let value = File::new(old).map_or(&b""[..], |file| unquoted(file.value(b"Interface")));
            named = network.interfaces.iter().position(|interface| interface.name.as_bytes() == value);
            goes = take_line(&mut &*old).and_then(marked).is_some_and(|mac| is_stale(network, mac));
        })?;
        match named {
            Some(bit) if taken >> bit & 1 == 0 => {
                taken |= 1 << bit;
                edit(name, network.interfaces.get(bit), tree)?;
            }
            _ if !goes => {}
            _ if own.is_some() => remove(name, tree)?,
            _ => edit(name, None, tree)?,
        }
    }
    for interface in network.interfaces {
        let name = Text::<32>::of("%%", &[&OWN, &interface.name]);
        if taken & 1 == 1 {
            remove(name.as_str(), tree)?;
        } else {
            edit(name.as_str(), Some(interface), tree)?;
            enable(name.as_str(), interface, tree)?;
        }
        taken >>= 1;
    }
    Ok(())
}

/// Enables one of our own profiles.
fn enable(name: &str, interface: &Interface, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.link(path(LINK, &Escaped(name)).as_str(), "/usr/lib/systemd/system/netctl@.service")?;
    tree.edit(path(SETTINGS, &Escaped(name)).as_str(), 0o644, &mut |old, out| {
        let device = path("sys-subsystem-net-devices-%.device", &Escaped(&interface.name));
        out.add("%\n[Unit]\nBindsTo=%\nAfter=%\n", &[&Marker(interface), &device, &device]);
        Verdict::write_if(old.is_empty())
    })
}

/// Removes one of our own profiles.
#[inline(never)]
fn remove(name: &str, tree: &mut Tree<'_>) -> Result<(), Error> {
    for path in [path(FILE, &name), path(SETTINGS, &Escaped(name))] {
        tree.edit(path.as_str(), 0o644, &mut |_, _| Verdict::Remove)?;
    }
    tree.unlink(path(LINK, &Escaped(name)).as_str())
}

/// Makes a profile say what its interface is to have, or nothing of ours if it has none.
#[inline(never)]
fn edit(name: &str, interface: Option<&Interface>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let path = path(FILE, &name);
    let mut is_shell = true;
    tree.edit(path.as_str(), 0o644, &mut |old, out| {
        let mut rest = old;
        if take_line(&mut rest).and_then(marked).is_none() {
            rest = old;
        }
        if let Some(interface) = interface {
            out.add("%\n", &[&Marker(interface)]);
        }
        let owns = |name: &[u8]| is_one_of(name, KEYS) || interface.is_none() && is_one_of(name, MORE_KEYS);
        is_shell = shellvars::edit(
            rest,
            &owns,
            &mut |vars| {
                if let Some(interface) = interface {
                    template::put(PROFILE, interface, vars);
                }
            },
            out,
        );
        Verdict::write_if(is_shell)
    })?;
    if !is_shell {
        netifrc::unreadable(path.as_str(), tree);
    }
    Ok(())
}

#[inline(never)]
fn path(template: &str, name: &dyn Show) -> Text<320> {
    Text::of(template, &[name])
}

/// A name as systemd.unit(5) escapes it. Names of interfaces have no other such characters.
struct Escaped<'a>(&'a str);

impl Show for Escaped<'_> {
    fn show(&self, line: &mut Line) {
        for byte in self.0.bytes() {
            match byte {
                b'-' => line.put("\\x2d"),
                _ => line.put_byte(byte),
            }
        }
    }
}

#[cfg(test)]
#[path = "netctl_tests.rs"]
mod tests;
