//! The wire formats of rtnetlink: messages, links, addresses, routes. Pure; the socket is in `sys`.
//!
//! linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h; netlink(7), rtnetlink(7). All integers are in native byte order
//! except the addresses themselves. Views borrow from the received octets; unknown attributes and codes are passed over, never refused.

use crate::error::Errno;
use crate::limits::NETLINK_REQUEST_LEN;
use crate::network::ip::{Family, Ip};
use crate::network::live::LiveRoute;
use crate::network::model::Route;

/// `struct nlmsghdr`: length, type, flags, sequence number, port id.
const HEADER_LEN: usize = 16;
/// Messages and attributes start at multiples of this (`NLMSG_ALIGNTO`, `RTA_ALIGNTO`).
const ALIGNMENT: usize = 4;

/// The number at `at`; 0 where there is none.
fn u16_at(octets: &[u8], at: usize) -> u16 {
    octets.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |octets| u16::from_ne_bytes(*octets))
}

/// As [`u16_at`].
fn u32_at(octets: &[u8], at: usize) -> u32 {
    octets.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |octets| u32::from_ne_bytes(*octets))
}

/// Takes a record of `len` octets, and the padding behind it, from the front of `octets`: what follows its head of `head` octets.
#[inline(never)]
fn take<'a>(octets: &mut &'a [u8], len: usize, head: usize) -> Option<&'a [u8]> {
    let body = octets.get(head..len)?;
    *octets = octets.get(len.next_multiple_of(ALIGNMENT)..).unwrap_or_default();
    Some(body)
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// `NLMSG_*` or `RTM_*`.
    pub kind: u16,
    /// `NLM_F_*`.
    pub flags: u16,
    /// The number of the request that it answers.
    pub sequence: u32,
    /// The port of the socket that it is for.
    pub port: u32,
    /// What follows the header.
    pub body: &'a [u8],
}

impl Message<'_> {
    /// The errno that a `NLMSG_ERROR` or `NLMSG_DONE` carries, 0 for success.
    pub fn errno(&self) -> i32 {
        (u32_at(self.body, 0) as i32).wrapping_neg()
    }
}

/// The messages of one datagram; ends at the first malformed one.
#[derive(Clone, Copy)]
pub struct Messages<'a>(pub &'a [u8]);

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        let head = self.0;
        let body = take(&mut self.0, u32_at(head, 0) as usize, HEADER_LEN)?;
        Some(Message { kind: u16_at(head, 4), flags: u16_at(head, 6), sequence: u32_at(head, 8), port: u32_at(head, 12), body })
    }
}

/// Attributes (`struct rtattr`): type without its flags, value; ends at the first malformed one.
#[derive(Clone, Copy)]
pub struct Attributes<'a>(pub &'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let head = self.0;
        let value = take(&mut self.0, usize::from(u16_at(head, 0)), 4)?;
        Some((u16_at(head, 2) & libc::NLA_TYPE_MASK as u16, value))
    }
}

/// The value of the attribute of a kind.
#[inline(never)]
fn attribute(attributes: &[u8], kind: u16) -> Option<&[u8]> {
    Attributes(attributes).find(|(other, _)| *other == kind).map(|(_, value)| value)
}

/// The number that the attribute of a kind is; 0 if there is none.
fn number(attributes: &[u8], kind: u16) -> u32 {
    u32_at(attribute(attributes, kind).unwrap_or_default(), 0)
}

/// The text that the attribute of a kind is, without NUL; empty if there is none.
#[inline(never)]
fn text(attributes: &[u8], kind: u16) -> &[u8] {
    let value = attribute(attributes, kind).unwrap_or_default();
    value.split(|&octet| octet == 0).next().unwrap_or_default()
}

/// The address that a value is; `None` unless it is one of the family `of`.
#[inline(never)]
fn address(value: &[u8], of: u8) -> Option<Ip> {
    Ip::from_octets(value).filter(|ip| family(ip) == of)
}

/// A link: `struct ifinfomsg` and what matters of its attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkMessage<'a> {
    /// `ARPHRD_*`.
    pub hardware: u16,
    /// Number of the link.
    pub index: u32,
    /// `IFF_*`.
    pub flags: u32,
    /// Which of the flags to change; only in requests.
    pub change: u32,
    /// Address on the link layer.
    pub address: &'a [u8],
    /// Name, without NUL.
    pub name: &'a [u8],
    /// Number of the link that this one is a port of; 0 if there is none.
    pub master: u32,
    /// Kind of a virtual link, such as `bridge`, without NUL.
    pub kind: &'a [u8],
}

impl<'a> LinkMessage<'a> {
    const LEN: usize = 16;

    /// Reads a message's body.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let attributes = body.get(Self::LEN..)?;
        Some(Self {
            hardware: u16_at(body, 2),
            index: u32_at(body, 4),
            flags: u32_at(body, 8),
            change: u32_at(body, 12),
            address: attribute(attributes, libc::IFLA_ADDRESS).unwrap_or_default(),
            name: text(attributes, libc::IFLA_IFNAME),
            master: number(attributes, libc::IFLA_MASTER),
            kind: text(attribute(attributes, libc::IFLA_LINKINFO).unwrap_or_default(), libc::IFLA_INFO_KIND),
        })
    }

    /// Writes the fixed part; the kernel is asked by number, so no attribute is needed.
    pub fn emit(&self, out: &mut Request) {
        out.put(&[libc::AF_UNSPEC as u8, 0]);
        out.put(&self.hardware.to_ne_bytes());
        out.put_u32(self.index);
        out.put_u32(self.flags);
        out.put_u32(self.change);
    }
}

/// An address: `struct ifaddrmsg` and what matters of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressMessage {
    /// The address of this end.
    pub local: Ip,
    /// The address of the other end, whose prefix it is; the same as `local` unless the link is point-to-point.
    pub peer: Ip,
    /// Bits of the prefix.
    pub prefix_len: u8,
    /// `IFA_F_*`.
    pub flags: u32,
    /// `RT_SCOPE_*`.
    pub scope: u8,
    /// Number of the link.
    pub index: u32,
    /// Broadcast address; only in requests.
    pub broadcast: Option<Ip>,
}

impl AddressMessage {
    const LEN: usize = 8;

    /// Reads a message's body; `None` also for other families.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let &[family, prefix_len, flags, scope, ..] = body else { return None };
        let attributes = body.get(Self::LEN..)?;
        // IPv6 tells IFA_LOCAL only if there is a peer.
        let peer = attribute(attributes, libc::IFA_ADDRESS);
        let local = attribute(attributes, libc::IFA_LOCAL).or(peer)?;
        let (local, peer) = (address(local, family)?, address(peer.unwrap_or(local), family)?);
        // The attribute's flags include the first eight; it is there since Linux 3.14.
        let flags = u32::from(flags) | number(attributes, libc::IFA_FLAGS);
        Some(Self { local, peer, prefix_len, flags, scope, index: u32_at(body, 4), broadcast: None })
    }

    /// Writes the message's body. Flags beyond the first eight are not for requests of ours.
    pub fn emit(&self, out: &mut Request) {
        out.put(&[family(&self.local), self.prefix_len, self.flags as u8, self.scope]);
        out.put_u32(self.index);
        out.attribute(libc::IFA_LOCAL, self.local.octets());
        out.attribute(libc::IFA_ADDRESS, self.peer.octets());
        if let Some(broadcast) = &self.broadcast {
            out.attribute(libc::IFA_BROADCAST, broadcast.octets());
        }
    }
}

/// A route: `struct rtmsg` and what matters of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteMessage<'a> {
    /// The route; its gateway that of the one way, unless there are several.
    pub live: LiveRoute,
    /// Table, `RT_TABLE_*`.
    pub table: u32,
    /// `RTN_*`.
    pub kind: u8,
    /// `RTNH_F_*`.
    pub flags: u32,
    /// Number of the one way's link; 0 if there is none.
    pub index: u32,
    /// The ways of a multipath route; see [`Hops`]. Only in answers.
    pub hops: &'a [u8],
    /// Whether there is something about it that none of the fields here can say: source prefix, encapsulation, next hop object, gateway of
    /// another family. Only in answers.
    pub is_special: bool,
}

/// One way of a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// Number of the link; 0 if there is none.
    pub index: u32,
    /// The gateway.
    pub gateway: Option<Ip>,
}

impl<'a> RouteMessage<'a> {
    const LEN: usize = 12;

    /// Reads a message's body; `None` also for other families.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let &[family, prefix_len, source_len, tos, table, protocol, scope, kind, ..] = body else { return None };
        let attributes = body.get(Self::LEN..)?;
        let destination = match attribute(attributes, libc::RTA_DST) {
            Some(value) => address(value, family)?,
            None => Ip::unspecified(if i32::from(family) == libc::AF_INET { Family::V4 } else { Family::V6 }),
        };
        let Hop { index, gateway } = Hop::parse(number(attributes, libc::RTA_OIF), attributes, family)?;
        let route = Route { destination, prefix_len, gateway };
        Some(Self {
            live: LiveRoute { route, metric: number(attributes, libc::RTA_PRIORITY), tos, scope, protocol },
            // Tables beyond 255, which the head has as RT_TABLE_COMPAT, are in the attribute alone.
            table: attribute(attributes, libc::RTA_TABLE).map_or(u32::from(table), |value| u32_at(value, 0)),
            kind,
            flags: u32_at(body, 8),
            index,
            hops: attribute(attributes, libc::RTA_MULTIPATH).unwrap_or_default(),
            is_special: source_len != 0 || [RTA_VIA, RTA_ENCAP, RTA_NH_ID].iter().any(|&kind| attribute(attributes, kind).is_some()),
        })
    }
}

/// Writes the body of a request about a unicast route of the main table through the link number `index`, with `RTNH_F_*` as its flags.
#[inline(never)]
pub fn emit_route(live: &LiveRoute, index: u32, flags: u32, out: &mut Request) {
    let LiveRoute { route, metric, tos, scope, protocol } = live;
    let (table, kind) = (libc::RT_TABLE_MAIN, libc::RTN_UNICAST);
    out.put(&[family(&route.destination), route.prefix_len, 0, *tos, table, *protocol, *scope, kind]);
    out.put_u32(flags);
    if route.prefix_len > 0 {
        out.attribute(libc::RTA_DST, route.destination.octets());
    }
    out.attribute(libc::RTA_OIF, &index.to_ne_bytes());
    if let Some(gateway) = &route.gateway {
        out.attribute(libc::RTA_GATEWAY, gateway.octets());
    }
    if *metric > 0 {
        out.attribute(libc::RTA_PRIORITY, &metric.to_ne_bytes());
    }
}

/// Gateway of another family than the destination (Linux 4.1).
const RTA_VIA: u16 = 18;
/// Tunnel header (Linux 4.3).
const RTA_ENCAP: u16 = 22;
/// Next hop object (Linux 5.3).
const RTA_NH_ID: u16 = 30;

impl Hop {
    #[inline(never)]
    fn parse(index: u32, attributes: &[u8], family: u8) -> Option<Self> {
        let gateway = match attribute(attributes, libc::RTA_GATEWAY) {
            Some(value) => Some(address(value, family)?),
            None => None,
        };
        Some(Self { index, gateway })
    }
}

/// The ways of a multipath route of the family `AF_*` (`struct rtnexthop`: length, flags, weight, link; then attributes).
#[derive(Clone, Copy)]
pub struct Hops<'a>(pub &'a [u8], pub u8);

impl Iterator for Hops<'_> {
    type Item = Hop;

    fn next(&mut self) -> Option<Hop> {
        let head = self.0;
        let attributes = take(&mut self.0, usize::from(u16_at(head, 0)), 8)?;
        Hop::parse(u32_at(head, 4), attributes, self.1)
    }
}

/// The family `AF_*` of an address.
pub fn family(ip: &Ip) -> u8 {
    (if ip.is_v4() { libc::AF_INET } else { libc::AF_INET6 }) as u8
}

/// A request that is being written.
pub struct Request {
    buffer: [u8; NETLINK_REQUEST_LEN],
    len: usize,
}

impl Request {
    /// No request yet.
    pub const EMPTY: Self = Self { buffer: [0; NETLINK_REQUEST_LEN], len: 0 };

    /// Starts an empty request with its header. Port 0: the kernel puts in the sender's.
    #[inline(never)]
    pub fn start(&mut self, kind: u16, flags: u16) {
        self.len = 4;
        self.put(&kind.to_ne_bytes());
        self.put(&flags.to_ne_bytes());
        self.len = HEADER_LEN;
    }

    /// Appends octets; [`Request::finish`] tells if they do not fit.
    #[inline(never)]
    pub fn put(&mut self, octets: &[u8]) {
        let room = self.buffer.get_mut(self.len..).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(octets) {
            *to = *from;
        }
        self.len += octets.len();
    }

    fn put_u32(&mut self, number: u32) {
        self.put(&number.to_ne_bytes());
    }

    #[inline(never)]
    fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.put(&(4 + value.len() as u16).to_ne_bytes());
        self.put(&kind.to_ne_bytes());
        self.put(value);
        self.len = self.len.next_multiple_of(ALIGNMENT);
    }

    /// Ends the request, which gets a number: its octets.
    ///
    /// # Errors
    ///
    /// EMSGSIZE if it is longer than its buffer.
    pub fn finish(&mut self, sequence: u32) -> Result<&[u8], Errno> {
        let len = self.len;
        for (at, number) in [(0, len as u32), (8, sequence)] {
            self.len = at;
            self.put_u32(number);
        }
        self.len = len;
        self.buffer.get(..len).ok_or(Errno(libc::EMSGSIZE))
    }
}
