//! systemd-networkd: one file an interface, `/etc/systemd/network/05-nova-agent-4040aabbcc01.network`.
//!
//! systemd.network(5), in the spelling that every version takes. The first file in the order of names that matches a link is the whole of its
//! configuration, so ours beats netplan's and cloud-init's, whose names begin with 10. What an administrator adds to ours stays.

use crate::error::Error;
use crate::limits::ROUTE_COUNT;
use crate::network::config::edited::Edited;
use crate::network::config::foreign::{Foreign, contains, fits};
use crate::network::config::ini::{self, Section};
use crate::network::config::own::Own;
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network, routes};
use crate::network::lines::take_line;
use crate::network::model::Route;
use crate::text::Text;

/// networkd reads them as an unprivileged user.
const FILES: Own = Own { directory: "/etc/systemd/network", prefix: "05-nova-agent-", suffix: ".network", mode: 0o644 };

/// What sorts before ours.
const FOREIGN: Foreign = Foreign {
    directories: &["/etc/systemd/network", "/run/systemd/network", "/usr/lib/systemd/network"],
    prefix: "0",
    is_one: |name| name < FILES.prefix && name.ends_with(FILES.suffix),
    text: "sorts first, so it configures % after a reboot; remove or rename it",
};

/// The comment in a route that is ours.
const TAG: &str = "# nova-agent";

const _: () = assert!(2 * (ROUTE_COUNT + 2) <= 128, "routes are marked in the bits of an integer");

/// Other links can have the same MAC address. Before version 251 networkd does not know `Kind`, and says so in its log.
const MATCH: &str = "\
|MACAddress=%H
|Kind=!bond bridge ipvlan macvlan macvtap team tun vlan
";

/// Without IPv6 from the host, a router on the link is as good as before.
const NETWORK: &str = "\
a|Address=%a
d|DNS=%i
6a?|IPv6AcceptRA=no
";

const SECTIONS: &[Section] = &[
    Section { name: "Match", keys: &["MACAddress", "Kind"], template: MATCH },
    Section { name: "Network", keys: &["Address", "Gateway", "DNS", "DHCP", "IPv6AcceptRA"], template: NETWORK },
];

/// Edits the files of all interfaces, and removes those of interfaces that are gone. A file that takes an interface away from ours is named
/// in the log.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    FILES.write(network, tree, &mut |old, interface, file| edit(old, interface, network, file))?;
    FOREIGN.tell(network, tree, &mut |_, interface, _, file| matches(file, interface));
    Ok(())
}

/// Whether a file is for the interface, by name or by MAC address.
fn matches(file: &[u8], interface: &Interface) -> bool {
    let mac = ini::value(file, b"MACAddress").or(ini::value(file, b"PermanentMACAddress"));
    let has_mac = mac.is_some_and(|macs| contains(macs, Text::<24>::of("%", &[&interface.wanted.mac]).as_bytes()));
    let has_name = ini::value(file, b"Name").map(|names| fits(names, interface.name.as_bytes()));
    // All that is said has to match.
    if mac.is_some() { has_mac && has_name != Some(false) } else { has_name == Some(true) }
}

fn edit(old: &[u8], interface: &Interface, network: &Network<'_>, file: &mut Edited<'_, '_>) {
    // By bit, the routes that were put in the place of an old one.
    let mut done = 0u128;
    let wanted = &interface.wanted;
    let replace_route = &mut |section: &[u8], file: &mut Edited<'_, '_>| {
        if ini::name(section) != Some(b"Route") || !has_tag(section) {
            return false;
        }
        let to = ini::value(section, b"Destination").unwrap_or_default();
        let (mut bit, mut stays) = (0, false);
        routes::each(wanted, &mut |route, onlink| {
            if !stays && done >> bit & 1 == 0 && Text::<64>::of("%", &[&routes::destination(route)]).as_bytes() == to {
                let metric = if ini::value(section, b"Metric").is_some() { None } else { routes::metric(route, interface, network) };
                ini::replace(section, &mut is_route, &mut |file| put_route(route, onlink, metric, file), file);
                done |= 1 << bit;
                stays = true;
            }
            bit += 1;
        });
        if !stays {
            ini::replace(section, &mut |line| !is_comment(line), &mut |_| {}, file);
        }
        true
    };
    ini::edit(old, interface, SECTIONS, replace_route, file);
    let mut bit = 0;
    routes::each(wanted, &mut |route, onlink| {
        if done >> bit & 1 == 0 {
            file.add("", &[]);
            file.add("[Route]", &[]);
            file.add(TAG, &[]);
            put_route(route, onlink, routes::metric(route, interface, network), file);
        }
        bit += 1;
    });
}

#[inline(never)]
fn has_tag(mut section: &[u8]) -> bool {
    while let Some(line) = take_line(&mut section) {
        if line.trim_ascii() == TAG.as_bytes() {
            return true;
        }
    }
    false
}

/// Whether a line is a comment of somebody else.
fn is_comment(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    matches!(text, [b'#' | b';', ..]) && text != TAG.as_bytes()
}

fn is_route(line: &[u8]) -> bool {
    matches!(ini::key(line), b"Destination" | b"Gateway" | b"GatewayOnlink" | b"GatewayOnLink")
}

#[inline(never)]
fn put_route(route: &Route, onlink: bool, metric: Option<usize>, file: &mut Edited<'_, '_>) {
    file.add("Destination=%", &[&routes::destination(route)]);
    if let Some(gateway) = &route.gateway {
        file.add("Gateway=%", &[gateway]);
    }
    if onlink {
        file.add("GatewayOnlink=yes", &[]);
    }
    if let Some(metric) = metric {
        file.add("Metric=%", &[&metric]);
    }
}
