//! netplan: all interfaces in one file of ours, `/etc/netplan/99-nova-agent.yaml`.
//!
//! netplan(5), in the keys that version 0.34 and later take: routes to `0.0.0.0/0` and `::/0` in place of `gateway4` and `gateway6`. Files
//! are merged by the ids of devices: of two values the later file's is taken, lists are appended to. So an interface gets the id that other
//! files have for its MAC address, else its name. Which program sets the network up (`renderer`) stays the system's choice.

use heapless::Vec;

use crate::error::Error;
use crate::limits::{DEVICE_ID_LEN, INTERFACE_COUNT};
use crate::network::config::edited::Edited;
use crate::network::config::foreign::{Foreign, contains, fits};
use crate::network::config::marker::{Marker, marked};
use crate::network::config::tree::Tree;
use crate::network::config::yaml::{self, Devices};
use crate::network::config::{Interface, Network, ini, routes, template};
use crate::network::ip::Ip;
use crate::network::lines::take_line;
use crate::network::model::Mac;
use crate::ports::Verdict;
use crate::text::{Show, Text};

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

/// What of a device is ours. Without IPv6 from the host, a router on the link is as good as before.
const DEVICE: &str = "\
|      match:
|        macaddress: \"%H\"
|      dhcp4: false
|      dhcp6: false
6a?|      accept-ra: false
a?|      addresses:
a|        - \"%a\"
r?|      routes:
";
const SERVERS: &str = "\
d?|      nameservers:
d?|        addresses:
d|          - \"%i\"
";

const FOREIGN: Foreign = Foreign {
    directories: &["/etc/netplan", "/run/netplan", "/lib/netplan"],
    prefix: "",
    is_one: |name| name.ends_with(".yaml") && name != NAME && name != OLD_NAME,
    text: "configures % too, and netplan adds that to ours; remove it there",
};

/// What the device of an interface is called.
type Id = Text<DEVICE_ID_LEN>;

/// Edits our file, and removes that of the older agent. Files that add to ours are named in the log.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    // In the order of the interfaces.
    let mut ids = Vec::<Id, INTERFACE_COUNT>::new();
    for interface in network.interfaces {
        let _ = ids.push(Id::of("%", &[&interface.name]));
    }
    FOREIGN.tell(network, tree, &mut |bit, interface, name, file| {
        let mut adds = false;
        if let Some(id) = ids.get_mut(bit) {
            let mut devices = Devices::of(file);
            while let Some(device) = devices.take() {
                adds |= look_at(device, interface, network, id, name > NAME);
            }
        }
        adds
    });
    tree.edit(PATH, MODE, &mut |old, out| edit(old, network, &ids, &mut Edited::new(old, out)))?;
    tree.edit(OLD_PATH, MODE, &mut |old, _| if old.is_empty() { Verdict::Leave } else { Verdict::Remove })
}

/// Takes over the id of a device in another file if it is for the interface by MAC address. Whether it adds to what ours will say.
#[inline(never)]
fn look_at(device: &[u8], interface: &Interface, network: &Network<'_>, id: &mut Id, is_later: bool) -> bool {
    let (found, name) = (yaml::id(device), interface.name.as_bytes());
    if contains(device, Text::<24>::of("%", &[&interface.wanted.mac]).as_bytes()) {
        // Not if ours would be two devices with one id.
        if network.named(found).is_none() && yaml::is_plain(found) && found.len() <= DEVICE_ID_LEN {
            id.clear();
            id.put(core::str::from_utf8(found).unwrap_or_default());
        }
    } else if found != name && !fits(yaml::name_pattern(device), name) {
        return false;
    }
    is_later || found != id.as_bytes() || contains(device, b"addresses:") || contains(device, b"routes:") || contains(device, b"gateway")
}

fn edit(old: &[u8], network: &Network<'_>, ids: &[Id], file: &mut Edited<'_, '_>) -> Verdict {
    let mut devices = Devices::of(old);
    // A file in another layout is written anew.
    if devices.is_ours() {
        file.keep(devices.before);
    } else {
        devices = Devices::of(&[]);
        for line in ["network:", "  version: 2", "  ethernets:"] {
            file.add(line, &[]);
        }
    }
    // By bit, the interfaces that are done, and whether something is left.
    let (mut done, mut is_empty) = (0u32, devices.after.is_empty() && ids.is_empty());
    loop {
        let device = devices.take();
        let (mac, found) = (device.and_then(marker), yaml::id(device.unwrap_or_default()));
        let mut is_ours = mac.is_some_and(|mac| !network.knows(mac));
        for (bit, (interface, id)) in network.interfaces.iter().zip(ids).enumerate() {
            let is_this = device.is_none() || mac == Some(interface.wanted.mac) || found == id.as_bytes();
            is_ours |= is_this;
            if is_this && done >> bit & 1 == 0 {
                put(interface, network, id, device.unwrap_or_default(), file);
                done |= 1 << bit;
            }
        }
        let Some(device) = device else { break };
        if !is_ours {
            file.keep(device);
            is_empty = false;
        }
    }
    file.keep(devices.after);
    match is_empty {
        true if old.is_empty() => Verdict::Leave,
        true => Verdict::Remove,
        false => Verdict::Write,
    }
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
fn put(interface: &Interface, network: &Network<'_>, id: &dyn Show, old: &[u8], file: &mut Edited<'_, '_>) {
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
    ini::replace(rest, &mut ours, &mut |file| put_keys(interface, network, rest, file), file);
}

#[inline(never)]
fn put_keys(interface: &Interface, network: &Network<'_>, old: &[u8], file: &mut Edited<'_, '_>) {
    template::put(DEVICE, interface, file);
    routes::each(&interface.wanted, &mut |route, onlink| {
        let to = Text::<80>::of("- to: \"%\"", &[&routes::destination(route)]);
        file.add("        %", &[&to]);
        // A route on the link: none without next hop is taken by every version for both of the programs that it writes for.
        file.add("          via: \"%\"", &[&route.gateway.unwrap_or(Ip::unspecified(route.destination.family))]);
        if onlink {
            file.add("          on-link: true", &[]);
        }
        let mut metric = routes::metric(route, interface, network);
        yaml::others(old, "routes", to.as_bytes(), &INNER_KEYS, &mut |line| {
            if yaml::is_one_of(line, &["metric"]) {
                metric = None;
            }
            file.keep(line);
        });
        if let Some(metric) = metric {
            file.add("          metric: %", &[&metric]);
        }
    });
    template::put(SERVERS, interface, file);
    let mut waits = interface.wanted.dns.is_empty();
    yaml::others(old, "nameservers", &[], &INNER_KEYS, &mut |line| {
        if waits {
            file.add("      nameservers:", &[]);
            waits = false;
        }
        file.keep(line);
    });
}
