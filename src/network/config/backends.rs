//! The table of backends: which ways of keeping the network's configuration this agent knows, in the order in which ties are broken.

use crate::network::config::choose::{Clue, Path, Weight};
use crate::network::config::{Backend, keyfile};

/// Those of Linux.
pub const LINUX: &[Backend] = &[Backend {
    name: "keyfile",
    clues: &[
        // Kept when the daemon ends, so it has to run, too. A link that it does not manage has no such file.
        clue(Weight::Owns, Path::Indexed("/run/NetworkManager/devices/%"), "connection-uuid=", NETWORK_MANAGER_RUNS),
        clue(Weight::Runs, Path::Whole(NETWORK_MANAGER_RUNS), "", ""),
        clue(Weight::Runs, Path::Whole("/run/openrc/started/NetworkManager"), "", ""),
        clue(Weight::Enabled, Path::Whole("/etc/systemd/system/multi-user.target.wants/NetworkManager.service"), "", ""),
        clue(Weight::Enabled, Path::Whole("/etc/runlevels/default/NetworkManager"), "", ""),
        clue(Weight::Enabled, Path::Whole("/var/service/NetworkManager"), "", ""),
        clue(Weight::Installed, Path::Whole("/usr/sbin/NetworkManager"), "", ""),
        clue(Weight::Installed, Path::Whole("/usr/bin/NetworkManager"), "", ""),
    ],
    write: keyfile::write,
    enter: None,
    reload: &[&[c"/usr/bin/nmcli", c"connection", c"reload"]],
}];

/// systemd's note of the unit that runs (since 235).
const NETWORK_MANAGER_RUNS: &str = "/run/systemd/units/invocation:NetworkManager.service";

const fn clue(weight: Weight, path: Path, holds: &'static str, with: &'static str) -> Clue {
    Clue { weight, path, holds, with }
}

/// Those of FreeBSD.
pub const FREEBSD: &[Backend] = &[];

/// The backend that `--backend` names.
#[inline(never)]
pub fn named(table: &'static [Backend], name: &[u8]) -> Option<&'static Backend> {
    table.iter().find(|backend| backend.name.as_bytes() == name)
}
