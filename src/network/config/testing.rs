//! Networks for the tests of renderers: made by hand and by chance, and a tree of files in memory.

use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::{Interface, Network, Write};
use crate::error::Error;
use crate::memory::{MemoryFiles, MemoryHost, MemoryJournal};
use crate::network::config::tree::Tree;
use crate::network::ip::Ip;
use crate::network::model::{Address, Mac, Route, Wanted};
use crate::ports::Files;

/// An interface with nothing on it; its MAC address is 40:40:aa:bb:cc:`last`.
pub fn interface(name: &str, last: u8) -> Interface {
    Interface { name: name.parse().unwrap(), index: last.into(), wanted: Wanted::new(Mac([0x40, 0x40, 0xaa, 0xbb, 0xcc, last])) }
}

/// eth0 with an address and a gateway.
pub fn public() -> Interface {
    let mut eth0 = interface("eth0", 1);
    eth0.wanted.addresses.push(Address::new(Ip::parse("198.51.100.23").unwrap(), 24).unwrap()).unwrap();
    eth0.wanted.gateway4 = Ip::parse("198.51.100.1");
    eth0
}

/// What is written, and what was there before.
#[derive(Default)]
pub struct System {
    /// The files.
    pub files: MemoryFiles,
    /// The log.
    pub host: MemoryHost,
}

impl System {
    /// A system with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let mut system = Self::default();
        for (path, content) in files {
            system.files.files.insert(path.to_string(), content.as_bytes().to_vec());
        }
        system
    }

    /// Runs a renderer and commits; how many files and links changed.
    pub fn write(&mut self, render: Write, interfaces: &[Interface]) -> Result<u32, Error> {
        let macs: Vec<Mac> = interfaces.iter().map(|interface| interface.wanted.mac).collect();
        self.write_knowing(render, interfaces, &macs)
    }

    /// The same where `vm-data` names other MAC addresses than those of the interfaces.
    pub fn write_knowing(&mut self, render: Write, interfaces: &[Interface], macs: &[Mac]) -> Result<u32, Error> {
        let mut journal = MemoryJournal::default();
        let mut tree = Tree::new(&mut self.files, &mut journal, &mut self.host);
        let mut servers: Vec<Ip> = Vec::new();
        for server in interfaces.iter().flat_map(|interface| &interface.wanted.dns) {
            if !servers.contains(server) {
                servers.push(*server);
            }
        }
        render(&Network { interfaces, macs, is_partial: false, nodename: None, servers: &servers }, &mut tree)?;
        let changes = tree.changes;
        self.files.commit()?;
        Ok(changes)
    }

    /// A file's content; empty if it is not there.
    pub fn read(&self, path: &str) -> String {
        self.files.files.get(path).map(|bytes| String::from_utf8(bytes.clone()).unwrap()).unwrap_or_default()
    }

    /// The paths of all files that are no backups.
    pub fn paths(&self) -> Vec<String> {
        self.files.files.keys().filter(|path| !path.ends_with(".bak~")).cloned().collect()
    }
}

/// The routes of a family as `ip route` takes them, sorted: a gateway in no subnet is marked by `onlink` (IPv4) or has a route to itself.
pub fn wanted_routes(wanted: &Wanted, is_v4: bool, onlink: &str) -> Vec<String> {
    let mut routes = Vec::new();
    let defaults = wanted.gateway4.iter().chain(&wanted.gateway6).map(|gateway| Route::default_via(*gateway));
    for route in wanted.routes.iter().copied().chain(defaults).filter(|route| route.destination.is_v4() == is_v4) {
        let is_outside = route.gateway.is_some_and(|gateway| !wanted.covers(&gateway) && !gateway.is_link_local_v6());
        let destination = if route.prefix_len == 0 && route.gateway.is_some() {
            "default".into()
        } else {
            std::format!("{}/{}", route.destination, route.prefix_len)
        };
        let via = route.gateway.map(|gateway| std::format!(" via {gateway}")).unwrap_or_default();
        routes.push(std::format!("{destination}{via}{}", if is_outside && is_v4 { onlink } else { "" }));
        routes.extend(route.gateway.filter(|_| is_outside && !is_v4).map(|gateway| std::format!("{gateway}/128")));
    }
    routes.sort();
    routes
}

fn any_ip(v4: bool) -> impl Strategy<Value = Ip> {
    let octets = if v4 { 4 } else { 16 };
    prop::collection::vec(any::<u8>(), octets).prop_filter_map("not a host", |octets| Ip::from_octets(&octets).filter(Ip::is_host))
}

fn any_address(v4: bool) -> impl Strategy<Value = Address> {
    let width: u8 = if v4 { 32 } else { 128 };
    (any_ip(v4), 1..=width).prop_filter_map("no address", |(ip, len)| Address::new(ip, len))
}

fn any_route(v4: bool) -> impl Strategy<Value = Route> {
    let width: u8 = if v4 { 32 } else { 128 };
    (any_ip(v4), 1..=width, prop::option::of(any_ip(v4))).prop_filter_map("no route", |(ip, len, gateway)| Route::new(ip, len, gateway))
}

prop_compose! {
    fn any_wanted(last: u8)(
        addresses4 in prop::collection::vec(any_address(true), 0..4),
        addresses6 in prop::collection::vec(any_address(false), 0..4),
        routes4 in prop::collection::vec(any_route(true), 0..4),
        routes6 in prop::collection::vec(any_route(false), 0..4),
        gateway4 in prop::option::of(any_ip(true)),
        gateway6 in prop::option::of(any_ip(false)),
        link_local in any::<bool>(),
        dns in prop::collection::vec(any_ip(true), 0..4),
        label in prop::option::of("[A-Za-z0-9._-]{1,12}"),
    ) -> Wanted {
        let mut wanted = Wanted::new(Mac([0x40, 0x40, 0xaa, 0xbb, 0xcc, last]));
        for address in addresses4.iter().chain(&addresses6) {
            if !wanted.addresses.iter().any(|other| other.ip == address.ip) {
                wanted.addresses.push(*address).unwrap();
            }
        }
        for route in routes4.iter().chain(&routes6) {
            if !wanted.routes.iter().any(|other| other.destination == route.destination && other.prefix_len == route.prefix_len) {
                wanted.routes.push(*route).unwrap();
            }
        }
        // A gateway needs an address of its family: without one no host sends any.
        wanted.gateway4 = gateway4.filter(|_| !addresses4.is_empty());
        wanted.gateway6 = gateway6.filter(|_| !addresses6.is_empty());
        if link_local && wanted.gateway6.is_some() {
            wanted.gateway6 = Ip::parse("fe80::def");
        }
        for server in dns {
            if !wanted.dns.contains(&server) {
                wanted.dns.push(server).unwrap();
            }
        }
        wanted.label.push_str(&label.unwrap_or_default()).unwrap();
        wanted
    }
}

/// One to four interfaces, eth0 and so on, with whatever a host may want on them.
pub fn any_interfaces() -> impl Strategy<Value = Vec<Interface>> {
    (1u8..5).prop_flat_map(|count| (0..count).map(any_wanted).collect::<Vec<_>>()).prop_map(|wanted| {
        let named = |(index, wanted)| Interface { name: std::format!("eth{index}").parse().unwrap(), index: index as u32 + 2, wanted };
        wanted.into_iter().enumerate().map(named).collect()
    })
}

/// The routes of an interface as `DESTINATION[ via GATEWAY][ onlink]`: those that are wanted, and those to IPv6 gateways that are in no subnet.
pub fn route_lines(wanted: &Wanted) -> Vec<String> {
    let defaults = [wanted.gateway4, wanted.gateway6].into_iter().flatten().map(Route::default_via);
    let mut lines = Vec::new();
    for route in wanted.routes.iter().copied().chain(defaults) {
        let is_outside = |gateway: &Ip| !gateway.is_link_local_v6() && !wanted.addresses.iter().any(|address| address.covers(gateway));
        match route.gateway.filter(is_outside) {
            Some(gateway) if !gateway.is_v4() => lines.extend([std::format!("{gateway}/128"), route.to_string()]),
            Some(_) => lines.push(std::format!("{route} onlink")),
            None => lines.push(route.to_string()),
        }
    }
    lines
}
