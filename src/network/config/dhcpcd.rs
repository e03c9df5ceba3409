//! dhcpcd: one block of static settings for each interface in `/etc/dhcpcd.conf`. dhcpcd.conf(5).
//!
//! An `interface` line opens a block, which lasts to the next `interface`, `ssid` or `profile` line. So a new block goes to the end, where
//! it swallows nothing of the user's; a block of his for one of our interfaces is taken over where it is. dhcpcd reads a carriage return as
//! part of a value: our lines end in a newline alone in any file.

use crate::error::Error;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::template::{self, Lines};
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network, routes};
use crate::network::lines::take_line;
use crate::network::model::{Address, Route, Wanted};
use crate::ports::Verdict;
use crate::text::Parts;

const PATH: &str = "/etc/dhcpcd.conf";

/// What we say with `static`.
const STATIC: [&[u8]; 9] = [
    b"ip_address",
    b"subnet_mask",
    b"broadcast_address",
    b"routers",
    b"routes",
    b"static_routes",
    b"classless_static_routes",
    b"ms_classless_static_routes",
    b"ip6_address",
];

/// What begins a block.
const HEADS: [&[u8]; 3] = [b"interface", b"ssid", b"profile"];

/// Options that would take away or add an IPv4 address.
const FAMILY4: [&[u8]; 3] = [b"noipv4", b"ipv6only", b"inform"];

/// Options that would take away an IPv6 address.
const FAMILY6: [&[u8]; 2] = [b"noipv6", b"ipv4only"];

/// Writes the blocks.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    for interface in network.interfaces {
        warn(interface, tree);
    }
    tree.edit(PATH, 0o644, &mut |old, out| edit(network, old, out))
}

const BLOCK: &str = "\
|interface %I
4a1|static ip_address=%a
4a!|noipv4
4a?4G|static routers=%i
";
const REST: &str = "\
d?|static domain_name_servers=\\
d|%_%i\\
d?|
6a1|static ip6_address=%a
";
const MISSING: &str = "\
4a+?|a second IPv4 address
6a+?|a second IPv6 address
6G?|an IPv6 gateway
6s?|an IPv6 route
";

/// Whose block a line is in.
enum Block<'a> {
    /// The user's own, or none.
    Other,
    /// That of an interface.
    Ours(&'a Wanted),
    /// That of an interface that is gone or has another name now.
    Stale,
}

fn edit(network: &Network<'_>, old: &[u8], out: &mut Out<'_>) -> Verdict {
    // Which interfaces have their block, and whether a marker was seen since the last block began.
    let (mut written, mut is_marked) = (0u32, false);
    let (mut block, mut ends) = (Block::Other, true);
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        let (option, argument) = split(line);
        let mut goes = match block {
            Block::Other => false,
            Block::Ours(wanted) => manages(option, argument, Some(wanted)),
            Block::Stale => manages(option, argument, None),
        };
        if HEADS.contains(&option) {
            let is_interface = option == b"interface";
            let named = network.interfaces.iter().enumerate().find(|(_, interface)| is_interface && interface.name.as_bytes() == argument);
            (block, goes) = match named {
                Some((index, interface)) => {
                    let is_first = written >> index & 1 == 0;
                    written |= 1 << index;
                    if is_first {
                        put(interface, out);
                    }
                    (Block::Ours(&interface.wanted), is_first)
                }
                None if is_interface && is_marked => (Block::Stale, is_ours(rest)),
                None => (Block::Other, false),
            };
            is_marked = false;
        } else if let Some(mac) = marked(line)
            && (network.find(mac).is_some() || !network.knows(mac))
        {
            (is_marked, goes) = (true, true);
        }
        if !goes {
            out.put(line);
            ends = line.last() == Some(&b'\n');
        }
    }
    for (index, interface) in network.interfaces.iter().enumerate() {
        if written >> index & 1 == 0 {
            if !ends {
                out.put(b"\n");
                ends = true;
            }
            put(interface, out);
        }
    }
    Verdict::write_if(!old.is_empty() || !network.interfaces.is_empty())
}

/// A line's first word and what is behind it, without a comment.
fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let line = line.split(|&byte| byte == b'#').next().unwrap_or_default().trim_ascii();
    let len = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (option, argument) = line.split_at_checked(len).unwrap_or_default();
    (option, argument.trim_ascii())
}

/// Whether the rest of the block that `rest` begins with is all ours.
fn is_ours(mut rest: &[u8]) -> bool {
    while let Some(line) = take_line(&mut rest) {
        let (option, argument) = split(line);
        if HEADS.contains(&option) {
            break;
        }
        if !option.is_empty() && !manages(option, argument, None) {
            return false;
        }
    }
    true
}

/// Whether an option is ours to set: in the block of an interface that is to have `wanted`, or in one that we leave.
fn manages(option: &[u8], argument: &[u8], wanted: Option<&Wanted>) -> bool {
    if option == b"static" {
        let key = argument.split(|&byte| byte == b'=').next().unwrap_or_default();
        return STATIC.contains(&key) || key == b"domain_name_servers" && wanted.is_none_or(|wanted| !wanted.dns.is_empty());
    }
    match wanted {
        None => option == b"noipv4",
        Some(wanted) => FAMILY4.contains(&option) || FAMILY6.contains(&option) && first(wanted, false).is_some(),
    }
}

/// The first address of a family: there is no place for others.
fn first(wanted: &Wanted, is_v4: bool) -> Option<&Address> {
    wanted.addresses.iter().find(|address| address.ip.is_v4() == is_v4)
}

/// Whether dhcpcd can set the route: it does so for one whose gateway it can reach, and makes a default router reachable by itself.
fn holds(wanted: &Wanted, route: &Route) -> bool {
    route.gateway.is_some_and(|gateway| {
        gateway.is_v4() && first(wanted, true).is_some_and(|address| address.covers(&gateway) || wanted.gateway4 == Some(gateway))
    })
}

fn put(interface: &Interface, out: &mut Out<'_>) {
    let wanted = &interface.wanted;
    out.add("%\n", &[&Marker(interface)]);
    template::put(BLOCK, interface, out);
    if first(wanted, true).is_some_and(|address| address.prefix_len == 31) {
        // dhcpcd would take the neighbour's address for that.
        out.put(b"static broadcast_address=255.255.255.255\n");
    }
    for route in &wanted.routes {
        if let Some(gateway) = &route.gateway
            && holds(wanted, route)
        {
            out.add("static routes=% %\n", &[&routes::destination(route), gateway]);
        }
    }
    template::put(REST, interface, out);
}

/// Logs each line, which is something that dhcpcd.conf has no words for.
struct Warn<'a, 't> {
    tree: &'a mut Tree<'t>,
    interface: &'a Interface,
}

impl Lines for Warn<'_, '_> {
    fn piece(&mut self, what: &str, _: bool) {
        let parts: &Parts<'_> = &[&what, &self.interface.name];
        self.tree.warn("incomplete", PATH, "dhcpcd.conf cannot hold %: % is without it after a reboot", parts);
    }
}

fn warn(interface: &Interface, tree: &mut Tree<'_>) {
    let mut lines = Warn { tree, interface };
    template::put(MISSING, interface, &mut lines);
    if interface.wanted.routes.iter().any(|route| route.destination.is_v4() && !holds(&interface.wanted, route)) {
        lines.piece("a route without a gateway in the subnet", true);
    }
}

#[cfg(test)]
#[path = "dhcpcd_tests.rs"]
mod tests;
