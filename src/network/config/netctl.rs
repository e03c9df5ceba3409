//! netctl: one profile for each interface in `/etc/netctl`, enabled as `netctl enable` does it. netctl.profile(5).
//!
//! Two enabled profiles of one interface end with the interface down, whichever comes first. So one of the user's that is enabled is taken
//! over, and only where there is none is one of our own made. bash reads profiles; `shellvars.rs` edits them.

use crate::error::Error;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::shell::{File, unquoted};
use crate::network::config::shellvars::{self, Vars};
use crate::network::config::tree::{Tree, path};
use crate::network::config::{Interface, Network, template};
use crate::network::lines::take_line;
use crate::packed;
use crate::packed::Packed;
use crate::ports::Verdict;
use crate::text::{Line, Show, Text};

const PROFILES: &str = "/etc/netctl";
/// What the names of our own profiles begin with; the interface's name follows.
const OWN: &str = "nova-agent-";

/// What we say in a profile, and what only goes with its interface.
const KEYS: &str = "-IP Address Gateway Routes IP6 Address6 Gateway6 Routes6 ";
const MORE_KEYS: &str = "-ForceConnect DNS ";

/// Paths: a profile, the link that enables it, and its unit's settings.
const FILE: &str = "/etc/netctl/%";
const LINK: &str = "/etc/systemd/system/multi-user.target.wants/netctl@%.service";
const SETTINGS: &str = "/etc/systemd/system/netctl@%.service.d/profile.conf";

const PROFILE: Packed = packed!(
    "\
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
"
);

/// Writes the profiles.
///
/// # Errors
///
/// Those of [`Tree::edit`] and [`Tree::link`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    // By bit, which interfaces have a profile of the user's.
    let mut taken = 0u32;
    tree.each(PROFILES, "", "", &mut |name, file, tree| {
        let own = name.strip_prefix(OWN);
        let is_written = own.is_some_and(|own| network.named(own.as_bytes()).is_some());
        if is_written || !tree.is_there(path(LINK, &Escaped(name)).as_str())? {
            return Ok(());
        }
        let (mut interface, mut goes) = (None, false);
        tree.read(file, &mut |old| {
            let value = File::new(old).map_or(&b""[..], |file| unquoted(file.value(b"Interface")));
            for (bit, named) in network.interfaces.iter().enumerate() {
                if named.name.as_bytes() == value && taken >> bit & 1 == 0 {
                    taken |= 1 << bit;
                    interface = Some(named);
                }
            }
            goes = interface.is_some() || take_line(&mut &*old).and_then(marked).is_some_and(|mac| network.is_stale(mac));
        })?;
        if goes { set(name, interface, own.is_some(), tree) } else { Ok(()) }
    })?;
    for interface in network.interfaces {
        let name = Text::<32>::of("%%", &[&OWN, &interface.name]);
        set(name.as_str(), Some(interface).filter(|_| taken & 1 == 0), true, tree)?;
        taken >>= 1;
    }
    Ok(())
}

/// Makes a profile say what its interface is to have, or nothing of ours if it has none. One of our own is enabled, or is removed.
#[inline(never)]
fn set(name: &str, interface: Option<&Interface>, is_own: bool, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.edit(path(FILE, &name).as_str(), 0o644, &mut |old, out| {
        let mut rest = old;
        if take_line(&mut rest).and_then(marked).is_none() {
            rest = old;
        }
        match interface {
            None if is_own => return Verdict::Remove,
            None => {}
            Some(interface) => out.add("%\n", &[&Marker(interface)]),
        }
        let mut wanted = |vars: &mut Vars<'_, '_>| {
            match interface {
                Some(interface) => template::put(PROFILE, interface, vars),
                None => vars.set(MORE_KEYS, &[]),
            }
            vars.set(KEYS, &[]);
        };
        if !shellvars::edit(rest, &mut wanted, out) {
            out.refuse();
        }
        Verdict::Write
    })?;
    if !is_own {
        return Ok(());
    }
    let unit = Escaped(name);
    tree.edit(path(SETTINGS, &unit).as_str(), 0o644, &mut |_, out| {
        let Some(interface) = interface else { return Verdict::Remove };
        let device = path("sys-subsystem-net-devices-%.device", &Escaped(&interface.name));
        out.add("%\n[Unit]\nBindsTo=%\nAfter=%\n", &[&Marker(interface), &device, &device]);
        Verdict::Write
    })?;
    tree.link(path(LINK, &unit).as_str(), interface.is_some().then_some("/usr/lib/systemd/system/netctl@.service"))
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
