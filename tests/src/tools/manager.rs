//! The network managers, and how each is told to bring up what the files in /etc say.

use crate::tools::System;
use crate::tools::{ifupdown, netplan, networkd, networkmanager, others, sysconfig};

/// A network manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// Debian's.
    Ifupdown,
    /// Alpine's since 3.13.
    IfupdownNg,
    /// Cumulus's, in Debian and Proxmox: reads what ifupdown brought up.
    Ifupdown2,
    /// Alpine's before, and that of small images.
    Busybox,
    /// systemd-networkd, with its own files.
    Networkd,
    /// systemd-networkd, with what netplan makes for it.
    Netplan,
    /// NetworkManager, with keyfiles.
    NetworkManager,
    /// NetworkManager, with what netplan makes for it.
    NetplanToNetworkManager,
    /// Arch's.
    Netctl,
    /// The static blocks of a DHCP client.
    Dhcpcd,
    /// Red Hat's scripts, told anew.
    RedHat,
    /// SUSE's scripts, told anew.
    Suse,
}

impl Manager {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Ifupdown,
        Self::IfupdownNg,
        Self::Ifupdown2,
        Self::Busybox,
        Self::Networkd,
        Self::Netplan,
        Self::NetworkManager,
        Self::NetplanToNetworkManager,
        Self::Netctl,
        Self::Dhcpcd,
        Self::RedHat,
        Self::Suse,
    ];

    /// Brings up what the files say, as the boot of a distribution does, and waits until it is done. Fails if the tool does.
    pub fn up(self, system: &System) {
        match self {
            Self::Ifupdown => ifupdown::ifupdown(system),
            Self::IfupdownNg => ifupdown::ifupdown_ng(system),
            Self::Ifupdown2 => ifupdown::ifupdown2(system),
            Self::Busybox => ifupdown::busybox(system),
            Self::Networkd => networkd::networkd(system),
            Self::Netplan => netplan::to_networkd(system),
            Self::NetworkManager => networkmanager::network_manager(system),
            Self::NetplanToNetworkManager => netplan::to_network_manager(system),
            Self::Netctl => others::netctl(system),
            Self::Dhcpcd => others::dhcpcd(system),
            Self::RedHat => sysconfig::red_hat(system),
            Self::Suse => sysconfig::suse(system),
        }
    }
}
