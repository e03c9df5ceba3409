//! Templates of what a file says about one interface: lines, each put as often as there is something of its kind.
//!
//! In front of the first `|` of a line stands what it is put for, letters after one another:
//!
//! * nothing: once; `a`: each address; `s`: each static route; `r`: each route, the default ones too, as `items` lists them; `d`: each name
//!   server; `G`: each default gateway; `f`: each route, the default ones only where the first address of the family has not the gateway in
//!   its subnet; `h`: each IPv4 gateway of a route that is on the link without a subnet; `N`: each default gateway that `f` leaves out; `l`:
//!   each address in a network of two; `t`: each static route whose gateway is the default one or in the subnet of the first address; `u`:
//!   each other static route;
//! * beside it `4` or `6`: of this family only; `1`: the first; `+`: all but the first;
//! * `?` or `!` behind that: the rest counts only if there is any, or none.
//!
//! In the text behind it `%` and a letter stand for a value (see [`Items::put_value`]), and `%/` for the end of a line. A line with `%g` or `%O`
//! is not put where there is no such thing, nor is what is behind it. A `\` is not put: it joins the next line that is.
//! Plain data: a distribution's format is read at a glance, and costs its text and no code.

use crate::limits::{PACKED_LINE_LEN, PIECE_LEN};
use crate::network::config::Interface;
use crate::network::config::shell::is_one_of;
use crate::network::ip::{Family, Ip, put_octets};
use crate::network::items::{self, Item, LETTERS, ONCE};
use crate::packed::Packed;
use crate::text::{Line, Show, Text, cut};

/// Takes lines piece by piece; `ends` with the last piece of one.
pub trait Lines {
    /// Appends to the line at hand.
    fn piece(&mut self, text: &str, ends: bool);
}

/// Puts the lines of `template` for `interface`.
#[inline(never)]
pub fn put(mut template: Packed, interface: &Interface, lines: &mut dyn Lines) {
    let mut items = Items { interface, lines, kind: ONCE, family: None, part: 0, count: 0 };
    let mut line = Text::<PACKED_LINE_LEN>::new();
    while template.take_line(&mut line) {
        let Some((selector, text)) = cut(line.as_str(), b'|') else { continue };
        let mut is_meant = true;
        (items.kind, items.family, items.part) = (ONCE, None, 0);
        for byte in selector.bytes() {
            match byte {
                b'4' => items.family = Some(Family::V4),
                b'6' => items.family = Some(Family::V6),
                b'1' | b'+' => items.part = byte,
                b'?' | b'!' => {
                    is_meant &= items.each(None) == (byte == b'?');
                    (items.kind, items.family, items.part) = (ONCE, None, 0);
                }
                kind => {
                    debug_assert!(LETTERS.contains(&kind), "no such kind: {kind}");
                    items.kind = kind;
                }
            }
        }
        if is_meant {
            items.each(Some(text));
        }
    }
}

/// Appends the lines of `template` for `interface` to `text`.
pub fn put_text(template: Packed, interface: &Interface, text: &mut Line) {
    put(template, interface, &mut Collected(text));
}

struct Collected<'a>(&'a mut Line);

impl Lines for Collected<'_> {
    fn piece(&mut self, text: &str, ends: bool) {
        self.0.put(text);
        self.0.put(if ends { "\n" } else { "" });
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

/// The items that a line is put for.
struct Items<'a> {
    interface: &'a Interface,
    lines: &'a mut dyn Lines,
    /// Of which kind and family they are.
    kind: u8,
    family: Option<Family>,
    /// Which of those: `1` or `+`; 0 for all.
    part: u8,
    /// The number of the one at hand among those of its kind and family, from 1 on.
    count: usize,
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

impl Items<'_> {
    /// Puts `text`, if any, for each of them. Whether there are any.
    #[inline(never)]
    fn each(&mut self, text: Option<&str>) -> bool {
        self.count = 0;
        let mut any = false;
        let interface = self.interface;
        items::each(&interface.wanted, &mut |kinds, item| {
            if items::kind(self.kind) & kinds != 0 && self.family.is_none_or(|family| family == item.address.ip.family) {
                self.count += 1;
                if self.part == 0 || (self.part == b'1') == (self.count == 1) {
                    any = true;
                    if let Some(text) = text {
                        self.put(text, item);
                    }
                }
            }
        });
        any
    }

    /// Puts the lines for one item.
    fn put(&mut self, text: &str, item: &Item) {
        let mut piece = Text::<PIECE_LEN>::new();
        let (mut bytes, mut ends) = (text.bytes(), true);
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => ends = false,
                b'%' => match bytes.next().unwrap_or_default() {
                    b'/' => {
                        self.lines.piece(piece.as_str(), true);
                        piece.clear();
                    }
                    name if !self.put_value(name, item, &mut piece) => return,
                    _ => {}
                },
                _ => piece.put_byte(byte),
            }
        }
        self.lines.piece(piece.as_str(), ends);
    }

    /// Puts the value that a letter stands for; `false` if there has to be one for the line to make sense.
    ///
    /// Of the item: `%i` the address, `%p` its prefix length, `%a` both, `%d` as well or `default`, `%m` the netmask, `%b` the broadcast address,
    /// `%g` the gateway (that of the family at its first address), `%y` that or `-`, `%z` that or the unspecified address, `%v` ` via ` and that,
    /// `%,` a comma and that, `%o` ` onlink` and `%O` nothing if the gateway is in no subnet, `%n` its number from 1 on, `%k` from 0 on, `%_` a
    /// space if it is not the first.
    /// Of the interface: `%I` the name, `%V` the same in a shell variable's, `%H` the MAC address, `%U` in upper case, `%M` without colons.
    #[inline(never)]
    fn put_value(&self, name: u8, item: &Item, piece: &mut Line) -> bool {
        let Self { interface, count, .. } = self;
        let Item { address, gateway, onlink } = item;
        let ip = &address.ip;
        let mac = &interface.wanted.mac;
        let mut computed = Ip::unspecified(ip.family);
        let value: &dyn Show = match name {
            b'%' => &"%",
            b'_' if *count > 1 + usize::from(self.part == b'+') => &" ",
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
            b'a' | b'd' => address,
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
            _ => {
                let parting = if name == b'M' { "" } else { ":" };
                let mut octets = Text::<32>::new();
                put_octets(&mut octets, &mac.0, parting, 16, 2);
                for byte in octets.as_bytes() {
                    piece.put_byte(if name == b'U' { byte.to_ascii_uppercase() } else { *byte });
                }
                return true;
            }
        };
        value.show(piece);
        true
    }
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
