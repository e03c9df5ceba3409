//! The table of backends: which ways of keeping the network's configuration this agent knows, in the order in which ties are broken.

use crate::network::config::choose::{Clue, Path, Weight};
use crate::network::config::{Backend, ifcfg, keyfile, suse};

/// Those of Linux.
pub const LINUX: &[Backend] = &[
    Backend {
        name: "ifcfg",
        clues: &[
            // NetworkManager reads them, too, where it has the plugin.
            clue(Weight::Owns, Path::Named("/etc/sysconfig/network-scripts/ifcfg-%"), "", "/usr/share/dbus-1/system.d/nm-ifcfg-rh.conf"),
            clue(Weight::Owns, Path::Named("/etc/sysconfig/network-scripts/ifcfg-%"), "", "/etc/dbus-1/system.d/nm-ifcfg-rh.conf"),
            clue(Weight::Owns, Path::Named("/etc/sysconfig/network-scripts/ifcfg-%"), "", "/var/lock/subsys/network"),
            clue(Weight::Runs, Path::Whole("/var/lock/subsys/network"), "", "/etc/sysconfig/network-scripts/ifup-eth"),
            // Up to RHEL 7, where NetworkManager takes no keyfiles unless told to.
            clue(Weight::Runs, Path::Whole("/etc/dbus-1/system.d/nm-ifcfg-rh.conf"), "", NETWORK_MANAGER_RUNS),
            clue(Weight::Enabled, Path::Whole("/etc/rc3.d/S10network"), "", "/etc/sysconfig/network-scripts/ifup-eth"),
            clue(Weight::Configured, Path::Named("/etc/sysconfig/network-scripts/ifcfg-%"), "", ""),
            clue(Weight::Installed, Path::Whole("/etc/sysconfig/network-scripts/ifup-eth"), "", ""),
        ],
        write: ifcfg::write,
        enter: None,
        reload: &[&[c"/usr/bin/nmcli", c"connection", c"reload"]],
    },
    Backend {
        name: "suse",
        clues: &[
            // The ifup of SLES 10 and 11, and that of 9.
            clue(Weight::Owns, Path::Named("/dev/.sysconfig/network/if-%"), "", ""),
            clue(Weight::Owns, Path::Named("/var/run/sysconfig/if-%"), "", ""),
            clue(Weight::Owns, Path::Named("/etc/sysconfig/network/ifcfg-%"), "", WICKED_RUNS),
            clue(Weight::Runs, Path::Whole(WICKED_RUNS), "", ""),
            // Where systemd is older than 235.
            clue(Weight::Runs, Path::Whole("/sys/fs/cgroup/systemd/system.slice/wickedd.service"), "", ""),
            clue(Weight::Enabled, Path::Whole("/etc/systemd/system/multi-user.target.wants/wicked.service"), "", ""),
            clue(Weight::Configured, Path::Named("/etc/sysconfig/network/ifcfg-%"), "", ""),
            clue(Weight::Installed, Path::Whole("/usr/sbin/wicked"), "", ""),
            clue(Weight::Installed, Path::Whole("/etc/sysconfig/network/scripts/functions"), "", ""),
        ],
        write: suse::write,
        enter: None,
        // Not ifreload, which takes down what has changed.
        reload: &[&[c"/usr/sbin/wicked", c"ifup", c"boot"], &[c"/sbin/netconfig", c"update"]],
    },
    Backend {
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
    },
];

const WICKED_RUNS: &str = "/run/systemd/units/invocation:wickedd.service";

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
