//! The plan: the differences between what is wanted and what is live, in the order in which they must be made.
//!
//! Pure. A plan is shown every live item once, in any order, and then tells the changes. Additions come before removals, so the last way
//! in is never cut before the new one is there; what the kernel drops together with something removed is found when the link is read again
//! (see `apply`). Semantics: ip-address(8), ip-route(8); what the kernel calls equal is in net/ipv4/devinet.c, net/ipv4/fib_trie.c,
//! net/ipv6/addrconf.c and net/ipv6/ip6_fib.c.

use heapless::Vec;

use crate::limits::{ADDRESS_COUNT, ROUTE_COUNT, STALE_COUNT};
use crate::network::ip::Ip;
use crate::network::items::{self, GATEWAY, ROUTE};
use crate::network::live::{Item, Link, LiveAddress, LiveRoute};
use crate::network::model::{Address, Route, Wanted};
use crate::text::{Line, Show};

/// One change to the live state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Set the link up.
    Up,
    /// Let the secondary addresses of the link stay when their primary one is removed.
    PromoteSecondaries,
    /// Add an address, or make the one that is there last for ever.
    AddAddress {
        /// The address.
        address: Address,
        /// Whether the link had it until now, so that nobody else can (no duplicate address detection).
        had: bool,
    },
    /// Remove an address.
    RemoveAddress(LiveAddress),
    /// Add a route behind the equal ones that are there.
    AddRoute {
        /// The route.
        route: Route,
        /// Its metric.
        metric: u32,
        /// Whether the gateway is on the link though no address of it says so.
        onlink: bool,
    },
    /// Remove a route.
    RemoveRoute(LiveRoute),
}

impl Change {
    /// What is changed, without any address.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Up => "set up",
            Self::PromoteSecondaries => "promote secondary addresses",
            Self::AddAddress { address, .. } if address.ip.is_v4() => "add IPv4 address",
            Self::AddAddress { .. } => "add IPv6 address",
            Self::RemoveAddress(_) => "remove address",
            Self::AddRoute { route, .. } if route.destination.is_v4() => "add IPv4 route",
            Self::AddRoute { .. } => "add IPv6 route",
            Self::RemoveRoute(_) => "remove route",
        }
    }

    /// The address or route that is added or removed.
    #[inline(never)]
    pub fn object(&self) -> Option<&dyn Show> {
        match self {
            Self::Up | Self::PromoteSecondaries => None,
            Self::AddAddress { address, .. } => Some(address),
            Self::RemoveAddress(live) => Some(&live.address),
            Self::AddRoute { route, .. } => Some(route),
            Self::RemoveRoute(live) => Some(&live.route),
        }
    }
}

/// With addresses: for the debug log only.
impl Show for Change {
    fn show(&self, line: &mut Line) {
        line.put(self.what());
        if let Some(object) = self.object() {
            line.fill(" %", &[object]);
        }
    }
}

const _: () = assert!(ADDRESS_COUNT <= 64, "a plan marks the addresses that are live in the bits of an integer");

/// The routes of a plan: those that were asked for, the default routes, and one to the gateway of each.
const PLANNED_COUNT: usize = 2 * (ROUTE_COUNT + 2);

/// A route that is wanted, or may be there.
struct Planned {
    route: Route,
    /// Whether the gateway is on the link though no address of it says so.
    onlink: bool,
    /// Whether nothing is left to do for it.
    is_done: bool,
}

/// The differences of one link.
pub struct Plan<'a> {
    wanted: &'a Wanted,
    link: &'a Link,
    /// Which wanted addresses are there.
    addresses: u64,
    /// Those that are wanted, in the order in which the kernel can take them, and those that may be there.
    routes: Vec<Planned, PLANNED_COUNT>,
    stale: Vec<Item, STALE_COUNT>,
}

impl<'a> Plan<'a> {
    /// A plan for a link of which nothing is known yet.
    pub fn new(wanted: &'a Wanted, link: &'a Link) -> Self {
        let mut plan = Self { wanted, link, addresses: 0, routes: Vec::new(), stale: Vec::new() };
        // First routes without a gateway: networks on the link, and IPv6 gateways outside every subnet (IPv4 has a flag for those, IPv6 only
        // since Linux 4.16). Then those through gateways. Last, host routes to default gateways: not added, but left alone where a network
        // manager made them because the gateway is in no subnet.
        for (looked_for, is_via) in [(ROUTE, false), (ROUTE, true), (GATEWAY, false)] {
            items::each(wanted, &mut |kinds, item| {
                let route = Route { destination: item.address.ip, prefix_len: item.address.prefix_len, gateway: item.gateway };
                if kinds & looked_for != 0 && route.gateway.is_some() == is_via && plan.planned(&route).is_none() {
                    // There is room for all.
                    let _ = plan.routes.push(Planned { route, onlink: item.onlink, is_done: looked_for == GATEWAY });
                }
            });
        }
        plan
    }

    /// What is planned of this route.
    fn planned(&mut self, route: &Route) -> Option<&mut Planned> {
        self.routes.iter_mut().find(|planned| planned.route == *route)
    }

    /// Takes note of one item that is live on the link.
    pub fn see(&mut self, item: Item) {
        let stays = match &item {
            Item::Address(live) => self.see_address(live),
            Item::Route(live) => self.see_route(live),
        };
        if !stays {
            // A stale item too many is seen again in the next round.
            let _ = self.stale.push(item);
        }
    }

    fn see_address(&mut self, live: &LiveAddress) -> bool {
        let Some((i, address)) = self.address(&live.address.ip) else {
            return !(live.is_configured && self.wanted.complete);
        };
        let same = *address == live.address && live.peer == live.address.ip;
        if same && live.lasts {
            self.addresses |= 1 << i;
        }
        same
    }

    /// The wanted address that has this `ip`, and its number.
    fn address(&self, ip: &Ip) -> Option<(usize, &'a Address)> {
        self.wanted.addresses.iter().enumerate().find(|(_, address)| address.ip == *ip)
    }

    fn see_route(&mut self, live: &LiveRoute) -> bool {
        // IPv6 takes no second route of the same metric, whoever made the first one.
        let blocks = !live.route.destination.is_v4() && live.metric == self.metric(&live.route);
        if (live.is_configured() || blocks)
            && let Some(planned) = self.planned(&live.route)
        {
            planned.is_done = true;
            return true;
        }
        !live.is_configured() || !self.wanted.complete
    }

    /// Tells the changes, in order. None: the link is as it should be.
    pub fn changes(&self, each: &mut dyn FnMut(Change)) {
        if !self.link.is_up() {
            each(Change::Up);
        }
        self.add_addresses(each);
        self.add_routes(each);
        for item in &self.stale {
            if let Item::Route(live) = item {
                each(Change::RemoveRoute(*live));
            }
        }
        self.remove_addresses(None, each);
    }

    fn add_addresses(&self, each: &mut dyn FnMut(Change)) {
        for (i, address) in self.wanted.addresses.iter().enumerate() {
            if self.addresses >> i & 1 == 0 {
                let had = self.remove_addresses(Some(i), each);
                each(Change::AddAddress { address: *address, had });
            }
        }
    }

    fn add_routes(&self, each: &mut dyn FnMut(Change)) {
        for Planned { route, onlink, is_done } in &self.routes {
            if !is_done {
                each(Change::AddRoute { route: *route, metric: self.metric(route), onlink: *onlink });
            }
        }
    }

    /// Removes the stale addresses that the wanted one number `new` replaces, or those that none replaces: whether there were any. IPv6
    /// knows an address once only, whatever its prefix length.
    fn remove_addresses(&self, new: Option<usize>, each: &mut dyn FnMut(Change)) -> bool {
        let (mut promoted, mut any) = (false, false);
        for item in &self.stale {
            let Item::Address(live) = item else { continue };
            let is_v4 = live.address.ip.is_v4();
            let replaced = if is_v4 { None } else { self.address(&live.address.ip).map(|(i, _)| i) };
            if replaced != new {
                continue;
            }
            if is_v4 && !promoted {
                each(Change::PromoteSecondaries);
                promoted = true;
            }
            each(Change::RemoveAddress(*live));
            any = true;
        }
        any
    }

    /// IPv4 takes the first of equal routes, so 0 like everybody's. IPv6 would spread packets over equal routes of several links: ours differ
    /// by link, and are better than the 1,024 that routes from router advertisements get.
    fn metric(&self, route: &Route) -> u32 {
        if route.destination.is_v4() { 0 } else { 512 + self.link.index.min(511) }
    }
}
