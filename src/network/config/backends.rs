//! The table of backends: which ways of keeping the network's configuration this agent knows, in the order in which ties are broken.

use crate::network::config::choose::{Clue, Path, Weight};
use crate::network::config::{Backend, networkd};

/// Those of Linux.
pub const LINUX: &[Backend] = &[NETWORKD];

const NETWORKD: Backend = Backend {
    name: "networkd",
    clues: &[
        Clue { weight: Weight::Owns, path: Path::Indexed("/run/systemd/netif/links/%"), holds: "\nNETWORK_FILE=/", with: "" },
        Clue {
            weight: Weight::Enabled,
            path: Path::Whole("/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"),
            holds: "",
            with: "",
        },
    ],
    write: networkd::write,
    enter: None,
    reload: &[&[c"/usr/bin/networkctl", c"reload"]],
};

/// The backend that `--backend` names.
#[inline(never)]
pub fn named(table: &'static [Backend], name: &[u8]) -> Option<&'static Backend> {
    table.iter().find(|backend| backend.name.as_bytes() == name)
}
