//! A kernel in memory, for the tests of plans and of `resetnetwork`: what Linux does with addresses and routes, and what falls with what.

use std::string::String;
use std::vec::Vec;

use crate::error::Errno;
use crate::network::ip::Ip;
use crate::network::live::{Item, Link, LiveAddress, LiveRoute};
use crate::network::model::{Address, Mac, Route};
use crate::network::plan::Change;
use crate::ports::Links;

/// A link's state, and every change asked for.
pub struct FakeKernel {
    pub mac: Mac,
    pub link: Link,
    pub addresses: Vec<LiveAddress>,
    /// With whether `onlink` was given.
    pub routes: Vec<(LiveRoute, bool)>,
    pub promotes: bool,
    /// How often the link is not found before it is there.
    pub absent_for: usize,
    /// How often reading comes apart.
    pub interrupted: usize,
    pub has_ipv6: bool,
    pub clients: Vec<(String, u32)>,
    pub refuse: Option<fn(&Change) -> bool>,
    pub changes: Vec<Change>,
}

pub fn ip(text: &str) -> Ip {
    Ip::parse(text).unwrap()
}

pub fn address(text: &str) -> Address {
    let (ip_text, len) = text.split_once('/').unwrap();
    Address { ip: ip(ip_text), prefix_len: len.parse().unwrap() }
}

/// `NETWORK/LEN` or `NETWORK/LEN via GATEWAY`.
pub fn route(text: &str) -> Route {
    let (network, gateway) = text.split_once(" via ").map_or((text, None), |(network, gateway)| (network, Some(ip(gateway))));
    let network = address(network);
    Route { destination: network.ip, prefix_len: network.prefix_len, gateway }
}

/// An address somebody configured.
pub fn configured(address: Address) -> LiveAddress {
    LiveAddress { address, peer: address.ip, lasts: true, is_configured: true }
}

/// A route of a protocol.
pub fn made_by(protocol: u8, route: Route) -> LiveRoute {
    LiveRoute { route, metric: 0, tos: 0, scope: 0, protocol }
}

impl FakeKernel {
    pub fn new(mac: &str) -> Self {
        Self {
            mac: Mac::parse(mac).unwrap(),
            link: Link { index: 2, name: "eth0".try_into().unwrap(), flags: 0, is_port: false },
            addresses: Vec::new(),
            routes: Vec::new(),
            promotes: false,
            absent_for: 0,
            interrupted: 0,
            has_ipv6: true,
            clients: Vec::new(),
            refuse: None,
            changes: Vec::new(),
        }
    }

    fn reaches(&self, gateway: &Ip) -> bool {
        let subnet = self.addresses.iter().any(|live| live.address.covers(gateway));
        let device = self.routes.iter().filter(|(live, _)| live.route.gateway.is_none());
        let mut device = device.map(|(live, _)| Address { ip: live.route.destination, prefix_len: live.route.prefix_len });
        subnet || gateway.is_link_local_v6() || (!gateway.is_v4() && device.any(|network| network.covers(gateway)))
    }

    fn add_address(&mut self, address: Address) -> i32 {
        if !address.ip.is_v4() && !self.has_ipv6 {
            return libc::EAFNOSUPPORT;
        }
        let same = |live: &&mut LiveAddress| live.address.ip == address.ip && (live.address == address || !address.ip.is_v4());
        match self.addresses.iter_mut().find(same) {
            Some(live) => (live.lasts, live.is_configured) = (true, true),
            None => self.addresses.push(configured(address)),
        }
        0
    }

    fn remove_address(&mut self, address: Address) -> i32 {
        let Some(at) = self.addresses.iter().position(|live| live.address == address) else { return libc::EADDRNOTAVAIL };
        let in_subnet = |live: &LiveAddress| live.address.prefix_len == address.prefix_len && live.address.covers(&address.ip);
        let is_primary = self.addresses.iter().position(in_subnet) == Some(at);
        self.addresses.remove(at);
        if address.ip.is_v4() && is_primary && !self.promotes {
            self.addresses.retain(|live| !in_subnet(live));
        }
        // Harsher than Linux, which keeps routes whose gateway another route still reaches.
        let fallen = |(live, onlink): &(LiveRoute, bool)| !onlink && live.route.gateway.is_some_and(|gateway| !self.reaches(&gateway));
        let routes = self.routes.iter().filter(|entry| !fallen(entry)).cloned().collect();
        self.routes = routes;
        0
    }

    fn add_route(&mut self, route: Route, metric: u32, onlink: bool) -> i32 {
        if !route.destination.is_v4() && !self.has_ipv6 {
            return libc::EAFNOSUPPORT;
        }
        if !self.link.is_up() {
            return libc::ENETDOWN;
        }
        if !onlink && route.gateway.is_some_and(|gateway| !self.reaches(&gateway)) {
            return libc::ENETUNREACH;
        }
        let new = LiveRoute { metric, ..made_by(libc::RTPROT_STATIC, route) };
        let same = |live: &LiveRoute| live.route == route && live.metric == metric && (!route.destination.is_v4() || *live == new);
        if self.routes.iter().any(|(live, _)| same(live)) {
            return libc::EEXIST;
        }
        self.routes.push((new, onlink));
        0
    }
}

impl Links for FakeKernel {
    fn find(&mut self, mac: Mac, link: &mut Link) -> Result<bool, Errno> {
        if mac == self.mac && self.absent_for > 0 {
            self.absent_for -= 1;
            return Ok(false);
        }
        link.clone_from(&self.link);
        Ok(mac == self.mac)
    }

    fn live(&mut self, _: &Link, each: &mut dyn FnMut(Item)) -> Result<(), Errno> {
        self.addresses.iter().for_each(|live| each(Item::Address(*live)));
        if self.interrupted > 0 {
            self.interrupted -= 1;
            return Err(Errno(libc::EAGAIN));
        }
        self.routes.iter().for_each(|(live, _)| each(Item::Route(*live)));
        Ok(())
    }

    fn change(&mut self, _: &Link, change: &Change) -> Result<(), Errno> {
        self.changes.push(*change);
        let refused = self.refuse.is_some_and(|refuse| refuse(change));
        let errno = match change {
            _ if refused => libc::EPERM,
            Change::Up => {
                self.link.flags |= libc::IFF_UP as u32;
                0
            }
            Change::PromoteSecondaries => {
                self.promotes = true;
                0
            }
            Change::AddAddress { address, .. } => self.add_address(*address),
            Change::RemoveAddress(live) => self.remove_address(live.address),
            Change::AddRoute { route, metric, onlink } => self.add_route(*route, *metric, *onlink),
            Change::RemoveRoute(live) => match self.routes.iter().position(|(route, _)| route == live) {
                Some(at) => {
                    self.routes.remove(at);
                    0
                }
                None => libc::ESRCH,
            },
        };
        if errno == 0 { Ok(()) } else { Err(Errno(errno)) }
    }

    fn stop_dhcp(&mut self, _: &Link, each: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
        self.clients.iter().for_each(|(name, process)| each(name, *process));
        Ok(())
    }

    fn runs(&mut self, process: u32) -> bool {
        // Ends when it is looked at for the second time.
        let ran = self.clients.iter().any(|(_, client)| *client == process);
        self.clients.retain(|(_, client)| *client != process);
        ran
    }
}
