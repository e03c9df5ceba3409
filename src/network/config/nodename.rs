//! The files that a system takes its host name from at boot: hostname(5), and what other systems have in its place.
//!
//! The name itself and the form of `/etc/hostname` are in `network/nodename.rs`; `/etc/hosts`, where it has to be found, is in `hosts.rs`.

use heapless::Vec;

use crate::error::Error;
use crate::limits::NODENAME_LEN;
use crate::network::config::shellvars;
use crate::network::config::tree::Tree;
use crate::network::nodename::{self, Nodename};
use crate::ports::{Kind, Verdict};

/// A machine's new name and those it had.
pub struct Renaming<'a> {
    /// The new name.
    pub wanted: &'a Nodename,
    /// The kernel's before, ...
    pub kernel: &'a [u8],
    /// ... and that of a file; empty if there was none.
    pub file: Vec<u8, NODENAME_LEN>,
}

impl<'a> Renaming<'a> {
    /// A machine whose kernel says `kernel`, empty if it says nothing of interest, is to be called `wanted`.
    pub fn new(kernel: &'a [u8], wanted: &'a Nodename) -> Self {
        Self { wanted, kernel, file: Vec::new() }
    }
}

/// A file that some systems read.
struct Place {
    path: &'static str,
    /// What shows that this system does.
    reader: &'static str,
    /// The variable that is the name; empty: the file holds the name and nothing else.
    variable: &'static str,
    /// The backend that writes the file itself, with [`Network::nodename`](super::Network::nodename).
    backend: &'static str,
}

const ETC_HOSTNAME: &str = "/etc/hostname";
/// Red Hat's, up to 6.
const SYSCONFIG: &str = "/etc/sysconfig/network";
/// What reads it.
pub const SYSINIT: &str = "/etc/rc.d/rc.sysinit";

const PLACES: [Place; 6] = [
    // Debian, Alpine, Arch, whatever has systemd.
    Place { path: ETC_HOSTNAME, reader: ETC_HOSTNAME, variable: "", backend: "" },
    // Slackware, SUSE up to 11; since then a link to /etc/hostname.
    Place { path: "/etc/HOSTNAME", reader: "/etc/HOSTNAME", variable: "", backend: "" },
    Place { path: SYSCONFIG, reader: SYSINIT, variable: "HOSTNAME=%", backend: "ifcfg" },
    // OpenRC.
    Place { path: "/etc/conf.d/hostname", reader: "/etc/conf.d/hostname", variable: "hostname=\"%\"", backend: "" },
    // FreeBSD.
    Place { path: "/etc/rc.conf", reader: "/etc/defaults/rc.conf", variable: "hostname=\"%\"", backend: "freebsd" },
    // Arch up to 2012.
    Place { path: "/etc/rc.conf", reader: "/etc/rc.sysinit", variable: "HOSTNAME=\"%\"", backend: "" },
];

/// Writes the new name to every file that the system reads, but those that `backend` writes. Where it reads none of them, `/etc/hostname`
/// is made.
///
/// # Errors
///
/// Those of [`Tree::edit`].
#[inline(never)]
pub fn write(renaming: &mut Renaming<'_>, backend: &str, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut is_read = false;
    for place in &PLACES {
        // Elsewhere such a path is a directory (SUSE's sysconfig) or leads to another of these files.
        if tree.kind(place.path) == Ok(Some(Kind::File)) && tree.is_there(place.reader) == Ok(true) {
            is_read = true;
            if backend.is_empty() || backend != place.backend {
                set(renaming, place, tree)?;
            }
        }
    }
    if is_read { Ok(()) } else { PLACES.first().map_or(Ok(()), |place| set(renaming, place, tree)) }
}

#[inline(never)]
fn set(renaming: &mut Renaming<'_>, place: &Place, tree: &mut Tree<'_>) -> Result<(), Error> {
    let Place { path, variable, .. } = *place;
    let mut is_broken = false;
    tree.edit(path, 0o644, &mut |old, out| {
        if variable.is_empty() {
            let before = nodename::named(old);
            if before != renaming.wanted.as_bytes() {
                // What is longer is no name.
                renaming.file = before.try_into().unwrap_or_default();
            }
            return Verdict::write_if(nodename::edit(old, renaming.wanted, out) == Ok(true));
        }
        let wanted = &mut |vars: &mut shellvars::Vars<'_, '_>| {
            if path == SYSCONFIG {
                // Without these its scripts leave the network alone.
                vars.set("?NETWORKING=yes", &[]);
                vars.set("?NETWORKING_IPV6=yes", &[]);
            }
            vars.set(variable, &[renaming.wanted]);
        };
        is_broken = !shellvars::edit(old, &|_| false, wanted, out);
        Verdict::write_if(!is_broken)
    })?;
    if is_broken {
        tree.warn("host-name-not-written", path, "no shell could read this file", &[]);
    }
    Ok(())
}
