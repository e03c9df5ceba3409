//! netplan: all interfaces in one file of ours, `/etc/netplan/99-nova-agent.yaml`.
//!
//! netplan(5), in the keys that version 0.34 and later take: routes to `0.0.0.0/0` and `::/0` in place of `gateway4` and `gateway6`. Files
//! are merged by the ids of devices: of two values the later file's is taken, lists are appended to. So an interface gets the id that other
//! files have for its MAC address, else its name. Which program sets the network up (`renderer`) stays the system's choice.
//!
//! Our devices come first, each behind its marker; further keys of a device, further devices and whatever is around them stay.

use crate::error::Error;
use crate::limits::{DEVICE_ID_LEN, INTERFACE_COUNT};
use crate::network::config::edited::Edited;
use crate::network::config::foreign::{Foreign, has_mac};
use crate::network::config::marker::{Marker, marked};
use crate::network::config::nested::Nested;
use crate::network::config::out::Out;
use crate::network::config::shell::is_one_of;
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network, template};
use crate::network::lines::{key, take_line, upto};
use crate::network::model::Mac;
use crate::packed;
use crate::packed::Packed;
use crate::ports::Verdict;
use crate::text::{Show, Text, is_plain};

const PATH: &str = "/etc/netplan/99-nova-agent.yaml";

/// netplan warns of files that others may read: they may hold passwords.
const MODE: u32 = 0o600;

/// What the older agent wrote.
const OLD_PATH: &str = "/etc/netplan/rackspace-cloud.yaml";

/// Our keys of a device. An old `gateway4` would be a second default route.
const KEYS: &str = "match dhcp4 dhcp6 accept-ra addresses gateway4 gateway6 routes nameservers ";

/// What is in front of the devices.
const HEAD: &str = "\
network:
  version: 2
  ethernets:
";

/// Without IPv6 from the host, a router on the link is as good as before. A route on the link is one to no next hop, which every version
/// takes for both of the programs that it writes for.
const DEVICE: Packed = packed!(
    "\
|      match:
|        macaddress: \"%H\"
|      dhcp4: false
|      dhcp6: false
6a?|      accept-ra: false
a?|      addresses:
a|        - \"%a\"
r?|      routes:
r|        - to: \"%a\"%/          via: \"%z\"%/          on-link: true%O
d?|      nameservers:
d?|        addresses:
d|          - \"%i\"
"
);

const FOREIGN: Foreign = Foreign {
    directories: "/etc/netplan /run/netplan /lib/netplan ",
    suffix: ".yaml",
    before: "~",
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
    // In the order of the interfaces; empty where it is the name.
    let mut ids = [const { Id::new() }; INTERFACE_COUNT];
    FOREIGN.tell(network, tree, &mut |number, interface, file| {
        let id = id(file, interface);
        // Not if ours would be two devices with one id.
        if let Some(own) = ids.get_mut(number)
            && network.named(id.as_bytes()).is_none()
            && !id.is_empty()
            && id.len() <= DEVICE_ID_LEN
        {
            own.clear();
            own.put(id);
        }
    });
    tree.edit(PATH, MODE, &mut |old, out| edit(old, network, &ids, out))?;
    tree.remove(OLD_PATH)
}

/// The id of the device that a file has for an interface's MAC address; empty if it has none whose id needs no quotes.
fn id<'a>(mut file: &'a [u8], interface: &Interface) -> &'a str {
    let (mut level, mut begins, mut id) = (usize::MAX, false, &[][..]);
    while let Some(line) = take_line(&mut file) {
        let (indent, key) = split(line);
        if key.is_empty() {
            continue;
        }
        if begins {
            level = indent;
        } else if indent < level {
            (level, id) = (usize::MAX, &[]);
        }
        if indent == level {
            id = key;
        }
        begins = key == b"ethernets";
        if has_mac(interface, line) && is_plain(id, b"._-") {
            return core::str::from_utf8(id).unwrap_or_default();
        }
    }
    ""
}

/// How far a line is indented, and its key; empty for a comment, and for what is in a list.
#[inline(never)]
fn split(line: &[u8]) -> (usize, &[u8]) {
    let text = line.trim_ascii_start();
    (line.len() - text.len(), if matches!(text, [b'#' | b'-', ..]) { &[] } else { key(text) })
}

fn edit(old: &[u8], network: &Network<'_>, ids: &[Id], out: &mut Out<'_>) -> Verdict {
    let (mut rest, mut has_head) = (old, false);
    while !has_head && let Some(line) = take_line(&mut rest) {
        has_head = line.trim_ascii_end() == b"  ethernets:";
    }
    // A file in another layout is written anew.
    let head = if has_head { upto(old, rest) } else { HEAD.as_bytes() };
    let file = &mut Edited::new(head, out);
    file.keep(head);
    let mut is_empty = network.interfaces.is_empty();
    for (interface, id) in network.interfaces.iter().zip(ids) {
        put(interface, if id.is_empty() { &interface.name } else { id }, rest, file);
    }
    while let Some(line) = take_line(&mut rest) {
        if marked(line).is_some_and(|mac| network.is_stale(mac)) {
            take_device(&mut rest);
        } else {
            file.keep(line);
            is_empty = false;
        }
    }
    if is_empty { Verdict::Remove } else { Verdict::Write }
}

/// Takes what is behind the marker of a device.
#[inline(never)]
fn take_device<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let (mut rest, old) = (*text, *text);
    while let Some(line) = take_line(&mut rest) {
        let is_next = line.trim_ascii_start().len() + 4 >= line.len() && !line.trim_ascii().is_empty();
        if is_next && text.len() < old.len() {
            break;
        }
        *text = rest;
    }
    upto(old, text)
}

/// What was written for an interface.
fn device(mut text: &[u8], mac: Mac) -> &[u8] {
    while let Some(line) = take_line(&mut text) {
        if marked(line) == Some(mac) {
            return take_device(&mut text);
        }
    }
    &[]
}

/// Puts the device of an interface, with what is not ours of the old one.
#[inline(never)]
fn put(interface: &Interface, id: &dyn Show, old: &[u8], file: &mut Edited<'_, '_>) {
    file.add("    %", &[&Marker(interface)]);
    file.add("    %:", &[id]);
    let mut rest = device(old, interface.wanted.mac);
    template::put(DEVICE, interface, &mut Nested { old: rest, file });
    take_line(&mut rest);
    let mut is_ours = false;
    while let Some(line) = take_line(&mut rest) {
        let (indent, key) = split(line);
        if indent <= 6 && !key.is_empty() {
            is_ours = is_one_of(key, KEYS);
        }
        if !is_ours || matches!(line.trim_ascii_start(), [] | [b'#', ..]) {
            file.keep(line);
        }
    }
}
