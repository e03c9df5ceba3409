//! IP addresses of both families: text, prefix lengths, netmasks.
//!
//! Text forms: dotted quads and RFC 4291 (read), RFC 5952 (written). Nothing here knows links or routes.

use crate::text::{Line, Show, take_number};

/// A family of addresses; as a number, the octets of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Family {
    /// IPv4.
    V4 = 4,
    /// IPv6.
    V6 = 16,
}

/// An IPv4 or IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip {
    /// The family.
    pub family: Family,
    /// In network order; those behind an IPv4 address are zero, so that both families take the same arithmetic.
    octets: [u8; 16],
}

impl Ip {
    /// Reads a text form without prefix length or zone.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text.as_bytes())
    }

    /// As [`Ip::parse`].
    #[inline(never)]
    pub fn read(text: &[u8]) -> Option<Self> {
        match parse_v4(text) {
            Some(bits) => Some(Self::new(Family::V4, u128::from(bits) << 96)),
            None => {
                let mut ip = Self::unspecified(Family::V6);
                read_v6(text, &mut ip.octets).map(|()| ip)
            }
        }
    }

    /// Reads 4 or 16 octets.
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let family = match octets.len() {
            4 => Family::V4,
            16 => Family::V6,
            _ => return None,
        };
        let mut ip = Self::unspecified(family);
        for (to, from) in ip.octets.iter_mut().zip(octets) {
            *to = *from;
        }
        Some(ip)
    }

    fn new(family: Family, bits: u128) -> Self {
        Self { family, octets: bits.to_be_bytes() }
    }

    /// The address as a number whose first bits are the address's.
    fn bits(&self) -> u128 {
        u128::from_be_bytes(self.octets)
    }

    /// The octets in network order.
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..self.family as usize).unwrap_or_default()
    }

    /// Whether the address is IPv4.
    pub fn is_v4(&self) -> bool {
        self.family == Family::V4
    }

    /// Whether both are of the same family.
    pub fn same_family(&self, other: &Self) -> bool {
        self.family == other.family
    }

    /// Bits of an address of this family.
    pub fn width(&self) -> u8 {
        self.family as u8 * 8
    }

    /// `0.0.0.0` or `::`.
    pub fn is_unspecified(&self) -> bool {
        self.bits() == 0
    }

    /// The unspecified address of a family.
    pub const fn unspecified(family: Family) -> Self {
        Self { family, octets: [0; 16] }
    }

    /// The address with everything behind the first `prefix_len` bits cleared.
    pub fn network(self, prefix_len: u8) -> Self {
        Self::new(self.family, self.bits() & !behind(prefix_len))
    }

    /// The address with everything behind the first `prefix_len` bits set: the broadcast address of an IPv4 subnet.
    #[inline(never)]
    pub fn last(self, prefix_len: u8) -> Self {
        Self::new(self.family, self.bits() | behind(prefix_len)).network(self.width())
    }

    /// Whether both are of the same family and have the same first `prefix_len` bits.
    pub fn shares(&self, other: &Self, prefix_len: u8) -> bool {
        self.same_family(other) && (self.bits() ^ other.bits()) & !behind(prefix_len) == 0
    }

    /// The prefix length that this address means as a netmask; `None` unless its set bits come first and together.
    pub fn netmask_len(&self) -> Option<u8> {
        let len = self.bits().leading_ones() as u8;
        (self.bits() & behind(len) == 0).then_some(len)
    }

    /// Whether the address can be that of a single host on a network: not unspecified, loopback, multicast, reserved or IPv4 in IPv6.
    #[inline(never)]
    pub fn is_host(&self) -> bool {
        let [first, ..] = self.octets;
        match self.family {
            Family::V4 => !matches!(first, 0 | 127 | 224..),
            Family::V6 => first != 0xff && self.bits() > 1 && self.bits() >> 32 != 0xffff,
        }
    }

    /// Whether the address is one by which a host reaches itself: `127.0.0.0/8` or `::1`.
    pub fn is_loopback(&self) -> bool {
        if self.is_v4() { self.octets().first() == Some(&127) } else { self.bits() == 1 }
    }

    /// Whether the address is an IPv6 link-local one, `fe80::/10`.
    pub fn is_link_local_v6(&self) -> bool {
        let [first, second, ..] = self.octets;
        !self.is_v4() && first == 0xfe && second & 0xc0 == 0x80
    }
}

/// All bits but the first `prefix_len`.
#[inline(never)]
fn behind(prefix_len: u8) -> u128 {
    u128::MAX.checked_shr(u32::from(prefix_len)).unwrap_or(0)
}

/// Four decimal numbers without leading zeros.
#[inline(never)]
fn parse_v4(mut text: &[u8]) -> Option<u32> {
    let mut bits = 0;
    for i in 0..4 {
        if i > 0 {
            let [b'.', rest @ ..] = text else { return None };
            text = rest;
        }
        let part = text;
        let octet = u8::try_from(take_number(&mut text, 10)?).ok()?;
        if part.first() == Some(&b'0') && part.len() - text.len() > 1 {
            return None;
        }
        bits = bits << 8 | u32::from(octet);
    }
    text.is_empty().then_some(bits)
}

/// Eight hexadecimal numbers, of which one run of zeros may be `::`, and the last two a dotted quad.
fn read_v6(mut text: &[u8], octets: &mut [u8; 16]) -> Option<()> {
    // Octets so far, and how many of them are in front of the gap.
    let (mut len, mut gap) = (0, None);
    if let [b':', b':', tail @ ..] = text {
        (text, gap) = (tail, Some(0));
    }
    while !text.is_empty() {
        let part = text;
        let number = take_number(&mut text, 16)?;
        let room = octets.get_mut(len..)?;
        if text.first() == Some(&b'.') {
            *room.first_chunk_mut()? = parse_v4(part)?.to_be_bytes();
            len += 4;
            break;
        }
        *room.first_chunk_mut()? = u16::try_from(number).ok()?.to_be_bytes();
        len += 2;
        text = match text {
            _ if part.len() - text.len() > 4 => return None,
            [b':', b':', tail @ ..] if gap.replace(len).is_none() => tail,
            [b':', tail @ ..] if tail.first().is_some_and(|&first| first != b':') => tail,
            [] => text,
            _ => return None,
        };
    }
    let Some(gap) = gap else { return (len == 16).then_some(()) };
    if len == 16 {
        return None;
    }
    // What is behind the gap goes to the end.
    let before = *octets;
    for (to, octet) in octets.iter_mut().enumerate().skip(gap) {
        let from = (to + len).wrapping_sub(16);
        *octet = before.get(from).filter(|_| from >= gap).copied().unwrap_or(0);
    }
    Some(())
}

/// Writes octets with `parting` between them, each of at least `width` digits.
#[inline(never)]
pub fn put_octets(line: &mut Line, octets: &[u8], parting: &str, base: u64, width: usize) {
    for (i, octet) in octets.iter().enumerate() {
        if i > 0 {
            line.put(parting);
        }
        line.put_number(u64::from(*octet), base, width);
    }
}

impl Show for Ip {
    fn show(&self, line: &mut Line) {
        match self.family {
            Family::V4 => put_octets(line, self.octets(), ".", 10, 1),
            Family::V6 => show_v6(line, &self.octets),
        }
    }
}

/// RFC 5952, section 4: no leading zeros, the first longest run of two or more zero groups as `::`.
fn show_v6(line: &mut Line, octets: &[u8; 16]) {
    let (groups, _) = octets.as_chunks();
    let (mut end, mut longest, mut run) = (0, 1, 0);
    for (i, group) in groups.iter().enumerate() {
        run = if *group == [0, 0] { run + 1 } else { 0 };
        if run > longest {
            (end, longest) = (i + 1, run);
        }
    }
    for (i, group) in groups.iter().enumerate() {
        let place = i + longest;
        if place == end {
            line.put("::");
        }
        if place >= end && i < end {
            continue;
        }
        if i > 0 && i != end {
            line.put(":");
        }
        line.put_number(u64::from(u16::from_be_bytes(*group)), 16, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::{IpAddr, Ipv6Addr};
    use proptest::prelude::*;
    use std::string::ToString;

    fn ip(text: &str) -> Ip {
        Ip::parse(text).unwrap()
    }

    #[test]
    fn text_forms() {
        for text in ["0.0.0.0", "255.255.255.255", "::", "::1", "fe80::def", "2001:db8::1:0:0:1", "1:2:3:4:5:6:7:8", "1::8", "1:0:3::"] {
            assert_eq!(ip(text).to_string(), text);
        }
        for text in ["", "1.2.3", "1.2.3.400", "1.2.3.4/24", "fe80::1%eth0", ":", "1.2.3.4 ", "01.2.3.4"] {
            assert_eq!(Ip::parse(text), None, "{text}");
        }
    }

    #[test]
    fn netmasks() {
        for (text, len) in [
            ("0.0.0.0", Some(0)),
            ("255.240.0.0", Some(12)),
            ("255.255.255.255", Some(32)),
            ("255.0.255.0", None),
            ("0.255.0.0", None),
            ("255.255.255.1", None),
            ("ffff:ffff::", Some(32)),
            ("::", Some(0)),
            ("ffff::1", None),
        ] {
            assert_eq!(ip(text).netmask_len(), len, "{text}");
        }
    }

    #[test]
    fn networks() {
        assert_eq!(ip("198.51.100.23").network(12), ip("198.48.0.0"));
        assert_eq!(ip("198.51.100.23").last(24), ip("198.51.100.255"));
        assert_eq!(ip("2001:db8:1::23").network(47), ip("2001:db8::"));
        assert_eq!(ip("2001:db8:1::23").network(128), ip("2001:db8:1::23"));
        assert_eq!(ip("10.1.2.3").network(0), ip("0.0.0.0"));
    }

    #[test]
    fn hosts() {
        for text in ["10.0.0.0", "169.254.1.1", "fe80::1", "2001:db8::1"] {
            assert!(ip(text).is_host(), "{text}");
        }
        for text in ["0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "ff02::1", "::ffff:1.2.3.4"] {
            assert!(!ip(text).is_host(), "{text}");
        }
        for (text, is_loopback) in [("127.0.0.1", true), ("127.1.2.3", true), ("::1", true), ("128.0.0.1", false), ("::2", false)] {
            assert_eq!(ip(text).is_loopback(), is_loopback, "{text}");
        }
        assert!(ip("fe80::1").is_link_local_v6() && ip("febf::1").is_link_local_v6() && !ip("fec0::1").is_link_local_v6());
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_standard_library_reads(text in "[0-9a-f:.]{0,20}|([0-9a-f]{0,4}:){0,9}[0-9a-f]{0,5}|(::)?([0-9a-f]{1,4}:){0,7}[0-9]{1,3}(.[0-9]{1,3}){3}|([0-9a-f]{1,4}::?){5,8}[0-9a-f]{0,4}") {
            let theirs: Option<IpAddr> = text.parse().ok();
            let theirs = theirs.map(|ip| match ip {
                IpAddr::V4(ip) => Ip::from_octets(&ip.octets()).unwrap(),
                IpAddr::V6(ip) => Ip::from_octets(&ip.octets()).unwrap(),
            });
            prop_assert_eq!(Ip::parse(&text), theirs);
        }

        #[test]
        fn v6_text_is_that_of_the_standard_library(groups: [u16; 8], zeros: u8) {
            let mut groups = groups;
            for (i, group) in groups.iter_mut().enumerate() {
                *group *= u16::from(zeros >> i & 1);
            }
            let [a, b, c, d, e, g, h, i] = groups;
            let theirs = Ipv6Addr::new(a, b, c, d, e, g, h, i);
            if theirs.to_ipv4_mapped().is_none() {
                prop_assert_eq!(Ip::from_octets(&theirs.octets()).unwrap().to_string(), theirs.to_string());
            }
        }

        #[test]
        fn a_netmask_has_its_own_length(len in 0u8..=128) {
            prop_assert_eq!(Ip::from_octets(&[0xff; 16]).unwrap().network(len).netmask_len(), Some(len));
            prop_assert_eq!(Ip::from_octets(&[0xff; 4]).unwrap().network(len.min(32)).netmask_len(), Some(len.min(32)));
        }
    }
}
