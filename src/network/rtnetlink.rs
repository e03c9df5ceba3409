//! The wire formats of rtnetlink: messages, links, addresses, routes. Pure; the socket is in `sys`.
//!
//! linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h; netlink(7), rtnetlink(7). All integers are in native byte order
//! except the addresses themselves. Views borrow from the received octets; unknown attributes and codes are passed over, never refused.

use core::ops::Range;

use crate::error::Error;
use crate::network::ip::Ip;

/// `struct nlmsghdr`: length, type, flags, sequence number, port id.
const HEADER_LEN: usize = 16;
/// Messages and attributes start at multiples of this (`NLMSG_ALIGNTO`, `RTA_ALIGNTO`).
const ALIGNMENT: usize = 4;

fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(octets.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(octets.get(at..at + 4)?.try_into().ok()?))
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
        u32_at(self.body, 0).map_or(0, |code| (code as i32).wrapping_neg())
    }
}

/// The messages of one datagram; ends at the first malformed one.
#[derive(Clone, Copy)]
pub struct Messages<'a>(pub &'a [u8]);

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        let len = u32_at(self.0, 0)? as usize;
        let (kind, flags) = (u16_at(self.0, 4)?, u16_at(self.0, 6)?);
        let (sequence, port) = (u32_at(self.0, 8)?, u32_at(self.0, 12)?);
        let body = self.0.get(HEADER_LEN..len)?;
        self.0 = self.0.get(len.next_multiple_of(ALIGNMENT)..).unwrap_or_default();
        Some(Message { kind, flags, sequence, port, body })
    }
}

/// Attributes (`struct rtattr`): type without its flags, value; ends at the first malformed one.
#[derive(Clone, Copy)]
pub struct Attributes<'a>(pub &'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let len = usize::from(u16_at(self.0, 0)?);
        let kind = u16_at(self.0, 2)? & libc::NLA_TYPE_MASK as u16;
        let value = self.0.get(4..len)?;
        self.0 = self.0.get(len.next_multiple_of(ALIGNMENT)..).unwrap_or_default();
        Some((kind, value))
    }
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
    /// Number of the link that this one is a port of.
    pub master: Option<u32>,
    /// Kind of a virtual link, such as `bridge`, without NUL.
    pub kind: &'a [u8],
}

impl<'a> LinkMessage<'a> {
    const LEN: usize = 16;

    /// Reads a message's body.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut link = Self {
            hardware: u16_at(body, 2)?,
            index: u32_at(body, 4)?,
            flags: u32_at(body, 8)?,
            change: u32_at(body, 12)?,
            ..Self::default()
        };
        for (kind, value) in Attributes(body.get(Self::LEN..)?) {
            match kind {
                libc::IFLA_ADDRESS => link.address = value,
                libc::IFLA_IFNAME => link.name = text(value),
                libc::IFLA_MASTER => link.master = u32_at(value, 0).filter(|&master| master != 0),
                libc::IFLA_LINKINFO => {
                    let kind = Attributes(value).find(|(kind, _)| *kind == libc::IFLA_INFO_KIND);
                    link.kind = kind.map_or(&[], |(_, value)| text(value));
                }
                _ => {}
            }
        }
        Some(link)
    }

    /// Writes the fixed part; the kernel is asked by number, so no attribute is needed.
    pub fn emit(&self, out: &mut Request<'_>) -> Result<(), Error> {
        out.put(&[libc::AF_UNSPEC as u8, 0])?;
        out.put(&self.hardware.to_ne_bytes())?;
        out.put(&self.index.to_ne_bytes())?;
        out.put(&self.flags.to_ne_bytes())?;
        out.put(&self.change.to_ne_bytes())
    }
}

fn text(value: &[u8]) -> &[u8] {
    value.split(|&octet| octet == 0).next().unwrap_or_default()
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
        let (index, mut flags) = (u32_at(body, 4)?, u32::from(flags));
        let (mut local, mut peer) = (None, None);
        for (kind, value) in Attributes(body.get(Self::LEN..)?) {
            match kind {
                libc::IFA_LOCAL => local = address(family, value),
                libc::IFA_ADDRESS => peer = address(family, value),
                libc::IFA_FLAGS => flags = u32_at(value, 0)?,
                _ => {}
            }
        }
        // IPv6 tells IFA_LOCAL only if there is a peer.
        let (local, peer) = (local.or(peer)?, peer.or(local)?);
        Some(Self { local, peer, prefix_len, flags, scope, index, broadcast: None })
    }

    /// Writes the message's body. Flags beyond the first eight are not for requests of ours.
    pub fn emit(&self, out: &mut Request<'_>) -> Result<(), Error> {
        out.put(&[family(&self.local), self.prefix_len, self.flags as u8, self.scope])?;
        out.put(&self.index.to_ne_bytes())?;
        out.attribute(libc::IFA_LOCAL, self.local.octets())?;
        out.attribute(libc::IFA_ADDRESS, self.peer.octets())?;
        match &self.broadcast {
            Some(broadcast) => out.attribute(libc::IFA_BROADCAST, broadcast.octets()),
            None => Ok(()),
        }
    }
}

/// A route: `struct rtmsg` and what matters of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteMessage<'a> {
    /// Destination, without host bits.
    pub destination: Ip,
    /// Bits of its prefix.
    pub prefix_len: u8,
    /// Type of service.
    pub tos: u8,
    /// Table, `RT_TABLE_*`.
    pub table: u32,
    /// Who made it, `RTPROT_*`.
    pub protocol: u8,
    /// `RT_SCOPE_*`.
    pub scope: u8,
    /// `RTN_*`.
    pub kind: u8,
    /// `RTNH_F_*`.
    pub flags: u32,
    /// Metric.
    pub metric: u32,
    /// The one way, unless there are several.
    pub hop: Hop,
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
        let any = if i32::from(family) == libc::AF_INET { Ip::V4([0; 4]) } else { Ip::V6([0; 16]) };
        let mut route = Self {
            destination: address(family, any.octets())?,
            prefix_len,
            tos,
            table: u32::from(table),
            protocol,
            scope,
            kind,
            flags: u32_at(body, 8)?,
            metric: 0,
            hop: Hop::default(),
            hops: &[],
            is_special: source_len != 0,
        };
        for (kind, value) in Attributes(body.get(Self::LEN..)?) {
            match kind {
                libc::RTA_DST => route.destination = address(family, value)?,
                libc::RTA_TABLE => route.table = u32_at(value, 0)?,
                libc::RTA_PRIORITY => route.metric = u32_at(value, 0)?,
                libc::RTA_OIF => route.hop.index = u32_at(value, 0)?,
                libc::RTA_GATEWAY => route.hop.gateway = Some(address(family, value)?),
                libc::RTA_MULTIPATH => route.hops = value,
                RTA_VIA | RTA_ENCAP | RTA_NH_ID => route.is_special = true,
                _ => {}
            }
        }
        Some(route)
    }

    /// Writes the message's body.
    pub fn emit(&self, out: &mut Request<'_>) -> Result<(), Error> {
        let table = u8::try_from(self.table).map_err(|_| Error::bug("routes go to the main table"))?;
        out.put(&[family(&self.destination), self.prefix_len, 0, self.tos, table, self.protocol, self.scope, self.kind])?;
        out.put(&self.flags.to_ne_bytes())?;
        if self.prefix_len > 0 {
            out.attribute(libc::RTA_DST, self.destination.octets())?;
        }
        out.attribute(libc::RTA_OIF, &self.hop.index.to_ne_bytes())?;
        if let Some(gateway) = &self.hop.gateway {
            out.attribute(libc::RTA_GATEWAY, gateway.octets())?;
        }
        if self.metric > 0 {
            out.attribute(libc::RTA_PRIORITY, &self.metric.to_ne_bytes())?;
        }
        Ok(())
    }
}

/// Gateway of another family than the destination (Linux 4.1).
const RTA_VIA: u16 = 18;
/// Tunnel header (Linux 4.3).
const RTA_ENCAP: u16 = 22;
/// Next hop object (Linux 5.3).
const RTA_NH_ID: u16 = 30;

/// The ways of a multipath route (`struct rtnexthop`: length, flags, weight, link; then attributes).
#[derive(Clone, Copy)]
pub struct Hops<'a>(pub &'a [u8]);

impl Iterator for Hops<'_> {
    type Item = Hop;

    fn next(&mut self) -> Option<Hop> {
        let len = usize::from(u16_at(self.0, 0)?);
        let index = u32_at(self.0, 4)?;
        let gateway = Attributes(self.0.get(8..len)?).find(|(kind, _)| *kind == libc::RTA_GATEWAY);
        self.0 = self.0.get(len.next_multiple_of(ALIGNMENT)..).unwrap_or_default();
        Some(Hop { index, gateway: gateway.and_then(|(_, value)| Ip::from_octets(value)) })
    }
}

fn family(ip: &Ip) -> u8 {
    (if ip.is_v4() { libc::AF_INET } else { libc::AF_INET6 }) as u8
}

fn address(of: u8, value: &[u8]) -> Option<Ip> {
    Ip::from_octets(value).filter(|ip| family(ip) == of)
}

/// A request that is being written.
pub struct Request<'a> {
    buffer: &'a mut [u8],
    len: usize,
}

impl<'a> Request<'a> {
    /// Starts a request with its header. Port 0: the kernel puts in the sender's.
    pub fn new(buffer: &'a mut [u8], kind: u16, flags: u16, sequence: u32) -> Result<Self, Error> {
        let mut request = Self { buffer, len: 0 };
        request.put(&[0; 4])?;
        request.put(&kind.to_ne_bytes())?;
        request.put(&flags.to_ne_bytes())?;
        request.put(&sequence.to_ne_bytes())?;
        request.put(&[0; 4])?;
        Ok(request)
    }

    fn slot(&mut self, range: Range<usize>) -> Result<&mut [u8], Error> {
        self.buffer.get_mut(range).ok_or_else(|| Error::bug("a netlink request is longer than its buffer"))
    }

    /// Appends octets.
    pub fn put(&mut self, octets: &[u8]) -> Result<(), Error> {
        let end = self.len + octets.len();
        self.slot(self.len..end)?.copy_from_slice(octets);
        self.len = end;
        Ok(())
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) -> Result<(), Error> {
        let len = 4 + value.len();
        self.put(&(len as u16).to_ne_bytes())?;
        self.put(&kind.to_ne_bytes())?;
        self.put(value)?;
        self.put([0; ALIGNMENT].get(..len.next_multiple_of(ALIGNMENT) - len).unwrap_or_default())
    }

    /// Ends the request: its octets.
    pub fn finish(self) -> Result<&'a [u8], Error> {
        let Self { buffer, len } = self;
        let octets = buffer.get_mut(..len).ok_or_else(|| Error::bug("a netlink request is longer than its buffer"))?;
        octets.get_mut(..4).unwrap_or_default().copy_from_slice(&(len as u32).to_ne_bytes());
        Ok(octets)
    }
}
