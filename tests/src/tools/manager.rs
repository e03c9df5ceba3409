//! The network managers, and how each is told to bring up what the files in /etc say.

use crate::tools::System;
use crate::tools::{ifupdown, networkd};

/// A network manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// Debian's.
    Ifupdown,
    /// Alpine's since 3.13.
    IfupdownNg,
    /// Cumulus's, in Debian and Proxmox.
    Ifupdown2,
    /// Alpine's before, and that of small images.
    Busybox,
    /// systemd-networkd, with its own files.
    Networkd,
    /// systemd-networkd, with what netplan makes for it.
    Netplan,
}

impl Manager {
    /// Brings up what the files say, as the boot of a distribution does, and waits until it is done. Fails if the tool does.
    pub fn up(self, system: &System) {
        match self {
            Self::Ifupdown => ifupdown::ifupdown(system),
            Self::IfupdownNg => ifupdown::ifupdown_ng(system),
            Self::Ifupdown2 => ifupdown::ifupdown2(system),
            Self::Busybox => ifupdown::busybox(system),
            Self::Networkd => networkd::networkd(system),
            Self::Netplan => networkd::netplan(system),
        }
    }
}
