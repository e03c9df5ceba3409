//! netplan: all interfaces in one file of ours, `/etc/netplan/99-nova-agent.yaml`.
//!
//! netplan(5), in the keys that version 0.34 and later take: routes to `0.0.0.0/0` and `::/0` in place of `gateway4` and `gateway6`. Files
//! are merged by the ids of devices: of two values the later file's is taken, lists are appended to. So an interface gets the id that other
//! files have for its MAC address, else its name. Which program sets the network up (`renderer`) stays the system's choice.

use heapless::Vec;

use crate::error::Error;
use crate::limits::{DEVICE_ID_LEN, INTERFACE_COUNT};
use crate::network::config::edited::Edited;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::networkd::fits;
use crate::network::config::tree::{Names, Tree};
use crate::network::config::yaml::{self, Devices};
use crate::network::config::{Interface, Network, ini, routes};
use crate::network::ip::Ip;
use crate::network::lines::take_line;
use crate::network::model::Mac;
use crate::ports::Verdict;
use crate::text::{Show, Text, cut};

const DIRECTORIES: [&str; 3] = ["/etc/netplan", "/run/netplan", "/lib/netplan"];
const NAME: &str = "99-nova-agent.yaml";
const PATH: &str = "/etc/netplan/99-nova-agent.yaml";

/// netplan warns of files that others may read: they may hold passwords.
const MODE: u32 = 0o600;

/// What the older agent wrote.
const OLD_NAME: &str = "rackspace-cloud.yaml";
const OLD_PATH: &str = "/etc/netplan/rackspace-cloud.yaml";

/// Our keys of a device. An old `gateway4` would be a second default route.
const KEYS: [&str; 9] = ["match", "dhcp4", "dhcp6", "accept-ra", "addresses", "gateway4", "gateway6", "routes", "nameservers"];
/// Our keys of a route, and of the name servers.
const INNER_KEYS: [&str; 4] = ["to", "via", "on-link", "addresses"];

/// What the devices of our interfaces are called, in the same order.
type Ids = Vec<Text<DEVICE_ID_LEN>, INTERFACE_COUNT>;

/// Edits our file, and removes that of the older agent. Files that add to ours are named in the log.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut ids = Ids::new();
    for interface in network.interfaces {
        let _ = ids.push(Text::of("%", &[&interface.name]));
    }
    let mut names = Names::new();
    for directory in DIRECTORIES {
        // That they cannot be listed or read is no error: nothing that we write depends on them.
        if tree.names(directory, "", &mut names).is_err() {
            continue;
        }
        let mut rest = names.as_str();
        while let Some((name, after)) = cut(rest, b'\n') {
            rest = after;
            if name.ends_with(".yaml") && name != NAME && name != OLD_NAME {
                look_at(network, &mut ids, tree, directory, name);
            }
        }
    }
    tree.edit(PATH, MODE, &mut |old, out| edit(old, network, &ids, &mut Edited::new(old, out)))?;
    tree.edit(OLD_PATH, MODE, &mut |old, _| if old.is_empty() { Verdict::Leave } else { Verdict::Remove })
}

/// Takes the ids for our MAC addresses from another file, and names it in the log if it adds to what ours says.
#[inline(never)]
fn look_at(network: &Network<'_>, ids: &mut Ids, tree: &mut Tree<'_>, directory: &str, name: &str) {
    let path = Text::<320>::of("%/%", &[&directory, &name]);
    // By bit, the interfaces.
    let mut added = 0u32;
    let _ = tree.read(path.as_str(), &mut |file| {
        let mut devices = Devices::of(file);
        while let Some(device) = devices.take() {
            for (bit, (interface, id)) in network.interfaces.iter().zip(ids.iter_mut()).enumerate() {
                let found = yaml::id(device);
                let is_named = found == interface.name.as_bytes()
                    || yaml::name_pattern(device).is_some_and(|name| fits(name, interface.name.as_bytes()));
                let has_mac = yaml::contains(device, Text::<24>::of("%", &[&interface.wanted.mac]).as_bytes());
                if has_mac && network.named(found).is_none() && yaml::is_plain(found) && found.len() <= DEVICE_ID_LEN {
                    id.clear();
                    id.put(core::str::from_utf8(found).unwrap_or_default());
                }
                let adds = [&b"addresses:"[..], b"routes:", b"gateway"].iter().any(|key| yaml::contains(device, key));
                if (is_named || has_mac) && (adds || found != id.as_bytes() || name > NAME) {
                    added |= 1 << bit;
                }
            }
        }
    });
    for (bit, interface) in network.interfaces.iter().enumerate() {
        if added >> bit & 1 == 1 {
            tree.warn("foreign", path.as_str(), "configures % too, and netplan adds that to ours; remove it there", &[&interface.name]);
        }
    }
}

fn edit(old: &[u8], network: &Network<'_>, ids: &Ids, file: &mut Edited<'_, '_>) -> Verdict {
    let mut devices = Devices::of(old);
    if network.interfaces.is_empty() && old.is_empty() {
        return Verdict::Leave;
    }
    // A file in another layout is written anew.
    if devices.is_ours() {
        file.keep(devices.before);
    } else {
        devices = Devices::of(&[]);
        file.add("network:", &[]);
        file.add("  version: 2", &[]);
        file.add("  ethernets:", &[]);
    }
    // By bit, the interfaces that are done, and whether something is left.
    let (mut done, mut is_empty) = (0u32, devices.after.is_empty());
    while let Some(device) = devices.take() {
        let mac = marker(device);
        let mut stays = true;
        for (bit, (interface, id)) in network.interfaces.iter().zip(ids).enumerate() {
            if mac == Some(interface.wanted.mac) || yaml::id(device) == id.as_bytes() {
                if done >> bit & 1 == 0 {
                    put(interface, id, device, file);
                }
                done |= 1 << bit;
                stays = false;
            }
        }
        if stays && mac.is_none_or(|mac| network.knows(mac)) {
            file.keep(device);
            is_empty = false;
        }
    }
    for (bit, (interface, id)) in network.interfaces.iter().zip(ids).enumerate() {
        if done >> bit & 1 == 0 {
            put(interface, id, &[], file);
        }
    }
    file.keep(devices.after);
    if is_empty && network.interfaces.is_empty() { Verdict::Remove } else { Verdict::Write }
}

/// Whose device it is, if we wrote it.
fn marker(mut device: &[u8]) -> Option<Mac> {
    while let Some(line) = take_line(&mut device) {
        if let Some(mac) = marked(line) {
            return Some(mac);
        }
    }
    None
}

/// Puts the device of an interface, with what is not ours of the old one.
#[inline(never)]
fn put(interface: &Interface, id: &dyn Show, old: &[u8], file: &mut Edited<'_, '_>) {
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        if yaml::is_text(line) {
            break;
        }
        if marked(line).is_none() {
            file.keep(line);
        }
    }
    file.add("    %", &[&Marker(interface)]);
    file.add("    %:", &[id]);
    let mut is_ours = false;
    let mut ours = |line: &[u8]| {
        if yaml::indent(line) <= 6 && !line.trim_ascii().starts_with(b"-") {
            is_ours = yaml::is_one_of(line, &KEYS);
        }
        is_ours && yaml::is_text(line)
    };
    ini::replace(rest, &mut ours, &mut |file| put_keys(interface, rest, file), file);
}

#[inline(never)]
fn put_keys(interface: &Interface, old: &[u8], file: &mut Edited<'_, '_>) {
    let wanted = &interface.wanted;
    let mut has_v6 = false;
    for address in &wanted.addresses {
        has_v6 |= !address.ip.is_v4();
    }
    file.add("      match:", &[]);
    file.add("        macaddress: \"%\"", &[&wanted.mac]);
    file.add("      dhcp4: false", &[]);
    file.add("      dhcp6: false", &[]);
    // Without IPv6 from the host, a router on the link is as good as before.
    if has_v6 {
        file.add("      accept-ra: false", &[]);
    }
    if !wanted.addresses.is_empty() {
        file.add("      addresses:", &[]);
    }
    for address in &wanted.addresses {
        file.add("        - \"%\"", &[address]);
    }
    let mut is_first = true;
    routes::each(wanted, &mut |route, onlink| {
        if is_first {
            file.add("      routes:", &[]);
            is_first = false;
        }
        let to = Text::<80>::of("- to: \"%\"", &[&routes::destination(route)]);
        // What netplan wants of a route on the link: it knows no route without next hop for every program that it writes for.
        let via = route.gateway.unwrap_or(Ip::unspecified(route.destination.family));
        file.add("        %", &[&to]);
        file.add("          via: \"%\"", &[&via]);
        if onlink {
            file.add("          on-link: true", &[]);
        }
        yaml::others(old, "routes", to.as_bytes(), &INNER_KEYS, &mut |line| file.keep(line));
    });
    let mut has_servers = !wanted.dns.is_empty();
    yaml::others(old, "nameservers", &[], &INNER_KEYS, &mut |_| has_servers = true);
    if has_servers {
        file.add("      nameservers:", &[]);
    }
    if !wanted.dns.is_empty() {
        file.add("        addresses:", &[]);
    }
    for server in &wanted.dns {
        file.add("          - \"%\"", &[server]);
    }
    yaml::others(old, "nameservers", &[], &INNER_KEYS, &mut |line| file.keep(line));
}
