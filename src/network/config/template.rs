//! Templates of what a file says about one interface: lines, each put as often as there is something of its kind.
//!
//! In front of the first `|` of a line stands what it is put for, letters after one another:
//!
//! * nothing: once; `a`: each address; `s`: each static route; `r`: each route, the default ones too, as `routes` lists them; `d`: each name
//!   server; `G`: each default gateway; `f`: each route, the default ones only where the first address of the family has not the gateway in
//!   its subnet; `h`: each IPv4 gateway of a route that is on the link without a subnet; `N`: each default gateway that `f` leaves out; `l`:
//!   each address in a network of two; `t`: each static route whose gateway is the default one or in the subnet of the first address; `u`:
//!   each other static route;
//! * beside it `4` or `6`: of this family only; `1`: the first; `+`: all but the first;
//! * `?` or `!` behind that: the rest counts only if there is any, or none.
//!
//! In the text behind it `%` and a letter stand for a value (see [`put_value`]), and `%/` for the end of a line. A line with `%g` or `%O`
//! is not put where there is no such thing, nor is what is behind it. A `\` at the end joins the next line that is put.
//! Plain data: a distribution's format is read at a glance, and costs its text and no code.

use crate::limits::{PIECE_LEN, TEMPLATE_LINE_LEN};
use crate::network::config::shell::is_one_of;
use crate::network::config::{Interface, routes};
use crate::network::ip::{Family, Ip, put_octets};
use crate::network::model::{Address, Wanted};
use crate::packed::Packed;
use crate::text::{Line, Show, Text, cut};

/// Takes lines piece by piece; `ends` with the last piece of one.
pub trait Lines {
    /// Appends to the line at hand.
    fn piece(&mut self, text: &str, ends: bool);
}

impl<const N: usize> Lines for Text<N> {
    fn piece(&mut self, text: &str, ends: bool) {
        self.put(text);
        self.put(if ends { "\n" } else { "" });
    }
}

/// One thing that lines are put for.
struct Item<'a> {
    address: &'a Address,
    gateway: Option<&'a Ip>,
    onlink: bool,
    /// Its number among those of its kind, from 1 on.
    count: usize,
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
pub fn put(mut template: Packed, interface: &Interface, lines: &mut dyn Lines) {
    let mut line = Text::<TEMPLATE_LINE_LEN>::new();
    while template.take_line(&mut line) {
        let Some((selector, text)) = cut(line.as_str(), b'|') else { continue };
        let mut which = Which::default();
        let mut holds = true;
        for byte in selector.bytes() {
            match byte {
                b'4' => which.family = Some(Family::V4),
                b'6' => which.family = Some(Family::V6),
                b'1' | b'+' => which.part = byte,
                b'?' | b'!' => {
                    let mut any = false;
                    each(interface, which, &mut |_| any = true);
                    holds &= any == (byte == b'?');
                    which = Which::default();
                }
                kind => which.kind = kind,
            }
        }
        if holds {
            each(interface, which, &mut |item| put_one(text, interface, item, which.part, lines));
        }
    }
}

/// Whether `word` is in the lists of words that `template` puts for `interface`, as [`is_one_of`] takes them.
#[inline(never)]
pub fn lists(template: Packed, interface: &Interface, word: &[u8]) -> bool {
    let mut listed = Listed { word, is_found: false };
    put(template, interface, &mut listed);
    listed.is_found
}

struct Listed<'a> {
    word: &'a [u8],
    is_found: bool,
}

impl Lines for Listed<'_> {
    fn piece(&mut self, text: &str, _: bool) {
        self.is_found |= is_one_of(self.word, text);
    }
}

/// Shows the items of a kind.
#[inline(never)]
fn each(interface: &Interface, which: Which, show: &mut dyn FnMut(&Item<'_>)) {
    let wanted = &interface.wanted;
    let mut count = 0;
    let take: &mut dyn FnMut(&Address, Option<&Ip>, bool) = &mut |address, gateway, onlink| {
        if which.family.is_none_or(|family| family == address.ip.family) {
            count += 1;
            if which.part == 0 || (which.part == b'1') == (count == 1) {
                show(&Item { address, gateway, onlink, count });
            }
        }
    };
    let kinds = match which.kind {
        b'a' | b'l' => {
            let (mut gateway4, mut gateway6) = (wanted.gateway4.as_ref(), wanted.gateway6.as_ref());
            for address in &wanted.addresses {
                let gateway = if address.ip.is_v4() { gateway4.take() } else { gateway6.take() };
                if which.kind == b'a' || address.prefix_len + 1 == address.ip.width() {
                    take(address, gateway, false);
                }
            }
            return;
        }
        b'd' => {
            for ip in &wanted.dns {
                take(&Address { ip: *ip, prefix_len: 0 }, None, false);
            }
            return;
        }
        b't' | b'u' => {
            for route in &wanted.routes {
                let is_default = |gateway: &Ip| wanted.gateway4 == Some(*gateway) || wanted.gateway6 == Some(*gateway);
                let is_held = route.gateway.is_some_and(|gateway| is_default(&gateway) || is_near(wanted, &gateway));
                if is_held == (which.kind == b't') {
                    take(&routes::destination(route), route.gateway.as_ref(), false);
                }
            }
            return;
        }
        b's' => routes::STATIC,
        b'r' => routes::ALL,
        b'f' => routes::ALL - routes::NEAR,
        b'h' => routes::HOP4,
        b'G' => routes::GATEWAY,
        b'N' => routes::NEAR_GATEWAY,
        _ => return take(&Address { ip: Ip::unspecified(Family::V4), prefix_len: 0 }, None, false),
    };
    routes::each(wanted, kinds, &mut |route, onlink| take(&routes::destination(route), route.gateway.as_ref(), onlink));
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

/// Puts the lines for one item.
#[inline(never)]
fn put_one(text: &str, interface: &Interface, item: &Item<'_>, part: u8, lines: &mut dyn Lines) {
    let mut piece = Text::<PIECE_LEN>::new();
    let (mut rest, ends) = text.strip_suffix('\\').map_or((text, true), |text| (text, false));
    while let Some((literal, behind)) = cut(rest, b'%') {
        piece.put(literal);
        let name = behind.as_bytes().first().copied().unwrap_or_default();
        rest = behind.get(1..).unwrap_or_default();
        if name == b'/' {
            lines.piece(piece.as_str(), true);
            piece.clear();
        } else if !put_value(name, interface, item, part, &mut piece) {
            return;
        }
    }
    piece.put(rest);
    lines.piece(piece.as_str(), ends);
}

/// Puts the value that a letter stands for; `false` if there has to be one for the line to make sense.
///
/// Of the item: `%i` the address, `%p` its prefix length, `%a` both, `%d` as well or `default`, `%m` the netmask, `%b` the broadcast address,
/// `%g` the gateway (that of the family at its first address), `%y` that or `-`, `%z` that or the unspecified address, `%v` ` via ` and that,
/// `%,` a comma and that, `%o` ` onlink` and `%O` nothing if the gateway is in no subnet, `%n` its number from 1 on, `%k` from 0 on, `%_` a
/// space if it is not the first.
/// Of the interface: `%I` the name, `%V` the same in a shell variable's, `%H` the MAC address, `%U` in upper case, `%M` without colons.
#[inline(never)]
fn put_value(name: u8, interface: &Interface, item: &Item<'_>, part: u8, piece: &mut Line) -> bool {
    let Item { address, gateway, onlink, count } = item;
    let gateway = *gateway;
    let ip = &address.ip;
    let mac = &interface.wanted.mac;
    let mut computed = Ip::unspecified(ip.family);
    let value: &dyn Show = match name {
        b'%' => &"%",
        b'_' if *count > 1 + usize::from(part == b'+') => &" ",
        b'o' if *onlink => &" onlink",
        b'_' | b'o' => return true,
        b'O' => return *onlink,
        b'i' => ip,
        b'p' => &address.prefix_len,
        b'm' => {
            computed = computed.last(0).network(address.prefix_len);
            &computed
        }
        b'b' => {
            computed = address.broadcast().unwrap_or(computed);
            &computed
        }
        b'd' if address.prefix_len == 0 && gateway.is_some() => &"default",
        b'a' | b'd' => *address,
        b'g' | b'y' | b'z' | b',' | b'v' => match gateway {
            Some(gateway) => {
                match name {
                    b',' => piece.put(","),
                    b'v' => piece.put(" via "),
                    _ => {}
                }
                gateway
            }
            None if name == b'y' => &"-",
            None if name == b'z' => &computed,
            None => return name != b'g',
        },
        b'n' => count,
        b'k' => &(count - 1),
        b'I' => &interface.name,
        b'V' => &Variable(interface),
        b'M' => {
            put_octets(piece, &mac.0, "", 16, 2);
            return true;
        }
        b'U' => {
            for byte in Text::<32>::of("%", &[mac]).as_bytes() {
                piece.put_byte(byte.to_ascii_uppercase());
            }
            return true;
        }
        _ => mac,
    };
    value.show(piece);
    true
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

    fn filled(template: &'static str) -> String {
        let mut eth0 = interface("eth0", 1);
        let wanted = &mut eth0.wanted;
        wanted.addresses.extend(["198.51.100.23/24", "198.51.100.24/31", "2001:db8::23/64"].map(address));
        wanted.gateway4 = Some(ip("198.51.100.1"));
        wanted.gateway6 = Some(ip("2001:db8:1::1"));
        wanted.routes.extend(["10.0.0.0/8 via 203.0.113.1", "192.0.2.0/24"].map(route));
        wanted.dns.push(ip("192.0.2.53")).unwrap();
        let mut text = String::new();
        put(Packed::new(template.as_bytes()), &eth0, &mut text);
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
            ("G|%i\n", "198.51.100.1$\n2001:db8:1::1$\n"),
            ("N|%i\n", "198.51.100.1$\n"),
            ("4h|%i %z %y\n", "203.0.113.1 0.0.0.0 -$\n"),
            ("4r|to %a%/via %g%/ol%O\n", "to 10.0.0.0/8$\nvia 203.0.113.1$\nol$\nto 192.0.2.0/24$\nto 0.0.0.0/0$\nvia 198.51.100.1$\n"),
            ("d?|dns=\\\nd|%i;\\\nd?|\n", "dns=192.0.2.53;$\n"),
            ("6d?|no\n6d!|none\n6d!4d?d|%i\n", "none$\n192.0.2.53$\n"),
        ] {
            assert_eq!(filled(template), text, "{template}");
        }
    }
}
