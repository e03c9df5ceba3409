//! systemd-networkd: one file an interface, `/etc/systemd/network/05-nova-agent-4040aabbcc01.network`.
//!
//! systemd.network(5), in the spelling that every version takes. The first file in the order of names that matches a link is the whole of its
//! configuration, so ours beats netplan's and cloud-init's, whose names begin with 10. What an administrator adds to ours stays.

use crate::error::Error;
use crate::limits::ROUTE_COUNT;
use crate::network::config::edited::Edited;
use crate::network::config::ini::{self, Section};
use crate::network::config::own::Own;
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network, routes};
use crate::network::lines::take_line;
use crate::network::model::{Mac, Route};
use crate::text::{Text, cut};

/// networkd reads them as an unprivileged user.
const FILES: Own = Own { directory: "/etc/systemd/network", prefix: "05-nova-agent-", suffix: ".network", mode: 0o644 };

/// What networkd reads, in every one of these.
const DIRECTORIES: [&str; 3] = ["/etc/systemd/network", "/run/systemd/network", "/usr/lib/systemd/network"];

/// What names that sort before ours begin with.
const FIRST: &str = "0";

/// The comment in a route that is ours.
const TAG: &str = "# nova-agent";

/// Other links can have the interface's MAC address. Before version 251 networkd does not know the kind and says so in its log.
const MATCH: &str = "\
|MACAddress=%H
|Kind=!bond bridge ipvlan macvlan macvtap team tun vlan
";

const NETWORK: &str = "\
a|Address=%a
d|DNS=%i
6a?|IPv6AcceptRA=no
";

const _: () = assert!(2 * (ROUTE_COUNT + 2) <= 128, "routes are marked in the bits of an integer");

const SECTIONS: &[Section] = &[
    Section { name: "Match", keys: &["MACAddress", "Kind"], template: MATCH },
    Section { name: "Network", keys: &["Address", "Gateway", "DNS", "DHCP", "IPv6AcceptRA"], template: NETWORK },
];

/// Edits the files of all interfaces, and removes those of interfaces that are gone.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    FILES.write(network, tree, edit)?;
    let mut names = Names::new();
    for directory in DIRECTORIES {
        // That they cannot be listed or read is no error: nothing that we write depends on them.
        if tree.names(directory, FIRST, &mut names).is_err() {
            continue;
        }
        let mut rest = names.as_str();
        while let Some((name, after)) = cut(rest, b'\n') {
            rest = after;
            if name < FILES.prefix && name.ends_with(FILES.suffix) {
                tell(network, tree, directory, name);
            }
        }
    }
    Ok(())
}

/// Names a file in the log that takes an interface away from ours.
#[inline(never)]
fn tell(network: &Network<'_>, tree: &mut Tree<'_>, directory: &str, name: &str) {
    let path = Text::<320>::of("%/%", &[&directory, &name]);
    // By bit, the interfaces.
    let mut taken = 0u32;
    let _ = tree.read(path.as_str(), &mut |file| {
        for (bit, interface) in network.interfaces.iter().enumerate() {
            taken |= u32::from(matches(file, interface)) << bit;
        }
    });
    for (bit, interface) in network.interfaces.iter().enumerate() {
        if taken >> bit & 1 == 1 {
            tree.warn("foreign", path.as_str(), "sorts first, so it configures % after a reboot; remove or rename it", &[&interface.name]);
        }
    }
}

/// Whether a file is for the interface, by name or by MAC address.
#[inline(never)]
fn matches(mut file: &[u8], interface: &Interface) -> bool {
    let mut found = false;
    while let Some(line) = take_line(&mut file) {
        let key = ini::key(line);
        let is_name = key == b"Name";
        if !is_name && !matches!(key, b"MACAddress" | b"PermanentMACAddress") {
            continue;
        }
        found = false;
        let mut value = ini::value(line, key).unwrap_or_default();
        while let Some(word) = take_word(&mut value) {
            found |= if is_name {
                fits(word, interface.name.as_bytes())
            } else {
                core::str::from_utf8(word).ok().and_then(Mac::parse) == Some(interface.wanted.mac)
            };
        }
        // All keys have to match.
        if !found {
            break;
        }
    }
    found
}

fn take_word<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let rest = text.trim_ascii_start();
    let len = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    let (word, after) = rest.split_at_checked(len)?;
    *text = after;
    if word.is_empty() { None } else { Some(word) }
}

/// Whether a name fits a pattern, as far as the first character in it that is special.
pub fn fits(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.iter().position(|byte| matches!(byte, b'*' | b'?' | b'[')) {
        Some(len) => name.get(..len) == pattern.get(..len),
        None => name == pattern,
    }
}

fn edit(old: &[u8], interface: &Interface, file: &mut Edited<'_, '_>) {
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
                ini::replace(section, &mut is_route, &mut |file| put_route(route, onlink, file), file);
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
            put_route(route, onlink, file);
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
fn put_route(route: &Route, onlink: bool, file: &mut Edited<'_, '_>) {
    file.add("Destination=%", &[&routes::destination(route)]);
    if let Some(gateway) = &route.gateway {
        file.add("Gateway=%", &[gateway]);
    }
    if onlink {
        file.add("GatewayOnlink=yes", &[]);
    }
}
