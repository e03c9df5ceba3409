//! The table of backends: which ways of keeping the network's configuration this agent knows, in the order in which ties are broken.
//!
//! What the clues mean is in [`super::choose`].

use crate::network::config::{Backend, dhcpcd, freebsd, ifcfg, ifstate, ifupdown, keyfile, netctl, netifrc, netplan, networkd, suse};
use crate::packed;
use crate::packed::Packed;

/// Those of Linux.
pub const LINUX: &[Backend] = &[IFUPDOWN, NETPLAN, IFCFG, KEYFILE, NETWORKD, SUSE, NETIFRC, NETCTL, DHCPCD];

/// Red Hat's, in front of keyfiles: NetworkManager reads these, too, where it has the plugin, and up to RHEL 7 no others unless told to.
const IFCFG: Backend = Backend {
    name: "ifcfg",
    clues: packed!(
        "\
o /etc/sysconfig/network-scripts/ifcfg-% /usr/share/dbus-1/system.d/nm-ifcfg-rh.conf
o /etc/sysconfig/network-scripts/ifcfg-% /etc/dbus-1/system.d/nm-ifcfg-rh.conf
o /etc/sysconfig/network-scripts/ifcfg-% /var/lock/subsys/network
r /var/lock/subsys/network /etc/sysconfig/network-scripts/ifup-eth
r /etc/dbus-1/system.d/nm-ifcfg-rh.conf /sys/fs/cgroup/systemd/system.slice/NetworkManager.service
r /etc/dbus-1/system.d/nm-ifcfg-rh.conf /var/lock/subsys/NetworkManager
e /etc/rc3.d/S10network /etc/sysconfig/network-scripts/ifup-eth
c /etc/sysconfig/network-scripts/ifcfg-%
i /etc/sysconfig/network-scripts/ifup-eth
"
    ),
    write: ifcfg::write,
    enter: None,
    reload: &[NMCLI],
};

/// SUSE's: wicked, which leaves a directory in the control group where systemd is older than 235; the ifup of SLES 10 and 11, and of 9.
const SUSE: Backend = Backend {
    name: "suse",
    clues: packed!(
        "\
o /etc/sysconfig/network/ifcfg-% /run/systemd/units/invocation:wickedd.service
o /etc/sysconfig/network/ifcfg-% /sys/fs/cgroup/systemd/system.slice/wickedd.service
o /dev/.sysconfig/network/if-%
o /var/run/sysconfig/if-%
r /run/systemd/units/invocation:wickedd.service
r /sys/fs/cgroup/systemd/system.slice/wickedd.service
e /etc/systemd/system/multi-user.target.wants/wicked.service
c /etc/sysconfig/network/ifcfg-%
i /usr/sbin/wicked
i /etc/sysconfig/network/scripts/functions
"
    ),
    write: suse::write,
    enter: None,
    // Not ifreload, which takes an interface down if its files changed.
    reload: &[packed!("/usr/sbin/wicked ifup boot\n"), packed!("/sbin/netconfig update\n")],
};

/// Those of FreeBSD.
pub const FREEBSD: &[Backend] =
    &[Backend { name: "freebsd", clues: packed!("i /etc/rc.conf\n"), write: freebsd::write, enter: None, reload: &[] }];

/// Makes a running NetworkManager read its files.
const NMCLI: Packed = packed!("/usr/bin/nmcli connection reload\n");
/// Makes it take an interface's profile: the one that was active stays so unless another one is asked for by name. The addresses are gone
/// for some 20 ms then.
const NMCLI_UP: Packed = packed!("|/usr/bin/nmcli --wait 15 connection up 6e6f7661-2d61-8765-ae74-%M\n");
/// Makes a running networkd read its files.
const NETWORKCTL: Packed = packed!("/usr/bin/networkctl reload\n");

const IFUPDOWN: Backend = Backend {
    name: "ifupdown",
    clues: packed!(
        "\
o /run/network/ifstate.% /sbin/ifup=e
e /etc/systemd/system/multi-user.target.wants/networking.service /sbin/ifup
e /etc/runlevels/boot/networking /sbin/ifup
c /etc/network/interfaces /sbin/ifup=iface e
i /sbin/ifup /etc/network
"
    ),
    write: ifupdown::write,
    enter: Some(ifstate::enter),
    reload: &[],
};

const NETPLAN: Backend = Backend {
    name: "netplan",
    clues: packed!(
        "\
o /run/systemd/netif/links/% /run/systemd/netif=NETWORK_FILE=/run/systemd/network/10-netplan-
o /run/NetworkManager/system-connections/netplan-%.nmconnection /run/systemd/units/invocation:NetworkManager.service
c /etc/netplan/50-cloud-init.yaml /usr/sbin/netplan
c /etc/netplan/99-nova-agent.yaml /usr/sbin/netplan
c /etc/netplan/rackspace-cloud.yaml /usr/sbin/netplan
i /usr/sbin/netplan
"
    ),
    write: netplan::write,
    enter: None,
    reload: &[packed!("/usr/sbin/netplan generate\n"), NETWORKCTL, NMCLI],
};

/// NetworkManager keeps its note of a link when it ends, so it has to run, too. A link that it does not manage has no such line. The unit's
/// invocation is systemd's note of what runs (since 235).
const KEYFILE: Backend = Backend {
    name: "keyfile",
    clues: packed!(
        "\
o /run/NetworkManager/devices/% /run/systemd/units/invocation:NetworkManager.service=connection-uuid=
r /run/systemd/units/invocation:NetworkManager.service
r /run/openrc/started/NetworkManager
e /etc/systemd/system/multi-user.target.wants/NetworkManager.service
e /etc/runlevels/default/NetworkManager
e /var/service/NetworkManager
i /usr/sbin/NetworkManager
i /usr/bin/NetworkManager
"
    ),
    write: keyfile::write,
    enter: None,
    reload: &[NMCLI, NMCLI_UP],
};

/// A link that networkd does not manage has no such line; it makes the directory when it starts.
const NETWORKD: Backend = Backend {
    name: "networkd",
    clues: packed!(
        "\
o /run/systemd/netif/links/% /run/systemd/netif=NETWORK_FILE=
e /etc/systemd/system/multi-user.target.wants/systemd-networkd.service
"
    ),
    write: networkd::write,
    enter: None,
    reload: &[NETWORKCTL],
};

const NETIFRC: Backend = Backend {
    name: "netifrc",
    clues: packed!(
        "\
o /run/openrc/started/net.%
e /etc/runlevels/default/net.%
e /etc/runlevels/boot/net.%
i /lib/netifrc/net
"
    ),
    write: netifrc::write,
    enter: None,
    reload: &[],
};

/// A profile of the user's often has the interface's name. What saves and restores profiles is no proof that one is enabled.
const NETCTL: Backend = Backend {
    name: "netctl",
    clues: packed!(
        "\
o /run/systemd/units/invocation:netctl@%.service
o /run/systemd/units/invocation:netctl@nova\\x2dagent\\x2d%.service
e /etc/systemd/system/multi-user.target.wants/netctl@%.service
e /etc/systemd/system/multi-user.target.wants/netctl@nova\\x2dagent\\x2d%.service
c /etc/systemd/system/multi-user.target.wants/netctl.service
i /usr/bin/netctl
"
    ),
    write: netctl::write,
    enter: None,
    reload: &[],
};

/// As the manager of all interfaces; one that another program or a person started for a single interface is no evidence. Nothing is run:
/// `dhcpcd -n` would start one where none runs, and one that runs was told to leave our interfaces.
const DHCPCD: Backend = Backend {
    name: "dhcpcd",
    clues: packed!(
        "\
r /run/dhcpcd/pid
r /run/dhcpcd.pid
e /etc/systemd/system/multi-user.target.wants/dhcpcd.service
e /etc/runlevels/default/dhcpcd
e /var/service/dhcpcd
c /etc/dhcpcd.conf=interface e
i /sbin/dhcpcd
i /usr/bin/dhcpcd
"
    ),
    write: dhcpcd::write,
    enter: None,
    reload: &[],
};

/// The backend that `--backend` names.
pub fn named(table: &'static [Backend], name: &[u8]) -> Option<&'static Backend> {
    table.iter().find(|backend| backend.name.as_bytes() == name)
}
