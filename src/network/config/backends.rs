//! The table of backends: which ways of keeping the network's configuration this agent knows, in the order in which ties are broken.

use crate::network::config::choose::{Clue, Path, Weight};
use crate::network::config::{Backend, dhcpcd, freebsd, ifcfg, ifstate, ifupdown, keyfile, netctl, netifrc, netplan, networkd, suse};

/// Those of Linux.
pub const LINUX: &[Backend] = &[IFUPDOWN, NETPLAN, KEYFILE, IFCFG, NETWORKD, SUSE, NETIFRC, NETCTL, DHCPCD];

const IFUPDOWN: Backend = Backend {
    name: "ifupdown",
    clues: &[
        clue(Weight::Owns, Path::Named("/run/network/ifstate.%"), "\n", "/sbin/ifup"),
        clue(Weight::Enabled, Path::Whole("/etc/systemd/system/multi-user.target.wants/networking.service"), "", "/sbin/ifup"),
        clue(Weight::Enabled, Path::Whole("/etc/runlevels/boot/networking"), "", "/sbin/ifup"),
        clue(Weight::Configured, Path::Whole("/etc/network/interfaces"), "\niface e", "/sbin/ifup"),
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

const NETIFRC: Backend = Backend {
    name: "netifrc",
    clues: &[
        clue(Weight::Owns, Path::Named("/run/openrc/started/net.%"), "", ""),
        clue(Weight::Enabled, Path::Named("/etc/runlevels/default/net.%"), "", ""),
        clue(Weight::Enabled, Path::Named("/etc/runlevels/boot/net.%"), "", ""),
        clue(Weight::Installed, Path::Whole("/lib/netifrc/net"), "", ""),
    ],
    write: netifrc::write,
    enter: None,
    reload: &[],
};

const NETCTL: Backend = Backend {
    name: "netctl",
    clues: &[
        clue(Weight::Owns, Path::Named("/run/systemd/units/invocation:netctl@%.service"), "", ""),
        clue(Weight::Owns, Path::Named("/run/systemd/units/invocation:netctl@nova\\x2dagent\\x2d%.service"), "", ""),
        clue(Weight::Enabled, Path::Named("/etc/systemd/system/multi-user.target.wants/netctl@%.service"), "", ""),
        clue(Weight::Enabled, Path::Named("/etc/systemd/system/multi-user.target.wants/netctl@nova\\x2dagent\\x2d%.service"), "", ""),
        clue(Weight::Enabled, Path::Whole("/etc/systemd/system/multi-user.target.wants/netctl.service"), "", ""),
        clue(Weight::Installed, Path::Whole("/usr/bin/netctl"), "", ""),
    ],
    write: netctl::write,
    enter: None,
    reload: &[],
};

const DHCPCD: Backend = Backend {
    name: "dhcpcd",
    clues: &[
        // The manager of all interfaces; one that another program or a person started for a single interface is no evidence.
        clue(Weight::Runs, Path::Whole("/run/dhcpcd/pid"), "", ""),
        clue(Weight::Runs, Path::Whole("/run/dhcpcd.pid"), "", ""),
        clue(Weight::Enabled, Path::Whole("/etc/systemd/system/multi-user.target.wants/dhcpcd.service"), "", ""),
        clue(Weight::Enabled, Path::Whole("/etc/runlevels/default/dhcpcd"), "", ""),
        clue(Weight::Enabled, Path::Whole("/var/service/dhcpcd"), "", ""),
        clue(Weight::Configured, Path::Whole("/etc/dhcpcd.conf"), "\ninterface ", ""),
        clue(Weight::Installed, Path::Whole("/sbin/dhcpcd"), "", ""),
        clue(Weight::Installed, Path::Whole("/usr/bin/dhcpcd"), "", ""),
    ],
    write: dhcpcd::write,
    enter: None,
    // `dhcpcd -n` would start one where none runs; one that runs was told to leave our interfaces.
    reload: &[],
};

const IFCFG: Backend = Backend {
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
};

const SUSE: Backend = Backend {
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
};

const NETPLAN_PROGRAM: &str = "/usr/sbin/netplan";

/// It makes this directory when it starts.
const NETWORKD_RUNS: &str = "/run/systemd/netif";

/// systemd's note of the unit that runs (since 235).
const NETWORK_MANAGER_RUNS: &str = "/run/systemd/units/invocation:NetworkManager.service";

const WICKED_RUNS: &str = "/run/systemd/units/invocation:wickedd.service";

const fn clue(weight: Weight, path: Path, holds: &'static str, with: &'static str) -> Clue {
    Clue { weight, path, holds, with }
}

/// Those of FreeBSD.
pub const FREEBSD: &[Backend] = &[Backend {
    name: "freebsd",
    clues: &[clue(Weight::Installed, Path::Whole("/etc/rc.conf"), "", "")],
    write: freebsd::write,
    enter: None,
    reload: &[],
}];

/// The backend that `--backend` names.
#[inline(never)]
pub fn named(table: &'static [Backend], name: &[u8]) -> Option<&'static Backend> {
    table.iter().find(|backend| backend.name.as_bytes() == name)
}
