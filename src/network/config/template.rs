//! Templates of what a file says about one interface: lines, each put as often as there is something of its kind.
//!
//! In front of the first `|` of a line stands what it is put for, letters after one another:
//!
//! * nothing: once; `a`: each address; `s`: each static route; `r`: each route, the default ones too, as `routes` lists them; `d`: each name
//!   server; `g`: each default gateway that is in a subnet of its interface or local to the link; `G`: each default gateway; `f`: each route,
//!   the default ones only where the first address of the family has not the gateway in its subnet; `h`: each IPv4 gateway of a route that
//!   is on the link without a subnet; `N`: each default gateway that `f` leaves out;
//! * beside it `4` or `6`: of this family only; `1`: the first; `+`: all but the first;
//! * `?` or `!` behind that: the rest counts only if there is any, or none.
//!
//! In the text behind it `%` and a letter stand for a value (see [`Values`]). A `\` at the end joins the next line that is put.
//! Plain data: a distribution's format is read at a glance, and costs its text and no code.

use crate::limits::PIECE_LEN;
use crate::network::config::{Interface, routes};
use crate::network::ip::{Family, Ip, put_octets};
use crate::network::model::{Address, Wanted};
use crate::text::{Line, Show, Text, cut};

/// Takes lines piece by piece; `ends` with the last piece of one.
pub trait Lines {
    /// Appends to the line at hand.
    fn piece(&mut self, text: &str, ends: bool);
}

/// One thing that lines are put for.
#[derive(Clone, Copy)]
struct Item {
    /// `%i`; `%p` is its prefix length, `%a` both, `%d` as well, or `default`, `%m` the netmask, `%b` the broadcast address.
    address: Address,
    /// `%g`: a route's, or the default gateway at the first address of a family. `%y`: that, or `-`.
    gateway: Option<Ip>,
    /// Whether a route's gateway is on the link without a subnet.
    onlink: bool,
}

/// Which items.
#[derive(Clone, Copy, Default)]
struct Which {
    kind: u8,
    family: Option<Family>,
    /// `1` or `+`; 0 for all.
    part: u8,
}

/// Puts the lines of `template` for `interface`.
#[inline(never)]
pub fn put(template: &str, interface: &Interface, lines: &mut dyn Lines) {
    let mut rest = template;
    while let Some((line, behind)) = cut(rest, b'\n') {
        rest = behind;
        let Some((selector, text)) = cut(line, b'|') else { continue };
        let mut which = Which::default();
        let mut holds = true;
        for byte in selector.bytes() {
            match byte {
                b'4' => which.family = Some(Family::V4),
                b'6' => which.family = Some(Family::V6),
                b'1' | b'+' => which.part = byte,
                b'?' | b'!' => {
                    let mut any = false;
                    each(interface, which, &mut |_, _| any = true);
                    holds &= any == (byte == b'?');
                    which = Which::default();
                }
                kind => which.kind = kind,
            }
        }
        if holds {
            each(interface, which, &mut |item, count| put_one(text, interface, item, count, which.part, lines));
        }
    }
}

/// Shows the items of a kind, and the number of each among them, from 1 on.
#[inline(never)]
fn each(interface: &Interface, which: Which, show: &mut dyn FnMut(&Item, usize)) {
    let wanted = &interface.wanted;
    let mut count = 0;
    let mut gateways = [wanted.gateway4, wanted.gateway6];
    let take: &mut dyn FnMut(Item) = &mut |item: Item| {
        if which.family.is_none_or(|family| family == item.address.ip.family) {
            count += 1;
            if which.part == 0 || (which.part == b'1') == (count == 1) {
                show(&item, count);
            }
        }
    };
    let bare = |ip| Item { address: Address { ip, prefix_len: 0 }, gateway: None, onlink: false };
    match which.kind {
        b'a' => {
            for address in &wanted.addresses {
                let gateway = gateways.get_mut(usize::from(!address.ip.is_v4())).and_then(Option::take);
                take(Item { address: *address, gateway, onlink: false });
            }
        }
        b'd' => {
            for server in &wanted.dns {
                take(bare(*server));
            }
        }
        b's' => {
            for route in &wanted.routes {
                take(Item { address: routes::destination(route), gateway: route.gateway, onlink: false });
            }
        }
        b'r' => routes::each(wanted, &mut |route, onlink| {
            take(Item { address: routes::destination(route), gateway: route.gateway, onlink });
        }),
        b'f' => routes::each(wanted, &mut |route, onlink| {
            if route.prefix_len > 0 || !route.gateway.is_some_and(|gateway| is_near(wanted, &gateway)) {
                take(Item { address: routes::destination(route), gateway: route.gateway, onlink });
            }
        }),
        b'h' => routes::each(wanted, &mut |route, onlink| {
            if let Some(ip) = route.gateway
                && onlink
            {
                take(Item { address: Address { ip, prefix_len: ip.width() }, gateway: None, onlink });
            }
        }),
        b'g' | b'G' | b'N' => {
            for gateway in gateways {
                if let Some(gateway) = gateway
                    && match which.kind {
                        b'g' => gateway.is_link_local_v6() || wanted.covers(&gateway),
                        kind => kind == b'G' || is_near(wanted, &gateway),
                    }
                {
                    take(bare(gateway));
                }
            }
        }
        _ => take(bare(Ip::unspecified(Family::V4))),
    }
}

/// Whether a gateway is local to the link or in the subnet of the first address of its family.
fn is_near(wanted: &Wanted, gateway: &Ip) -> bool {
    let first = wanted.addresses.iter().find(|address| address.ip.same_family(gateway));
    gateway.is_link_local_v6() || first.is_some_and(|address| address.covers(gateway))
}

/// The interface's name as a part of a shell variable's: `%V`.
pub struct Variable<'a>(pub &'a Interface);

impl Show for Variable<'_> {
    fn show(&self, line: &mut Line) {
        for byte in self.0.name.bytes() {
            line.put_byte(in_variable(byte));
        }
    }
}

impl Variable<'_> {
    /// Whether `name` is that part.
    #[inline(never)]
    pub fn is(&self, name: &[u8]) -> bool {
        let own = self.0.name.as_bytes();
        own.len() == name.len() && own.iter().zip(name).all(|(&byte, &found)| in_variable(byte) == found)
    }
}

fn in_variable(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte } else { b'_' }
}

/// Puts one line for one item.
#[inline(never)]
fn put_one(text: &str, interface: &Interface, item: &Item, count: usize, part: u8, lines: &mut dyn Lines) {
    let mut piece = Text::<PIECE_LEN>::new();
    let (mut rest, ends) = text.strip_suffix('\\').map_or((text, true), |text| (text, false));
    while let Some((literal, behind)) = cut(rest, b'%') {
        piece.put(literal);
        let (name, behind) = behind.split_at_checked(1).unwrap_or_default();
        rest = behind;
        match name {
            "%" => piece.put("%"),
            "_" => piece.put(if count > 1 + usize::from(part == b'+') { " " } else { "" }),
            _ => put_value(name, interface, item, count, &mut piece),
        }
    }
    piece.put(rest);
    lines.piece(piece.as_str(), ends);
}

/// Puts the value that a letter stands for.
#[inline(never)]
fn put_value(name: &str, interface: &Interface, item: &Item, count: usize, piece: &mut Line) {
    let Item { address, gateway, onlink } = item;
    let ip = &address.ip;
    let mac = &interface.wanted.mac;
    let computed;
    let value: &dyn Show = match name {
        "i" => ip,
        "p" => &address.prefix_len,
        "m" => {
            computed = Ip::unspecified(ip.family).last(0).network(address.prefix_len);
            &computed
        }
        "b" => {
            computed = address.broadcast().unwrap_or(Ip::unspecified(ip.family));
            &computed
        }
        "y" if gateway.is_none() => &"-",
        "g" | "y" | "," | "v" => {
            let Some(gateway) = gateway else { return };
            piece.put(match name {
                "," => ",",
                "v" => " via ",
                _ => "",
            });
            gateway
        }
        "d" if address.prefix_len == 0 && gateway.is_some() => &"default",
        "a" | "d" => address,
        "o" => &if *onlink { " onlink" } else { "" },
        "n" => &count,
        "k" => &(count - 1),
        "I" => &interface.name,
        "V" => &Variable(interface),
        "M" => return put_octets(piece, &mac.0, "", 16, 2),
        "U" => {
            for byte in Text::<32>::of("%", &[mac]).as_bytes() {
                piece.put_byte(byte.to_ascii_uppercase());
            }
            return;
        }
        _ => mac,
    };
    value.show(piece);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::testing::interface;
    use crate::network::fake::{address, ip, route};
    use std::string::String;

    impl Lines for String {
        fn piece(&mut self, text: &str, ends: bool) {
            self.push_str(text);
            self.push_str(if ends { "$\n" } else { "" });
        }
    }

    fn filled(template: &str) -> String {
        let mut eth0 = interface("eth0", 1);
        let wanted = &mut eth0.wanted;
        wanted.addresses.extend(["198.51.100.23/24", "198.51.100.24/31", "2001:db8::23/64"].map(address));
        wanted.gateway4 = Some(ip("198.51.100.1"));
        wanted.gateway6 = Some(ip("2001:db8:1::1"));
        wanted.routes.extend(["10.0.0.0/8 via 203.0.113.1", "192.0.2.0/24"].map(route));
        wanted.dns.push(ip("192.0.2.53")).unwrap();
        let mut text = String::new();
        put(template, &eth0, &mut text);
        text
    }

    #[test]
    fn selectors() {
        for (template, text) in [
            ("|x%I %H %M\n", "xeth0 40:40:aa:bb:cc:01 4040aabbcc01$\n"),
            ("a|%n:%a%,\n", "1:198.51.100.23/24,198.51.100.1$\n2:198.51.100.24/31$\n3:2001:db8::23/64,2001:db8:1::1$\n"),
            ("4a1|%i %p %m %b\n", "198.51.100.23 24 255.255.255.0 198.51.100.255$\n"),
            ("4a+|%m %b\n", "255.255.255.254 0.0.0.0$\n"),
            ("6a|%n %g\n", "1 2001:db8:1::1$\n"),
            ("s|%a%v\n", "10.0.0.0/8 via 203.0.113.1$\n192.0.2.0/24$\n"),
            ("4r|%a%v%o\n", "10.0.0.0/8 via 203.0.113.1 onlink$\n192.0.2.0/24$\n0.0.0.0/0 via 198.51.100.1$\n"),
            ("6r|%a%v%o\n", "2001:db8:1::1/128$\n::/0 via 2001:db8:1::1$\n"),
            ("g|%i\n", "198.51.100.1$\n"),
            ("d?|dns=\\\nd|%i;\\\nd?|\n", "dns=192.0.2.53;$\n"),
            ("6d?|no\n6d!|none\n6d!4d?d|%i\n", "none$\n192.0.2.53$\n"),
        ] {
            assert_eq!(filled(template), text, "{template}");
        }
    }
}
