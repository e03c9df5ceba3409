//! The guest's links over rtnetlink: finding one by MAC, reading what is on it, changing it. rtnetlink(7).

use super::super::posix::process;
use super::super::posix::socket;
use super::netlink::{self, Netlink};
use super::path::{open, read};
use super::{dhcp, driver};
use crate::error::Errno;
use crate::limits::DUMP_COUNT;
use crate::network::ip::Ip;
use crate::network::lines::take_line;
use crate::network::live::{Item, Link, LiveAddress, LiveRoute};
use crate::network::model::{Address, Mac};
use crate::network::plan::Change;
use crate::network::rtnetlink::{AddressMessage, Hops, LinkMessage, Message, Request, RouteMessage, emit_route, family};

/// `ARPHRD_ETHER` of linux/if_arp.h, as the wire has it.
const ARPHRD_ETHER: u16 = 1;
/// `RTNH_F_ONLINK` of linux/rtnetlink.h: the gateway is on the link, no subnet need say so. IPv4 only, in every kernel.
const RTNH_F_ONLINK: u32 = 4;
/// `IFA_F_*` of linux/if_addr.h.
const IFA_F_TEMPORARY: u32 = 0x01;
const IFA_F_NODAD: u32 = 0x02;
const IFA_F_DEPRECATED: u32 = 0x20;
const IFA_F_PERMANENT: u32 = 0x80;

/// Names that Xen's network drivers go by, a line each: on the Xen bus, of the module, of classic kernels.
const XEN: &str = "vif\nxen_netfront\nnetfront\n";
/// Virtual links that share MACs, by the driver names of kernels that do not tell a link's kind (before 2.6.23).
const VIRTUAL: &str = "bridge\nbonding\n802.1Q VLAN Support\ntun\nmacvlan\n";

/// Whether `driver` is one of the lines of `names`.
#[inline(never)]
fn is_one_of(names: &str, driver: &[u8]) -> bool {
    let mut rest = names.as_bytes();
    while let Some(line) = take_line(&mut rest) {
        if line.strip_suffix(b"\n") == Some(driver) {
            return true;
        }
    }
    false
}

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
    fn find(&mut self, mac: Mac, link: &mut Link) -> Result<bool, Errno> {
        for _ in 0..DUMP_COUNT {
            let mut best = Fitness::None;
            match self.netlink.dump(libc::RTM_GETLINK, &mut |message| candidate(message, mac, &mut best, link)) {
                Err(Errno(libc::EAGAIN)) => {}
                dumped => return dumped.map(|()| best != Fitness::None),
            }
        }
        Err(Errno(libc::EAGAIN))
    }

    fn live(&mut self, link: &Link, each: &mut dyn FnMut(Item)) -> Result<(), Errno> {
        self.netlink.dump(libc::RTM_GETADDR, &mut |message| address(message, link, each))?;
        self.netlink.dump(libc::RTM_GETROUTE, &mut |message| routes(message, link, each))
    }

    fn change(&mut self, link: &Link, change: &Change) -> Result<(), Errno> {
        let done = match change {
            Change::PromoteSecondaries => promote_secondaries(link),
            change => {
                let mut wire = Request::EMPTY;
                request(link, change, &mut wire);
                self.netlink.change(&mut wire)
            }
        };
        done.map_err(|errno| if lacks_ipv6(link, change) { Errno(libc::EAFNOSUPPORT) } else { errno })
    }

    fn stop_dhcp(&mut self, link: &Link, each: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
        dhcp::stop(link.index, each)
    }

    fn runs(&mut self, process: u32) -> bool {
        libc::pid_t::try_from(process).is_ok_and(process::exists)
    }
}

/// The request that makes a change; none of the kernel's business is `PromoteSecondaries`.
fn request(link: &Link, change: &Change, request: &mut Request) {
    let (kind, flags) = match change {
        Change::Up | Change::PromoteSecondaries => (libc::RTM_SETLINK, 0),
        Change::AddAddress { .. } => (libc::RTM_NEWADDR, libc::NLM_F_CREATE | libc::NLM_F_REPLACE),
        Change::RemoveAddress(_) => (libc::RTM_DELADDR, 0),
        Change::AddRoute { .. } => (libc::RTM_NEWROUTE, libc::NLM_F_CREATE | libc::NLM_F_APPEND),
        Change::RemoveRoute(_) => (libc::RTM_DELROUTE, 0),
    };
    request.start(kind, (libc::NLM_F_REQUEST | libc::NLM_F_ACK | flags) as u16);
    match change {
        Change::Up | Change::PromoteSecondaries => {
            let up = libc::IFF_UP as u32;
            LinkMessage { index: link.index, flags: link.flags | up, change: up, ..LinkMessage::default() }.emit(request);
        }
        Change::AddAddress { address, had } => {
            let flags = if *had { IFA_F_NODAD } else { 0 };
            AddressMessage { flags, broadcast: address.broadcast(), ..message(link, address, &address.ip) }.emit(request);
        }
        Change::RemoveAddress(live) => message(link, &live.address, &live.peer).emit(request),
        Change::AddRoute { route, metric, onlink } => {
            let device = route.gateway.is_none() && route.destination.is_v4();
            let scope = if device { libc::RT_SCOPE_LINK } else { libc::RT_SCOPE_UNIVERSE };
            let live = LiveRoute { route: *route, metric: *metric, tos: 0, scope, protocol: libc::RTPROT_STATIC };
            emit_route(&live, link.index, if *onlink { RTNH_F_ONLINK } else { 0 }, request);
        }
        Change::RemoveRoute(live) => emit_route(live, link.index, 0, request),
    }
}

fn message(link: &Link, address: &Address, peer: &Ip) -> AddressMessage {
    AddressMessage {
        local: address.ip,
        peer: *peer,
        prefix_len: address.prefix_len,
        flags: 0,
        scope: libc::RT_SCOPE_UNIVERSE,
        index: link.index,
        broadcast: None,
    }
}

/// How well a link fits when several have the MAC; the first of equals is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fitness {
    /// Not at all.
    None,
    /// A veth, as containers have.
    Pair,
    /// A device, emulated or passed through.
    Device,
    /// A Xen vif.
    Xen,
}

/// Makes the link that a message tells of the best one, if it is.
fn candidate(message: &Message<'_>, mac: Mac, best: &mut Fitness, link: &mut Link) {
    let Some(found) = LinkMessage::parse(message.body) else { return };
    if message.kind != libc::RTM_NEWLINK || found.hardware != ARPHRD_ETHER || found.address != mac.0 {
        return;
    }
    let Ok(name) = core::str::from_utf8(found.name) else { return };
    let mut driver = [0; driver::NAME_LEN];
    let driver = driver::of(name, &mut driver);
    let fitness = match found.kind {
        _ if is_one_of(XEN, driver) => Fitness::Xen,
        b"veth" => Fitness::Pair,
        b"" if !is_one_of(VIRTUAL, driver) => Fitness::Device,
        _ => return,
    };
    if fitness > *best {
        *best = fitness;
        (link.index, link.flags, link.is_port) = (found.index, found.flags, found.master != 0);
        link.name.clear();
        // The kernel's own limit: it fits.
        let _ = link.name.push_str(name);
    }
}

fn address(message: &Message<'_>, link: &Link, each: &mut dyn FnMut(Item)) {
    let Some(found) = AddressMessage::parse(message.body) else { return };
    if message.kind != libc::RTM_NEWADDR || found.index != link.index {
        return;
    }
    let is = |flag| found.flags & flag != 0;
    // In IPv4 this flag means a secondary address.
    let temporary = !found.local.is_v4() && is(IFA_F_TEMPORARY);
    each(Item::Address(LiveAddress {
        address: Address { ip: found.local, prefix_len: found.prefix_len },
        peer: found.peer,
        lasts: is(IFA_F_PERMANENT) && !is(IFA_F_DEPRECATED),
        is_configured: is(IFA_F_PERMANENT) && !temporary && found.scope == libc::RT_SCOPE_UNIVERSE,
    }));
}

/// Calls `each` for the ways of a route that go through `link`. An IPv6 multipath route is as many routes; an IPv4 one is a route of its
/// own kind that vm-data cannot ask for, and stays.
fn routes(message: &Message<'_>, link: &Link, each: &mut dyn FnMut(Item)) {
    let Some(mut found) = RouteMessage::parse(message.body) else { return };
    let is_v4 = found.live.route.destination.is_v4();
    let cached = found.flags & libc::RTM_F_CLONED != 0;
    let unicast = message.kind == libc::RTM_NEWROUTE && found.kind == libc::RTN_UNICAST;
    if found.table != u32::from(libc::RT_TABLE_MAIN) || !unicast || found.is_special || cached {
        return;
    }
    if is_v4 && !found.hops.is_empty() {
        return;
    }
    let mut hops = Hops(found.hops, family(&found.live.route.destination));
    loop {
        if found.index == link.index {
            each(Item::Route(found.live));
        }
        let Some(hop) = hops.next() else { break };
        (found.index, found.live.route.gateway) = (hop.index, hop.gateway);
    }
}

fn promote_secondaries(link: &Link) -> Result<(), Errno> {
    open("/proc/sys/net/ipv4/conf/%/promote_secondaries\0", &link.name, libc::O_WRONLY)?.write_all(b"1")
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
    match read("/proc/sys/net/ipv6/conf/%/disable_ipv6\0", &link.name, &mut [0]) {
        Ok(value) => value != b"0",
        Err(errno) => errno.0 == libc::ENOENT,
    }
}
