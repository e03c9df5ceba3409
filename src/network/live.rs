//! The live state of a link, as the kernel tells it.
//!
//! Terms follow linux/if.h, linux/if_addr.h and linux/rtnetlink.h. Wire formats are in `rtnetlink`.

use crate::limits::LINK_NAME_LEN;
use crate::network::ip::Ip;
use crate::network::model::{Address, Route};
use crate::text::{Line, Show};

/// A network link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The kernel's number for it.
    pub index: u32,
    /// Its name.
    pub name: heapless::String<LINK_NAME_LEN>,
    /// Its interface flags, `IFF_*`.
    pub flags: u32,
    /// Whether it is a port of another link (bridge, bond, team), which has the addresses in its place.
    pub is_port: bool,
}

impl Link {
    /// Whether the link is up as far as the administrator is concerned.
    pub fn is_up(&self) -> bool {
        self.flags & libc::IFF_UP as u32 != 0
    }
}

/// One thing that is configured on a link now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// An address.
    Address(LiveAddress),
    /// A route of the main table.
    Route(LiveRoute),
}

/// An address that the link has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveAddress {
    /// The address and its prefix.
    pub address: Address,
    /// The other end of a point-to-point link; the address itself elsewhere.
    pub peer: Ip,
    /// Whether it is valid and preferred for ever (`IFA_F_PERMANENT` without `IFA_F_DEPRECATED`).
    pub lasts: bool,
    /// Whether somebody configured it: permanent, and of global scope.
    pub is_configured: bool,
}

/// A unicast route of the main table through the link alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveRoute {
    /// Destination and next hop.
    pub route: Route,
    /// Its metric (`RTA_PRIORITY`).
    pub metric: u32,
    /// Type of service.
    pub tos: u8,
    /// Its scope, `RT_SCOPE_*`.
    pub scope: u8,
    /// Who made it, `RTPROT_*`.
    pub protocol: u8,
}

impl LiveRoute {
    /// Whether an administrator or a program on his behalf configured it, rather than the kernel or a routing or address protocol.
    pub fn is_configured(&self) -> bool {
        matches!(self.protocol, libc::RTPROT_BOOT | libc::RTPROT_STATIC)
    }
}

impl Show for Item {
    fn show(&self, line: &mut Line) {
        match self {
            Self::Address(live) => live.address.show(line),
            Self::Route(live) => live.route.show(line),
        }
    }
}
