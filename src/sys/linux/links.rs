//! The guest's links over rtnetlink: finding one by MAC, reading what is on it, changing it. rtnetlink(7).

use super::super::posix::{fd::Fd, process};
use super::netlink::{self, Netlink};
use super::{dhcp, driver, socket};
use crate::error::{Errno, Error};
use crate::limits::DUMP_COUNT;
use crate::network::live::{Item, Link, LiveAddress, LiveRoute};
use crate::network::model::{Address, Mac, Route};
use crate::network::plan::Change;
use crate::network::rtnetlink::{AddressMessage, Hop, Hops, LinkMessage, Message, RouteMessage};
use crate::text::{Parts, Text};

/// `ARPHRD_ETHER` of linux/if_arp.h, as the wire has it.
const ARPHRD_ETHER: u16 = 1;
/// `RTNH_F_ONLINK` of linux/rtnetlink.h: the gateway is on the link, no subnet need say so. IPv4 only, in every kernel.
const RTNH_F_ONLINK: u32 = 4;
/// `IFA_F_*` of linux/if_addr.h.
const IFA_F_TEMPORARY: u32 = 0x01;
const IFA_F_NODAD: u32 = 0x02;
const IFA_F_DEPRECATED: u32 = 0x20;
const IFA_F_PERMANENT: u32 = 0x80;

/// Names that Xen's network drivers go by: on the Xen bus, of the module, of classic kernels.
const XEN: [&str; 3] = ["vif", "xen_netfront", "netfront"];
/// Virtual links that share MACs, by the driver names of kernels that do not tell a link's kind (before 2.6.23).
const VIRTUAL: [&str; 5] = ["bridge", "bonding", "802.1Q VLAN Support", "tun", "macvlan"];

/// Memory for what the kernel tells.
pub type Buffer = netlink::Buffer;

/// The links of this machine.
pub struct Links<'b> {
    netlink: Netlink<'b>,
}

impl<'b> Links<'b> {
    /// Opens nothing yet.
    pub fn new(buffer: &'b mut Buffer) -> Self {
        Self { netlink: Netlink::new(buffer) }
    }
}

impl crate::ports::Links for Links<'_> {
    fn find(&mut self, mac: Mac) -> Result<Option<Link>, Error> {
        let mut tries = 0;
        loop {
            let mut best: Option<(Fitness, Link)> = None;
            let dumped = self.netlink.dump(libc::RTM_GETLINK, &mut |message| {
                let found = candidate(message, mac);
                if found.as_ref().map(|(fitness, _)| *fitness) > best.as_ref().map(|(fitness, _)| *fitness) {
                    best = found;
                }
            });
            tries += 1;
            match dumped {
                Ok(()) => return Ok(best.map(|(_, link)| link)),
                Err(Error::System(_, Errno(libc::EAGAIN))) if tries < DUMP_COUNT => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn live(&mut self, link: &Link, each: &mut dyn FnMut(Item)) -> Result<(), Error> {
        self.netlink.dump(libc::RTM_GETADDR, &mut |message| {
            if let Some(live) = address(message, link) {
                each(Item::Address(live));
            }
        })?;
        self.netlink.dump(libc::RTM_GETROUTE, &mut |message| routes(message, link, &mut |live| each(Item::Route(live))))
    }

    fn change(&mut self, link: &Link, change: &Change) -> Result<(), Error> {
        let done = match change {
            Change::Up => self.up(link),
            Change::PromoteSecondaries => promote_secondaries(link),
            Change::AddAddress { address, had } => self.address(link, libc::RTM_NEWADDR, *address, address.ip, *had),
            Change::RemoveAddress(live) => self.address(link, libc::RTM_DELADDR, live.address, live.peer, false),
            Change::AddRoute { route, metric, onlink } => self.add_route(link, *route, *metric, *onlink),
            Change::RemoveRoute(live) => self.remove_route(link, live),
        };
        done.map_err(|error| match error {
            Error::System(_, errno) => {
                Error::System(change.what(), if lacks_ipv6(link, change) { Errno(libc::EAFNOSUPPORT) } else { errno })
            }
            other => other,
        })
    }

    fn stop_dhcp(&mut self, link: &Link, each: &mut dyn FnMut(&str, u32)) -> Result<(), Error> {
        dhcp::stop(link.index, each).map_err(|errno| Error::System("look for DHCP clients", errno))
    }

    fn runs(&mut self, process: u32) -> bool {
        libc::pid_t::try_from(process).is_ok_and(process::exists)
    }
}

impl Links<'_> {
    fn up(&mut self, link: &Link) -> Result<(), Error> {
        let up = libc::IFF_UP as u32;
        let message = LinkMessage { index: link.index, flags: link.flags | up, change: up, ..LinkMessage::default() };
        self.netlink.change(libc::RTM_SETLINK, 0, &mut |request| message.emit(request))
    }

    fn address(&mut self, link: &Link, kind: u16, address: Address, peer: crate::network::ip::Ip, had: bool) -> Result<(), Error> {
        let message = AddressMessage {
            local: address.ip,
            peer,
            prefix_len: address.prefix_len,
            flags: if had { IFA_F_NODAD } else { 0 },
            scope: libc::RT_SCOPE_UNIVERSE,
            index: link.index,
            broadcast: if kind == libc::RTM_NEWADDR { address.broadcast() } else { None },
        };
        let flags = if kind == libc::RTM_NEWADDR { libc::NLM_F_CREATE | libc::NLM_F_REPLACE } else { 0 };
        self.netlink.change(kind, flags, &mut |request| message.emit(request))
    }

    fn add_route(&mut self, link: &Link, route: Route, metric: u32, onlink: bool) -> Result<(), Error> {
        let device = route.gateway.is_none() && route.destination.is_v4();
        let message = RouteMessage {
            protocol: libc::RTPROT_STATIC,
            scope: if device { libc::RT_SCOPE_LINK } else { libc::RT_SCOPE_UNIVERSE },
            flags: if onlink { RTNH_F_ONLINK } else { 0 },
            metric,
            ..message(link, &route)
        };
        self.netlink.change(libc::RTM_NEWROUTE, libc::NLM_F_CREATE | libc::NLM_F_APPEND, &mut |request| message.emit(request))
    }

    fn remove_route(&mut self, link: &Link, live: &LiveRoute) -> Result<(), Error> {
        let LiveRoute { route, metric, tos, scope, protocol } = *live;
        let message = RouteMessage { tos, scope, protocol, metric, ..message(link, &route) };
        self.netlink.change(libc::RTM_DELROUTE, 0, &mut |request| message.emit(request))
    }
}

fn message(link: &Link, route: &Route) -> RouteMessage<'static> {
    RouteMessage {
        destination: route.destination,
        prefix_len: route.prefix_len,
        tos: 0,
        table: u32::from(libc::RT_TABLE_MAIN),
        protocol: libc::RTPROT_STATIC,
        scope: libc::RT_SCOPE_UNIVERSE,
        kind: libc::RTN_UNICAST,
        flags: 0,
        metric: 0,
        hop: Hop { index: link.index, gateway: route.gateway },
        hops: &[],
        is_special: false,
    }
}

/// How well a link fits when several have the MAC; the first of equals is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fitness {
    /// A veth, as containers have.
    Pair,
    /// A device, emulated or passed through.
    Device,
    /// A Xen vif.
    Xen,
}

fn candidate(message: &Message<'_>, mac: Mac) -> Option<(Fitness, Link)> {
    let found = LinkMessage::parse(message.body)?;
    if message.kind != libc::RTM_NEWLINK || found.hardware != ARPHRD_ETHER || found.address != mac.0 {
        return None;
    }
    let name = core::str::from_utf8(found.name).ok().and_then(|name| name.try_into().ok())?;
    let link = Link { index: found.index, name, flags: found.flags, is_port: found.master.is_some() };
    let driver = driver::of(&link.name);
    let fitness = match found.kind {
        _ if XEN.contains(&driver.as_str()) => Fitness::Xen,
        b"veth" => Fitness::Pair,
        b"" if !VIRTUAL.contains(&driver.as_str()) => Fitness::Device,
        _ => return None,
    };
    Some((fitness, link))
}

fn address(message: &Message<'_>, link: &Link) -> Option<LiveAddress> {
    let found = AddressMessage::parse(message.body).filter(|found| message.kind == libc::RTM_NEWADDR && found.index == link.index)?;
    let is = |flag| found.flags & flag != 0;
    // In IPv4 this flag means a secondary address.
    let temporary = !found.local.is_v4() && is(IFA_F_TEMPORARY);
    Some(LiveAddress {
        address: Address { ip: found.local, prefix_len: found.prefix_len },
        peer: found.peer,
        lasts: is(IFA_F_PERMANENT) && !is(IFA_F_DEPRECATED),
        is_configured: is(IFA_F_PERMANENT) && !temporary && found.scope == libc::RT_SCOPE_UNIVERSE,
    })
}

/// Calls `each` for the ways of a route that go through `link`. An IPv6 multipath route is as many routes; an IPv4 one is a route of its
/// own kind that vm-data cannot ask for, and stays.
fn routes(message: &Message<'_>, link: &Link, each: &mut dyn FnMut(LiveRoute)) {
    let Some(found) = RouteMessage::parse(message.body).filter(|_| message.kind == libc::RTM_NEWROUTE) else { return };
    let cached = found.flags & libc::RTM_F_CLONED != 0;
    if found.table != u32::from(libc::RT_TABLE_MAIN) || found.kind != libc::RTN_UNICAST || found.is_special || cached {
        return;
    }
    let mut way = |hop: Hop| {
        if hop.index == link.index {
            let route = Route { destination: found.destination, prefix_len: found.prefix_len, gateway: hop.gateway };
            each(LiveRoute { route, metric: found.metric, tos: found.tos, scope: found.scope, protocol: found.protocol });
        }
    };
    if found.hops.is_empty() {
        way(found.hop);
    } else if !found.destination.is_v4() {
        Hops(found.hops).for_each(way);
    }
}

fn promote_secondaries(link: &Link) -> Result<(), Error> {
    write_sysctl("/proc/sys/net/ipv4/conf/%/promote_secondaries\0", &[&link.name], b"1")
}

fn write_sysctl(path: &str, parts: &Parts<'_>, value: &[u8]) -> Result<(), Error> {
    let path = Text::<96>::of(path, parts);
    let path = core::ffi::CStr::from_bytes_until_nul(path.as_str().as_bytes()).map_err(|_| Error::bug("a sysctl's path has no end"))?;
    let written = Fd::open(path, libc::O_WRONLY, 0).and_then(|file| file.write_all(value));
    written.map_err(|errno| Error::System("sysctl", errno))
}

/// Whether a change is refused because the kernel was made or started without IPv6, or IPv6 is switched off on the link.
fn lacks_ipv6(link: &Link, change: &Change) -> bool {
    let is_v6 = match change {
        Change::AddAddress { address, .. } => !address.ip.is_v4(),
        Change::AddRoute { route, .. } => !route.destination.is_v4(),
        _ => false,
    };
    is_v6 && (matches!(socket::open(libc::AF_INET6, libc::SOCK_DGRAM, 0), Err(Errno(libc::EAFNOSUPPORT))) || is_off(link))
}

/// Whether `disable_ipv6` is set for the link, or there is no such setting: IPv6 is a module that is not loaded or started disabled.
fn is_off(link: &Link) -> bool {
    let path = Text::<96>::of("/proc/sys/net/ipv6/conf/%/disable_ipv6\0", &[&link.name]);
    let Ok(path) = core::ffi::CStr::from_bytes_until_nul(path.as_str().as_bytes()) else { return false };
    let mut value = [b'0'];
    match Fd::open(path, libc::O_RDONLY, 0).and_then(|file| file.read_full(&mut value)) {
        Ok(_) => value != *b"0",
        Err(errno) => errno.0 == libc::ENOENT,
    }
}
