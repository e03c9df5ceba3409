//! The table of backends: which ways of keeping the network's configuration this agent knows, in the order in which ties are broken.

use crate::network::config::choose::{Clue, Path, Weight};
use crate::network::config::{Backend, ifstate, ifupdown, keyfile, netplan, networkd};

/// Those of Linux.
pub const LINUX: &[Backend] = &[IFUPDOWN, NETPLAN, KEYFILE, NETWORKD];

const IFUPDOWN: Backend = Backend {
    name: "ifupdown",
    clues: &[
        clue(Weight::Owns, Path::Named("/run/network/ifstate.%"), "\n", "/sbin/ifup"),
        clue(Weight::Enabled, Path::Whole("/etc/systemd/system/multi-user.target.wants/networking.service"), "", "/sbin/ifup"),
        clue(Weight::Enabled, Path::Whole("/etc/runlevels/boot/networking"), "", "/sbin/ifup"),
        clue(Weight::Configured, Path::Whole("/etc/network/interfaces"), "iface ", "/sbin/ifup"),
        clue(Weight::Installed, Path::Whole("/sbin/ifup"), "", "/etc/network"),
    ],
    write: ifupdown::write,
    enter: Some(ifstate::enter),
    reload: &[],
};

const NETPLAN: Backend = Backend {
    name: "netplan",
    clues: &[
        clue(Weight::Owns, Path::Indexed("/run/systemd/netif/links/%"), "NETWORK_FILE=/run/systemd/network/10-netplan-", NETWORKD_RUNS),
        clue(Weight::Owns, Path::Named("/run/NetworkManager/system-connections/netplan-%.nmconnection"), "", NETWORK_MANAGER_RUNS),
        clue(Weight::Configured, Path::Whole("/etc/netplan/50-cloud-init.yaml"), "", NETPLAN_PROGRAM),
        clue(Weight::Configured, Path::Whole("/etc/netplan/99-nova-agent.yaml"), "", NETPLAN_PROGRAM),
        clue(Weight::Configured, Path::Whole("/etc/netplan/rackspace-cloud.yaml"), "", NETPLAN_PROGRAM),
        clue(Weight::Installed, Path::Whole(NETPLAN_PROGRAM), "", ""),
    ],
    write: netplan::write,
    enter: None,
    reload: &[&[c"/usr/sbin/netplan", c"generate"], &[c"/usr/bin/networkctl", c"reload"], &[c"/usr/bin/nmcli", c"connection", c"reload"]],
};

const KEYFILE: Backend = Backend {
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
};

const NETWORKD: Backend = Backend {
    name: "networkd",
    clues: &[
        // A link that it does not manage has no such line.
        clue(Weight::Owns, Path::Indexed("/run/systemd/netif/links/%"), "NETWORK_FILE=", NETWORKD_RUNS),
        clue(Weight::Enabled, Path::Whole("/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"), "", ""),
    ],
    write: networkd::write,
    enter: None,
    reload: &[&[c"/usr/bin/networkctl", c"reload"]],
};

const NETPLAN_PROGRAM: &str = "/usr/sbin/netplan";

/// It makes this directory when it starts.
const NETWORKD_RUNS: &str = "/run/systemd/netif";

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
