//! A golden case: what the host wrote, the files before and after, and what the network must look like then.
//!
//! The reading of vm-data here is the tests' own, for the well-formed data of the cases: it is what the agent and the tools are compared
//! with. Layout of `tests/golden`: `<backend>/<case>/` with `in`, `etc-before` (optional), `etc-after`, `status` (optional: not 0 if some of
//! the vm-data is refused) and `boot` (optional), which says what the next boot makes of the user's own part of the files:
//!
//! ```text
//! # A comment, on a line of its own.
//! link eth1 00:16:3e:00:00:01                   a link that the files name and the host does not
//! only Ifupdown Busybox                         the tools that understand the user's part; no name: none does
//! - eth0 up mtu 1500                            what is other than the vm-data asks for
//! + eth0 up mtu 1400
//! for Busybox                                   what follows is for these tools alone; no name: for all again
//! ~ eth0 route 0.0.0.0/0 via 198.51.100.1: metric 100, not none
//! ```

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::tools::{Live, Manager, System};

/// One directory of `tests/golden/<backend>`.
pub struct Case {
    /// The file format, as `--backend` names it.
    pub backend: String,
    /// What it is about.
    pub name: String,
    directory: PathBuf,
}

impl Case {
    /// Every case of a backend, sorted; none if the backend has no cases.
    pub fn all(backend: &str) -> Vec<Self> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(backend);
        let names = names(&directory);
        names.into_iter().map(|name| Self { backend: backend.into(), directory: directory.join(&name), name }).collect()
    }

    /// /etc as the agent finds it; may be absent.
    pub fn etc_before(&self) -> PathBuf {
        self.directory.join("etc-before")
    }

    /// /etc as it must be afterwards.
    pub fn etc_after(&self) -> PathBuf {
        self.directory.join("etc-after")
    }

    /// Whether something in the vm-data is refused; the rest is done.
    pub fn is_refused(&self) -> bool {
        fs::read_to_string(self.directory.join("status")).is_ok_and(|status| status.trim() != "0")
    }

    /// The nodes of `vm-data/networking` and what the host wrote there.
    pub fn nodes(&self) -> Vec<(String, String)> {
        let directory = self.directory.join("in/networking");
        let read = |name: String| (fs::read_to_string(directory.join(&name)).expect("a node"), name);
        names(&directory).into_iter().map(read).map(|(value, name)| (name, value)).collect()
    }

    /// The node `vm-data/hostname`.
    pub fn hostname(&self) -> Option<String> {
        fs::read_to_string(self.directory.join("in/hostname")).ok()
    }

    /// The lines of `boot` that begin with `word` and are for a tool, without the word.
    fn boot(&self, word: &str, manager: Option<Manager>) -> Vec<String> {
        let text = fs::read_to_string(self.directory.join("boot")).unwrap_or_default();
        let mut is_for_it = true;
        let mut found = Vec::new();
        for line in text.lines() {
            if let Some(names) = line.strip_prefix("for") {
                is_for_it = names.trim().is_empty() || names_it(names, manager);
            } else if is_for_it && let Some(rest) = line.strip_prefix(word) {
                found.push(rest.trim().to_owned());
            }
        }
        found
    }

    /// Whether a tool understands the user's part of the files.
    pub fn is_for(&self, manager: Manager) -> bool {
        let only = self.boot("only", None);
        only.is_empty() || only.iter().any(|names| names_it(names, Some(manager)))
    }

    /// What a boot makes of the files, given what the vm-data means.
    pub fn booted(&self, manager: Manager, mut live: Live) -> Live {
        self.boot("- ", Some(manager)).iter().for_each(|line| live.remove(line));
        self.boot("+ ", Some(manager)).iter().for_each(|line| live.insert(line));
        live
    }

    /// Whether a difference in a detail is the user's doing.
    pub fn is_the_users(&self, manager: Manager, difference: &str) -> bool {
        difference.strip_prefix("~ ").is_some_and(|line| self.boot("~ ", Some(manager)).iter().any(|known| known == line))
    }

    /// Makes the links that the case is about.
    pub fn make_links(&self, system: &System) {
        for Link { name, mac, kind } in self.links() {
            match kind {
                Kind::Ethernet => system.link(&name, &mac),
                Kind::Bridge => drop(system.sh(&format!("ip link add name {name} address {mac} type bridge"))),
                Kind::Tap => drop(system.sh(&format!("ip tuntap add dev {name} mode tap; ip link set {name} address {mac}"))),
            }
        }
    }

    /// The case's links, by /sys if it has one, else as many Ethernet links as there are nodes. VLANs are left out, since not every kernel
    /// has them.
    fn links(&self) -> Vec<Link> {
        let more = self.boot("link ", None);
        let more = more.iter().filter_map(|link| link.split_once(' '));
        let mut links: Vec<Link> =
            more.map(|(name, mac)| Link { name: name.into(), mac: mac.trim().into(), kind: Kind::Ethernet }).collect();
        let directory = self.directory.join("in/sys/class/net");
        if !directory.exists() {
            let mac = |node: &str| node.as_bytes().chunks(2).map(String::from_utf8_lossy).collect::<Vec<_>>().join(":").to_lowercase();
            let nodes = self.nodes().into_iter().enumerate();
            links.extend(nodes.map(|(i, (node, _))| Link { name: format!("eth{i}"), mac: mac(&node), kind: Kind::Ethernet }));
            return links;
        }
        for name in names(&directory) {
            let attribute = |file: &str| fs::read_to_string(directory.join(&name).join(file)).unwrap_or_default().trim().to_owned();
            let kind = match (attribute("uevent").lines().next(), attribute("tun_flags").as_str()) {
                (None, "") => Kind::Ethernet,
                (Some("DEVTYPE=bridge"), _) => Kind::Bridge,
                (None, _) => Kind::Tap,
                _ => continue,
            };
            let mac = attribute("address");
            if name != "lo" && !mac.is_empty() {
                links.push(Link { name, mac, kind });
            }
        }
        links
    }

    /// What the vm-data asks for, as far as it can be understood.
    pub fn wanted(&self) -> Live {
        let values: Vec<Value> = self.nodes().iter().map(|(_, value)| serde_json::from_str(value).expect("JSON")).collect();
        let mut lines = Vec::new();
        for Link { name, mac, kind } in self.links() {
            let value = values.iter().find(|value| value["mac"].as_str().is_some_and(|m| m.eq_ignore_ascii_case(&mac)));
            match (kind, value) {
                (Kind::Ethernet, Some(value)) => add_link(&name, value, &mut lines),
                _ => lines.push(format!("{name} down mtu 1500")),
            }
        }
        Live::expect(&lines.join("\n"))
    }
}

/// Whether a list of tools has this one.
fn names_it(names: &str, manager: Option<Manager>) -> bool {
    manager.is_some_and(|manager| names.split_whitespace().any(|name| name == format!("{manager:?}")))
}

/// A link as the case's /sys describes it.
struct Link {
    name: String,
    mac: String,
    kind: Kind,
}

enum Kind {
    Ethernet,
    Bridge,
    Tap,
}

fn add_link(name: &str, value: &Value, lines: &mut Vec<String>) {
    lines.push(format!("{name} up mtu 1500"));
    let mut subnets = Vec::new();
    for list in ["ips", "ip6s"] {
        for address in array(value, list).filter(|address| address["enabled"] != "0") {
            let ip: IpAddr = parse(&address["ip"]).expect("an address");
            let Some(length) = length(&address["netmask"]) else { continue };
            lines.push(format!("{name} address {ip}/{length}"));
            subnets.push(network(ip, length));
            if length < width(ip) {
                lines.push(format!("{name} route {}", network(ip, length)));
            }
        }
    }
    for (member, list, everywhere) in [("gateway", "ips", "0.0.0.0/0"), ("gateway_v6", "ip6s", "::/0")] {
        let first = || array(value, list).find_map(|address| parse(&address["gateway"]));
        let gateway = value.get(member).map_or_else(first, parse);
        let Some(gateway) = gateway else { continue };
        lines.push(format!("{name} route {everywhere} via {gateway}"));
        // Of IPv4 the route says itself that its gateway is on the link; IPv6 wants another route for that.
        let is_covered = (0..=128).any(|length| subnets.contains(&network(gateway, length)));
        if gateway.is_ipv6() && !is_covered && !gateway.to_string().starts_with("fe80:") {
            lines.push(format!("{name} route {gateway}/128"));
        }
    }
    for route in array(value, "routes") {
        let destination: IpAddr = parse(&route["route"]).expect("a destination");
        let network = network(destination, length(&route["netmask"]).expect("a netmask"));
        let via = parse(&route["gateway"]).map_or(String::new(), |gateway| format!(" via {gateway}"));
        lines.push(format!("{name} route {network}{via}"));
    }
}

fn parse(value: &Value) -> Option<IpAddr> {
    value.as_str().and_then(|text| text.parse().ok())
}

/// The prefix length of a netmask, given as one or as a number; `None` if its ones do not come first.
fn length(netmask: &Value) -> Option<u32> {
    let (bits, width) = match parse(netmask) {
        Some(IpAddr::V4(mask)) => (u128::from(u32::from(mask)) << 96, 32),
        Some(IpAddr::V6(mask)) => (u128::from(mask), 128),
        None => return netmask.as_u64().and_then(|length| u32::try_from(length).ok()),
    };
    let ones = bits.leading_ones();
    (ones == bits.count_ones() && ones <= width).then_some(ones)
}

/// The most that a prefix length can be.
fn width(ip: IpAddr) -> u32 {
    if ip.is_ipv4() { 32 } else { 128 }
}

/// The network of an address, such as 198.51.100.0/24 of 198.51.100.23/24.
fn network(ip: IpAddr, length: u32) -> String {
    let network: IpAddr = match ip {
        IpAddr::V4(ip) => IpAddr::V4((u32::from(ip) & u32::MAX.checked_shl(32_u32.saturating_sub(length)).unwrap_or(0)).into()),
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & u128::MAX.checked_shl(128 - length).unwrap_or(0)).into()),
    };
    format!("{network}/{length}")
}

fn array<'a>(object: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    object[name].as_array().into_iter().flatten()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().map(|entry| entry.expect("list"));
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
