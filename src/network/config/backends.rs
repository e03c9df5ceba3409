//! The table of backends: which ways of keeping the network's configuration this agent knows, in the order in which ties are broken.

use crate::network::config::choose::{Clue, Path, Weight};
use crate::network::config::{Backend, ifstate, ifupdown};

/// Those of Linux.
pub const LINUX: &[Backend] = &[Backend {
    name: "ifupdown",
    clues: &[
        Clue { weight: Weight::Owns, path: Path::Named("/run/network/ifstate.%"), holds: "\n", with: "" },
        Clue {
            weight: Weight::Enabled,
            path: Path::Whole("/etc/systemd/system/multi-user.target.wants/networking.service"),
            holds: "",
            with: "/sbin/ifup",
        },
        Clue { weight: Weight::Enabled, path: Path::Whole("/etc/runlevels/boot/networking"), holds: "", with: "/sbin/ifup" },
        Clue { weight: Weight::Configured, path: Path::Whole("/etc/network/interfaces"), holds: "iface ", with: "/sbin/ifup" },
        Clue { weight: Weight::Installed, path: Path::Whole("/sbin/ifup"), holds: "", with: "" },
    ],
    write: ifupdown::write,
    enter: Some(ifstate::enter),
    reload: &[],
}];

/// The backend that `--backend` names.
#[inline(never)]
pub fn named(table: &'static [Backend], name: &[u8]) -> Option<&'static Backend> {
    table.iter().find(|backend| backend.name.as_bytes() == name)
}
