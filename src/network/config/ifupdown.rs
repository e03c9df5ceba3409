//! ifupdown: `/etc/network/interfaces`, in one form that ifupdown, ifupdown-ng and busybox ifup take alike. interfaces(5).
//!
//! The first address of a family, its gateway and the name servers are options of a stanza; whatever one of the three cannot say so is an
//! `up` line, with a comment at its end by which it is known again. What is written for one interface is here, and the search for others
//! that configure it; how the file is edited is in `interfaces`, how it is read in `stanzas`.

use crate::error::Error;
use crate::network::config::interfaces;
use crate::network::config::out::Out;
use crate::network::config::stanzas::{self, Kind};
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::network::ip::{Family, Ip};
use crate::network::model::{Address, Route};
use crate::text::{Parts, Text, cut};

const INTERFACES: &str = "/etc/network/interfaces";

/// The comment at the end of an `up` line of ours.
const OURS: &[u8] = b"# nova-agent";

/// The options of a stanza that are ours whatever their value.
const OPTIONS: [&[u8]; 8] = [b"address", b"netmask", b"broadcast", b"network", b"gateway", b"scope", b"pointopoint", b"point-to-point"];

/// The metric of a default route beside another interface's, plus the interface's number: two of one metric are refused, and IPv6 has
/// 1,024 for those that name none.
const OTHER_METRIC: usize = 1024;

/// Writes the network.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.edit(INTERFACES, 0o644, &mut |old, out| interfaces::edit(network, old, out))?;
    warn_of_others(network, tree)
}

/// Whether an option of a stanza of ours is replaced. Older agents had routes in the words of route(8).
#[inline(never)]
pub fn is_ours(name: &[u8], value: &[u8], is_agents: bool, has_dns: bool) -> bool {
    match name {
        b"up" if value.ends_with(OURS) => true,
        b"use" => value == b"dhcp",
        b"dns-nameservers" | b"dns-nameserver" => has_dns,
        _ if is_agents && (value.starts_with(b"route add -net ") || value.starts_with(b"route del -net ")) => true,
        _ => OPTIONS.contains(&name),
    }
}

/// What is written into one interface's stanzas.
pub struct Body<'a, 'o> {
    pub out: &'a mut Out<'o>,
    pub network: &'a Network<'a>,
    /// The interface's number in the network.
    pub at: usize,
    pub interface: &'a Interface,
    /// How lines end.
    pub ending: &'static str,
}

impl Body<'_, '_> {
    /// Puts the options for a family.
    pub fn put(&mut self, family: Family) {
        let interface = self.interface;
        let (name, wanted) = (&interface.name, &interface.wanted);
        let (mut gateway, metric) = self.gateway(family);
        let mut addresses = wanted.addresses.iter().filter(|address| address.ip.family == family);
        if let Some(first) = addresses.next() {
            self.option("address %", &[&first.ip]);
            if family == Family::V4 {
                self.option("netmask %", &[&Ip::unspecified(family).last(0).network(first.prefix_len)]);
                self.option("broadcast %", &[&broadcast(first)]);
            } else {
                self.option("netmask %", &[&first.prefix_len]);
            }
            if let Some(ip) = gateway
                && metric == 0
                && (first.covers(&ip) || ip.is_link_local_v6())
            {
                self.option("gateway %", &[&ip]);
                gateway = None;
            }
        } else if wanted.addresses.is_empty() {
            self.up("link set dev % up", &[name]);
        }
        if !wanted.dns.is_empty() && (family == Family::V4 || !interfaces::uses(interface, Family::V4)) {
            self.out.add("    dns-nameservers", &[]);
            for server in &wanted.dns {
                self.out.add(" %", &[server]);
            }
            self.out.put(self.ending.as_bytes());
        }
        for address in addresses {
            if family == Family::V4 {
                self.up("addr add % brd % dev %", &[address, &broadcast(address), name]);
            } else {
                self.up("-6 addr add % dev %", &[address, name]);
            }
        }
        if let Some(gateway) = gateway {
            self.route(&Route::default_via(gateway), metric);
        }
        for route in &wanted.routes {
            if route.destination.family == family {
                self.route(route, 0);
            }
        }
    }

    /// The gateway of a family, and the metric of the default route if another interface comes first.
    fn gateway(&self, family: Family) -> (Option<Ip>, usize) {
        let of = |interface: &Interface| if family == Family::V4 { interface.wanted.gateway4 } else { interface.wanted.gateway6 };
        let before = self.network.interfaces.get(..self.at).unwrap_or_default();
        let is_other = before.iter().any(|interface| of(interface).is_some());
        (of(self.interface), if is_other { OTHER_METRIC + self.at } else { 0 })
    }

    #[inline(never)]
    fn option(&mut self, template: &str, parts: &Parts<'_>) {
        self.out.put(b"    ");
        self.out.add(template, parts);
        self.out.put(self.ending.as_bytes());
    }

    /// A line for ip(8). The ones behind it would not run if it failed, say because the user has the same route.
    #[inline(never)]
    fn up(&mut self, template: &str, parts: &Parts<'_>) {
        self.out.put(b"    up ip ");
        self.out.add(template, parts);
        self.out.put(b" || true ");
        self.out.put(OURS);
        self.out.put(self.ending.as_bytes());
    }

    /// A route, and what its gateway needs outside every subnet: IPv6 has the flag `onlink` only since Linux 4.16.
    #[inline(never)]
    fn route(&mut self, route: &Route, metric: usize) {
        let interface = self.interface;
        let name = &interface.name;
        let (six, mut onlink) = (if route.destination.is_v4() { "" } else { "-6 " }, "");
        let mut line = Text::<96>::of("%", &[route]);
        if let Some(gateway) = &route.gateway {
            if route.prefix_len == 0 {
                line = Text::of("default via %", &[gateway]);
            }
            if !interface.wanted.covers(gateway) && !gateway.is_link_local_v6() {
                if gateway.is_v4() {
                    onlink = " onlink";
                } else {
                    self.up("-6 route add %/128 dev %", &[gateway, name]);
                }
            }
        }
        if metric > 0 {
            self.up("%route add % dev %% metric %", &[&six, &line, name, &onlink, &metric]);
        } else {
            self.up("%route add % dev %%", &[&six, &line, name, &onlink]);
        }
    }
}

/// The broadcast address; 0.0.0.0 is none.
fn broadcast(address: &Address) -> Ip {
    address.broadcast().unwrap_or(Ip::unspecified(Family::V4))
}

/// Warns of files that are read besides and have a stanza for an interface of the network.
fn warn_of_others(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut sources = Text::<512>::new();
    tree.read(INTERFACES, &mut |mut text| {
        while let Some(line) = stanzas::take(&mut text) {
            if let Kind::Source(path) = stanzas::kind(line)
                && let Ok(path) = core::str::from_utf8(path)
            {
                sources.add("%%\n", &[&if path.starts_with('/') { "" } else { "/etc/network/" }, &path]);
            }
        }
    })?;
    let mut rest = sources.as_str();
    while let Some((source, behind)) = cut(rest, b'\n') {
        rest = behind;
        warn_of(source, network, tree);
    }
    Ok(())
}

/// Warns of what is found at a path, of a directory, or with one `*` in its last part. What cannot be read is nothing to warn of.
fn warn_of(source: &str, network: &Network<'_>, tree: &mut Tree<'_>) {
    let (directory, pattern) = source.rsplit_once('/').unwrap_or_default();
    let (directory, prefix, suffix) = match cut(pattern, b'*') {
        Some((prefix, suffix)) => (directory, prefix, suffix),
        None => (source, "", ""),
    };
    let mut names = Names::new();
    if tree.names(directory, prefix, &mut names).is_err() || names.is_empty() {
        warn_of_file(source, network, tree);
    }
    let mut rest = names.as_str();
    while let Some((name, behind)) = cut(rest, b'\n') {
        rest = behind;
        if name.ends_with(suffix) {
            warn_of_file(Text::<256>::of("%/%", &[&directory, &name]).as_str(), network, tree);
        }
    }
}

#[inline(never)]
fn warn_of_file(path: &str, network: &Network<'_>, tree: &mut Tree<'_>) {
    for interface in network.interfaces {
        let mut is_there = false;
        let _ = tree.read(path, &mut |text| is_there = stanzas::has_stanza(text, interface.name.as_bytes(), None));
        if is_there {
            tree.warn("configured-twice", path, "% is configured here, too, and both add up: remove its stanza", &[&interface.name]);
        }
    }
}
