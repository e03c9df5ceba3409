//! The files that a system takes its host name from at boot: hostname(5), and what other systems have in its place.
//!
//! The name itself and the form of `/etc/hostname` are in `network/nodename.rs`; `/etc/hosts`, where it has to be found, is in `hosts.rs`.

use crate::error::Error;
use crate::limits::PACKED_LINE_LEN;
use crate::network::config::shellvars::{self, Vars};
use crate::network::config::tree::Tree;
use crate::network::nodename::{self, Nodename};
use crate::packed;
use crate::packed::Packed;
use crate::ports::{Kind, Verdict};
use crate::text::{Text, take_until};

/// A machine's new name and the one that it had.
pub struct Renaming<'a> {
    /// The new name.
    pub wanted: &'a Nodename,
    /// The old one: that of a file, or else the kernel's.
    pub old: Option<Nodename>,
}

/// What reads Red Hat's file, up to 6.
pub const SYSINIT: &str = "/etc/rc.d/rc.sysinit";

/// The files that systems read, one a line: what shows that this system does; the backend that writes the file itself, with
/// [`Network::nodename`](super::Network::nodename); the path; the variables that the file has, of which the last is the name. Without any it
/// holds the name and nothing else. A space is behind each word.
///
/// Debian, Alpine, Arch, whatever has systemd; Slackware, and SUSE up to 11; Red Hat up to 6, whose scripts leave the network alone without
/// the first two; OpenRC; FreeBSD; Arch up to 2012.
const PLACES: Packed = packed!(
    "\
/etc/hostname - /etc/hostname \n\
/etc/HOSTNAME - /etc/HOSTNAME \n\
/etc/rc.d/rc.sysinit ifcfg /etc/sysconfig/network ?NETWORKING=yes ?NETWORKING_IPV6=yes HOSTNAME=% \n\
/etc/conf.d/hostname - /etc/conf.d/hostname hostname=\"%\" \n\
/etc/defaults/rc.conf freebsd /etc/rc.conf hostname=\"%\" \n\
/etc/rc.sysinit - /etc/rc.conf HOSTNAME=\"%\" \n\
"
);

/// Writes the new name to every file that the system reads, but those that `backend` writes. Where it reads none of them, `/etc/hostname`
/// is made.
///
/// # Errors
///
/// Those of [`Tree::edit`].
#[inline(never)]
pub fn write(renaming: &mut Renaming<'_>, backend: &str, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut is_read = false;
    let (mut rest, mut place) = (PLACES, Text::<PACKED_LINE_LEN>::new());
    while rest.take_line(&mut place) {
        let mut line = place.as_str();
        // Elsewhere such a path is a directory (SUSE's sysconfig) or leads to another of these files.
        if let Some(reader) = take_until(&mut line, b' ')
            && let Some(writer) = take_until(&mut line, b' ')
            && let Some(path) = take_until(&mut line, b' ')
            && let Ok(Some(Kind::File)) = tree.kind(path)
            && let Ok(true) = tree.is_there(reader)
        {
            is_read = true;
            if backend != writer {
                set(renaming, path, line, tree)?;
            }
        }
    }
    if is_read { Ok(()) } else { set(renaming, "/etc/hostname", "", tree) }
}

#[inline(never)]
fn set(renaming: &mut Renaming<'_>, path: &str, variables: &str, tree: &mut Tree<'_>) -> Result<(), Error> {
    if !variables.is_empty() {
        let wanted = &mut |vars: &mut Vars<'_, '_>| {
            let mut rest = variables;
            while let Some(variable) = take_until(&mut rest, b' ') {
                vars.set(variable, &[renaming.wanted]);
            }
        };
        return shellvars::write(path, wanted, tree);
    }
    tree.edit(path, 0o644, &mut |old, out| {
        let before = nodename::edit(old, renaming.wanted, out);
        let is_new = before != renaming.wanted.as_bytes();
        if is_new && let Some(before) = Nodename::parse(before) {
            renaming.old = Some(before);
        }
        Verdict::write_if(is_new)
    })
}
