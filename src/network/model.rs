//! What one interface is to have. Plain values of fixed size; every one of them has been validated by its constructor.

use heapless::{String, Vec};

use crate::limits::{ADDRESS_COUNT, DNS_COUNT, LABEL_LEN, ROUTE_COUNT};
use crate::network::ip::{Ip, put_octets};
use crate::text::{Line, Show};

/// A unicast MAC address (IEEE 802 MAC-48).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// Reads twelve hexadecimal digits of either case; any `:` and `-` are passed over. Group addresses and zero are none.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut bits, mut count) = (0, 0);
        for byte in text.bytes() {
            if let Some(digit) = char::from(byte).to_digit(16) {
                bits = bits << 4 | u64::from(digit);
                count += 1;
            } else if !matches!(byte, b':' | b'-') {
                return None;
            }
        }
        let [_, _, octets @ ..] = bits.to_be_bytes();
        let is_group = bits >> 40 & 1 != 0;
        (count == 12 && bits != 0 && !is_group).then_some(Self(octets))
    }
}

impl Show for Mac {
    fn show(&self, line: &mut Line) {
        put_octets(line, &self.0, ":", 16, 2);
    }
}

/// An address with the length of its subnet's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The host's own address.
    pub ip: Ip,
    /// Bits of the subnet's prefix.
    pub prefix_len: u8,
}

impl Address {
    /// An address that an interface can have: of a host, with a prefix of at least one bit.
    pub fn new(ip: Ip, prefix_len: u8) -> Option<Self> {
        (ip.is_host() && (1..=ip.width()).contains(&prefix_len)).then_some(Self { ip, prefix_len })
    }

    /// The subnet's broadcast address; none for IPv6 and for prefixes of 31 and 32 bits (RFC 3021).
    pub fn broadcast(&self) -> Option<Ip> {
        (self.ip.is_v4() && self.prefix_len < 31).then(|| self.ip.last(self.prefix_len))
    }

    /// Whether `ip` is in the address's subnet.
    pub fn covers(&self, ip: &Ip) -> bool {
        self.ip.shares(ip, self.prefix_len)
    }
}

impl Show for Address {
    fn show(&self, line: &mut Line) {
        line.fill("%/%", &[&self.ip, &self.prefix_len]);
    }
}

/// A route through the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The network, without host bits.
    pub destination: Ip,
    /// Bits of its prefix; 0 is the default route.
    pub prefix_len: u8,
    /// The next hop; without one, the destination is on the link.
    pub gateway: Option<Ip>,
}

impl Route {
    /// A route to the network that `destination` is in, via a host of the same family.
    pub fn new(destination: Ip, prefix_len: u8, gateway: Option<Ip>) -> Option<Self> {
        let gateway_fits = gateway.is_none_or(|gateway| gateway.is_host() && gateway.same_family(&destination));
        (prefix_len <= destination.width() && gateway_fits).then(|| Self {
            destination: destination.network(prefix_len),
            prefix_len,
            gateway,
        })
    }

    /// The default route via `gateway`.
    pub fn default_via(gateway: Ip) -> Self {
        Self { destination: Ip::unspecified(gateway.family), prefix_len: 0, gateway: Some(gateway) }
    }
}

impl Show for Route {
    fn show(&self, line: &mut Line) {
        Address { ip: self.destination, prefix_len: self.prefix_len }.show(line);
        if let Some(gateway) = &self.gateway {
            line.fill(" via %", &[gateway]);
        }
    }
}

/// What one interface is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The interface's address on the link layer, by which it is found.
    pub mac: Mac,
    /// Addresses, the primary one first.
    pub addresses: Vec<Address, ADDRESS_COUNT>,
    /// Next hop of the IPv4 default route.
    pub gateway4: Option<Ip>,
    /// Next hop of the IPv6 default route.
    pub gateway6: Option<Ip>,
    /// Static routes.
    pub routes: Vec<Route, ROUTE_COUNT>,
    /// Name servers.
    pub dns: Vec<Ip, DNS_COUNT>,
    /// What the host calls the network; empty unless it is fit for a comment in a file.
    pub label: String<LABEL_LEN>,
    /// Whether everything the host wrote was understood. If not, something live may be what was meant, so nothing counts as stale.
    pub complete: bool,
}

impl Wanted {
    /// The interface `mac` with nothing on it.
    pub const fn new(mac: Mac) -> Self {
        Self {
            mac,
            addresses: Vec::new(),
            gateway4: None,
            gateway6: None,
            routes: Vec::new(),
            dns: Vec::new(),
            label: String::new(),
            complete: true,
        }
    }

    /// Whether a neighbour `ip` is in the subnet of one of the addresses.
    pub fn covers(&self, ip: &Ip) -> bool {
        self.addresses.iter().any(|address| address.covers(ip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn ip(text: &str) -> Ip {
        Ip::parse(text).unwrap()
    }

    #[test]
    fn mac_addresses() {
        let mac = Mac([0x40, 0x40, 0x27, 0x5b, 0x3a, 0x01]);
        for text in ["40:40:27:5B:3A:01", "4040275b3a01", "4040275B3A01", "40-40-27-5b-3a-01"] {
            assert_eq!(Mac::parse(text), Some(mac), "{text}");
        }
        for text in
            ["", "4040275b3a0", "4040275b3a011", "40:40:27:5B:3A:0g", "000000000000", "ffffffffffff", "01005e000001", "+4040275b3a0"]
        {
            assert_eq!(Mac::parse(text), None, "{text}");
        }
        assert_eq!(mac.to_string(), "40:40:27:5b:3a:01");
    }

    #[test]
    fn addresses() {
        let address = |text, len| Address::new(ip(text), len);
        for (text, len) in [("10.0.0.1", 31), ("10.0.0.1", 32), ("2001:db8::1", 127), ("2001:db8::1", 128), ("10.0.0.1", 1)] {
            assert!(address(text, len).is_some());
        }
        for (text, len) in [("10.0.0.1", 0), ("10.0.0.1", 33), ("2001:db8::1", 129), ("127.0.0.1", 8), ("::", 64), ("ff02::1", 64)] {
            assert_eq!(address(text, len), None);
        }
        assert_eq!(address("198.51.100.23", 24).unwrap().broadcast(), Some(ip("198.51.100.255")));
        assert_eq!(address("198.51.100.23", 31).unwrap().broadcast(), None);
        assert_eq!(address("2001:db8::1", 64).unwrap().broadcast(), None);
        assert!(address("198.51.100.23", 24).unwrap().covers(&ip("198.51.100.1")));
        assert!(!address("198.51.100.23", 32).unwrap().covers(&ip("198.51.100.1")));
        assert!(!address("198.51.100.23", 1).unwrap().covers(&ip("c000::")));
    }

    #[test]
    fn routes() {
        assert_eq!(Route::new(ip("10.208.3.1"), 12, None).unwrap().to_string(), "10.208.0.0/12");
        assert_eq!(Route::default_via(ip("fe80::1")).to_string(), "::/0 via fe80::1");
        assert_eq!(Route::new(ip("10.0.0.0"), 8, Some(ip("fe80::1"))), None);
        assert_eq!(Route::new(ip("10.0.0.0"), 8, Some(ip("224.0.0.1"))), None);
        assert_eq!(Route::new(ip("10.0.0.0"), 33, None), None);
    }
}
