//! NetworkManager's keyfiles: one profile an interface, `system-connections/nova-agent-4040aabbcc01.nmconnection`.
//!
//! nm-settings-keyfile(5) and nm-settings(5), in the spelling that NetworkManager 1.0 and later take. The profile is bound to the MAC address
//! and has the highest priority, so that it wins against every other one of the interface at boot. Which one is active until then, and how
//! it is told to change over, is the table's.

use crate::error::Error;
use crate::network::config::edited::Edited;
use crate::network::config::ini::{self, Section};
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::network::ip::Ip;
use crate::network::lines::take_line;
use crate::network::model::{Address, Mac};
use crate::ports::Verdict;
use crate::text::{Line, Show, Text, cut};

const DIRECTORY: &str = "/etc/NetworkManager/system-connections";
const PREFIX: &str = "nova-agent-";
const SUFFIX: &str = ".nmconnection";

/// A profile that others may read is passed over: it may hold passwords.
const MODE: u32 = 0o600;

/// Edits the profiles of all interfaces, and removes those of interfaces that are gone.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    for interface in network.interfaces {
        let path = Text::<96>::of("%/%%%", &[&DIRECTORY, &PREFIX, &Plain(&interface.wanted.mac), &SUFFIX]);
        tree.edit(path.as_str(), MODE, &mut |old, out| {
            render(old, interface, &mut Edited::new(old, out));
            Verdict::Write
        })?;
    }
    let mut names = Names::new();
    tree.names(DIRECTORY, PREFIX, &mut names)?;
    let mut rest = names.as_str();
    while let Some((name, after)) = cut(rest, b'\n') {
        rest = after;
        let mac = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX)).and_then(Mac::parse);
        if mac.is_some_and(|mac| !network.knows(mac)) {
            let path = Text::<320>::of("%/%", &[&DIRECTORY, &name]);
            tree.edit(path.as_str(), MODE, &mut |_, _| Verdict::Remove)?;
        }
    }
    tell_others(network, tree, &mut names);
    Ok(())
}

/// Names the other profiles that an interface has in the log. That they cannot be listed or read is no error: nothing depends on them.
#[inline(never)]
fn tell_others(network: &Network<'_>, tree: &mut Tree<'_>, names: &mut Names) {
    if tree.names(DIRECTORY, "", names).is_err() {
        return;
    }
    let mut rest = names.as_str();
    while let Some((name, after)) = cut(rest, b'\n') {
        rest = after;
        // NetworkManager, too, passes over hidden files and backups.
        if name.starts_with(PREFIX) || name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let path = Text::<320>::of("%/%", &[&DIRECTORY, &name]);
        let mut whose = None;
        let _ = tree.read(path.as_str(), &mut |profile| whose = owner(profile, network));
        if let Some(interface) = whose {
            tree.info("foreign", path.as_str(), "also a profile of %; ours has the higher priority", &[&interface.name]);
        }
    }
}

/// The interface that a profile is bound to, by name or by MAC address.
#[inline(never)]
fn owner<'a>(mut profile: &[u8], network: &Network<'a>) -> Option<&'a Interface> {
    while let Some(line) = take_line(&mut profile) {
        let found = match (ini::key(line), ini::value(line, ini::key(line))) {
            (b"interface-name", Some(name)) => network.named(name),
            (b"mac-address", Some(mac)) => core::str::from_utf8(mac).ok().and_then(Mac::parse).and_then(|mac| network.find(mac)),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Puts the profile of an interface.
fn render(old: &[u8], interface: &Interface, file: &mut Edited<'_, '_>) {
    let sections = [
        Section {
            name: "connection",
            is_ours: |key| matches!(key, b"id" | b"uuid" | b"type" | b"autoconnect-priority"),
            put: put_connection,
        },
        Section {
            name: "ethernet",
            is_ours: |key| key == b"mac-address",
            put: |interface, file| file.add("mac-address=%", &[&interface.wanted.mac]),
        },
        Section { name: "ipv4", is_ours: ours(interface, true), put: |interface, file| put_family(interface, true, file) },
        Section { name: "ipv6", is_ours: ours(interface, false), put: |interface, file| put_family(interface, false, file) },
    ];
    ini::edit(old, interface, &sections, &mut |_, _| false, file);
}

fn put_connection(interface: &Interface, file: &mut Edited<'_, '_>) {
    let mac = Plain(&interface.wanted.mac);
    file.add("id=%%", &[&PREFIX, &mac]);
    // An UUID of our own (RFC 9562, version 8): "nova-agent" and the MAC address.
    file.add("uuid=6e6f7661-2d61-8765-ae74-%", &[&mac]);
    file.add("type=ethernet", &[]);
    file.add("autoconnect-priority=999", &[]);
}

/// Which keys of a family are ours.
fn ours(interface: &Interface, v4: bool) -> fn(&[u8]) -> bool {
    if !has_address(interface, v4) {
        // Beside `disabled` and `ignore` every key of name servers makes the profile invalid.
        |key| is_address_key(key) || key.starts_with(b"dns")
    } else if interface.wanted.dns.is_empty() {
        is_address_key
    } else {
        |key| is_address_key(key) || key == b"dns"
    }
}

/// Methods, addresses and routes, in the old spellings too: `address1`, `addresses1`, `route1`, `route1_options`, `routes1`; but neither
/// `route-metric` nor `route-table`.
fn is_address_key(key: &[u8]) -> bool {
    let is_route = key.strip_prefix(b"route").is_some_and(|rest| rest.first() != Some(&b'-'));
    is_route || key.starts_with(b"address") || matches!(key, b"method" | b"gateway")
}

fn has_address(interface: &Interface, v4: bool) -> bool {
    interface.wanted.addresses.iter().any(|address| address.ip.is_v4() == v4)
}

#[inline(never)]
fn put_family(interface: &Interface, v4: bool, file: &mut Edited<'_, '_>) {
    let wanted = &interface.wanted;
    let method = match (has_address(interface, v4), v4) {
        (true, _) => "manual",
        (_, true) => "disabled",
        // What the kernel does by itself: a link-local address, and what routers advertise.
        (_, false) => "ignore",
    };
    file.add("method=%", &[&method]);
    let mut gateway = if v4 { wanted.gateway4 } else { wanted.gateway6 };
    let mut count = 0usize;
    for address in &wanted.addresses {
        if address.ip.is_v4() == v4 {
            count += 1;
            file.add("address%=%%", &[&count, address, &Via(gateway.take())]);
        }
    }
    count = 0;
    for route in &wanted.routes {
        if route.destination.is_v4() == v4 {
            count += 1;
            let destination = Address { ip: route.destination, prefix_len: route.prefix_len };
            file.add("route%=%%", &[&count, &destination, &Via(route.gateway)]);
        }
    }
    // A gateway without any address is taken as a route only.
    if let Some(gateway) = gateway {
        count += 1;
        file.add("route%=%/0,%", &[&count, &Ip::unspecified(gateway.family), &gateway]);
    }
    if method == "manual" && wanted.dns.iter().any(|server| server.is_v4() == v4) {
        file.add("dns=%", &[&Servers(&wanted.dns, v4)]);
    }
}

/// A MAC address without colons.
struct Plain<'a>(&'a Mac);

impl Show for Plain<'_> {
    fn show(&self, line: &mut Line) {
        crate::network::ip::put_octets(line, &self.0.0, "", 16, 2);
    }
}

/// A next hop behind a destination, if there is one.
struct Via(Option<Ip>);

impl Show for Via {
    fn show(&self, line: &mut Line) {
        if let Some(gateway) = &self.0 {
            line.fill(",%", &[gateway]);
        }
    }
}

/// Name servers of one family.
struct Servers<'a>(&'a [Ip], bool);

impl Show for Servers<'_> {
    fn show(&self, line: &mut Line) {
        for server in self.0 {
            if server.is_v4() == self.1 {
                line.fill("%;", &[server]);
            }
        }
    }
}

#[cfg(test)]
#[path = "keyfile_tests.rs"]
mod tests;
