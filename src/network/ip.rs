//! IP addresses of both families: text, prefix lengths, netmasks.
//!
//! Text forms: dotted quads and RFC 4291 (read), RFC 5952 (written). Nothing here knows links or routes.

use crate::text::{Line, Show};

/// An IPv4 or IPv6 address, octets in network order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ip {
    /// IPv4.
    V4([u8; 4]),
    /// IPv6.
    V6([u8; 16]),
}

impl Ip {
    /// Reads a text form without prefix length or zone.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.contains(&b':') { parse_v6(text).map(Self::V6) } else { parse_v4(text).map(Self::V4) }
    }

    /// Reads 4 or 16 octets.
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        match octets.len() {
            4 => Some(Self::V4(octets.try_into().ok()?)),
            16 => Some(Self::V6(octets.try_into().ok()?)),
            _ => None,
        }
    }

    /// The octets in network order.
    pub fn octets(&self) -> &[u8] {
        match self {
            Self::V4(octets) => octets,
            Self::V6(octets) => octets,
        }
    }

    fn octets_mut(&mut self) -> &mut [u8] {
        match self {
            Self::V4(octets) => octets,
            Self::V6(octets) => octets,
        }
    }

    /// Whether the address is IPv4.
    pub fn is_v4(&self) -> bool {
        matches!(self, Self::V4(_))
    }

    /// Whether both are of the same family.
    pub fn same_family(&self, other: &Self) -> bool {
        self.is_v4() == other.is_v4()
    }

    /// Bits of an address of this family.
    pub fn width(&self) -> u8 {
        if self.is_v4() { 32 } else { 128 }
    }

    /// `0.0.0.0` or `::`.
    pub fn is_unspecified(&self) -> bool {
        self.octets().iter().all(|&octet| octet == 0)
    }

    /// The unspecified address of the same family.
    pub fn unspecified(&self) -> Self {
        self.network(0)
    }

    /// The address with everything behind the first `prefix_len` bits cleared.
    pub fn network(mut self, prefix_len: u8) -> Self {
        for (i, octet) in self.octets_mut().iter_mut().enumerate() {
            *octet &= mask(i, prefix_len);
        }
        self
    }

    /// The address with everything behind the first `prefix_len` bits set: the broadcast address of an IPv4 subnet.
    pub fn last(mut self, prefix_len: u8) -> Self {
        for (i, octet) in self.octets_mut().iter_mut().enumerate() {
            *octet |= !mask(i, prefix_len);
        }
        self
    }

    /// The prefix length that this address means as a netmask; `None` unless its set bits come first and together.
    pub fn netmask_len(&self) -> Option<u8> {
        let len = self.octets().iter().map(|octet| octet.leading_ones()).take_while(|&ones| ones > 0).sum::<u32>();
        let len = u8::try_from(len).ok()?;
        (self.last(0).network(len) == *self).then_some(len)
    }

    /// Whether the address can be that of a single host on a network: not unspecified, loopback, multicast, reserved or IPv4 in IPv6.
    pub fn is_host(&self) -> bool {
        match self {
            Self::V4([first, ..]) => !matches!(first, 0 | 127 | 224..),
            Self::V6([0xff, ..]) => false,
            Self::V6([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ..]) => false,
            Self::V6(_) => !self.is_unspecified() && self.octets() != LOOPBACK_V6,
        }
    }

    /// Whether the address is an IPv6 link-local one, `fe80::/10`.
    pub fn is_link_local_v6(&self) -> bool {
        matches!(self, Self::V6([0xfe, second, ..]) if second & 0xc0 == 0x80)
    }
}

/// `::1`
const LOOPBACK_V6: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// Four decimal numbers without leading zeros.
fn parse_v4(text: &[u8]) -> Option<[u8; 4]> {
    let mut octets = [0; 4];
    let mut parts = text.split(|&byte| byte == b'.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.len() > 1 && part.first() == Some(&b'0') {
            return None;
        }
        *octet = u8::try_from(number(part, 10)?).ok()?;
    }
    parts.next().is_none().then_some(octets)
}

/// Eight hexadecimal numbers, of which one run of zeros may be `::`, and the last two a dotted quad.
fn parse_v6(text: &[u8]) -> Option<[u8; 16]> {
    let mut octets = [0; 16];
    let (mut len, mut gap) = (0, None);
    let mut rest = text;
    if let Some(tail) = text.strip_prefix(b"::") {
        (rest, gap) = (tail, Some(0));
    }
    while !rest.is_empty() {
        let end = rest.iter().position(|&byte| byte == b':').unwrap_or(rest.len());
        let (part, tail) = rest.split_at_checked(end)?;
        if part.contains(&b'.') && tail.is_empty() {
            octets.get_mut(len..len + 4)?.copy_from_slice(&parse_v4(part)?);
            len += 4;
            break;
        }
        octets.get_mut(len..len + 2)?.copy_from_slice(&number(part, 16)?.to_be_bytes());
        len += 2;
        rest = match tail {
            [b':', b':', tail @ ..] if gap.replace(len).is_none() => tail,
            [b':', tail @ ..] if tail.first().is_some_and(|&first| first != b':') => tail,
            [] => tail,
            _ => return None,
        };
    }
    match gap {
        Some(gap) if len < 16 => octets.get_mut(gap..)?.rotate_right(16 - len),
        None if len == 16 => {}
        _ => return None,
    }
    Some(octets)
}

/// The value of one to four digits.
#[inline(never)]
pub fn number(digits: &[u8], radix: u32) -> Option<u16> {
    let value = |value: u32, digit: &u8| Some(value * radix + char::from(*digit).to_digit(radix)?);
    let fits = (1..=4).contains(&digits.len());
    digits.iter().take(4).try_fold(0, value).filter(|_| fits).map(|value| value as u16)
}

/// The octet at `index` of a netmask of `prefix_len` bits.
fn mask(index: usize, prefix_len: u8) -> u8 {
    let bits = usize::from(prefix_len).saturating_sub(index * 8).min(8);
    !(0xffu8.checked_shr(bits as u32).unwrap_or(0))
}

impl Show for Ip {
    fn show(&self, line: &mut Line<'_>) {
        match self {
            Self::V4([a, b, c, d]) => line.fill("%.%.%.%", &[a, b, c, d]),
            Self::V6(octets) => {
                let mut groups = [0u16; 8];
                for (group, pair) in groups.iter_mut().zip(octets.chunks_exact(2)) {
                    *group = pair.iter().fold(0, |high, &low| high << 8 | u16::from(low));
                }
                show_v6(line, &groups)
            }
        }
    }
}

/// RFC 5952, section 4: no leading zeros, the first longest run of two or more zero groups as `::`.
fn show_v6(line: &mut Line<'_>, groups: &[u16; 8]) {
    let zeros_at = |start: usize| groups.iter().skip(start).take_while(|&&group| group == 0).count();
    let (mut start, mut len) = (8, 1);
    for i in 0..8 {
        if zeros_at(i) > len {
            (start, len) = (i, zeros_at(i));
        }
    }
    for (i, group) in groups.iter().enumerate() {
        if i == start {
            line.put("::");
        }
        if i >= start && i < start + len {
            continue;
        }
        if i > 0 && i != start + len {
            line.put(":");
        }
        line.put_number(u64::from(*group), 16, 1);
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
        assert!(ip("fe80::1").is_link_local_v6() && ip("febf::1").is_link_local_v6() && !ip("fec0::1").is_link_local_v6());
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_standard_library_reads(text in "[0-9a-f:.]{0,20}|([0-9a-f]{0,4}:){0,9}[0-9a-f]{0,5}|(::)?([0-9a-f]{1,4}:){0,7}[0-9]{1,3}(.[0-9]{1,3}){3}|([0-9a-f]{1,4}::?){5,8}[0-9a-f]{0,4}") {
            let theirs: Option<IpAddr> = text.parse().ok();
            let theirs = theirs.map(|ip| match ip {
                IpAddr::V4(ip) => Ip::V4(ip.octets()),
                IpAddr::V6(ip) => Ip::V6(ip.octets()),
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
                prop_assert_eq!(Ip::V6(theirs.octets()).to_string(), theirs.to_string());
            }
        }

        #[test]
        fn a_netmask_has_its_own_length(len in 0u8..=128) {
            prop_assert_eq!(Ip::V6([0xff; 16]).network(len).netmask_len(), Some(len));
            prop_assert_eq!(Ip::V4([0xff; 4]).network(len.min(32)).netmask_len(), Some(len.min(32)));
        }
    }
}
