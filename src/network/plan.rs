//! The plan: the differences between what is wanted and what is live, in the order in which they must be made.
//!
//! Pure. A plan is shown every live item once, in any order, and then tells the changes. Additions come before removals, so the last way
//! in is never cut before the new one is there; what the kernel drops together with something removed is found when the link is read again
//! (see `apply`). Semantics: ip-address(8), ip-route(8); what the kernel calls equal is in net/ipv4/devinet.c, net/ipv4/fib_trie.c,
//! net/ipv6/addrconf.c and net/ipv6/ip6_fib.c.

use heapless::Vec;

use crate::limits::{ADDRESS_COUNT, ROUTE_COUNT, STALE_COUNT};
use crate::network::ip::{Family, Ip};
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
}

/// With addresses: for the debug log only.
impl Show for Change {
    fn show(&self, line: &mut Line) {
        let object: &dyn Show = match self {
            Self::Up | Self::PromoteSecondaries => return line.put(self.what()),
            Self::AddAddress { address, .. } => address,
            Self::RemoveAddress(live) => &live.address,
            Self::AddRoute { route, .. } => route,
            Self::RemoveRoute(live) => &live.route,
        };
        line.fill("% %", &[&self.what(), object]);
    }
}

/// The bit of [`Plan::routes`] where the device routes to gateways start; below are the routes that were asked for.
const TO_GATEWAY: usize = 64;
/// The bits of the default routes.
const SLOT_GATEWAY4: usize = 62;
const SLOT_GATEWAY6: usize = 63;
const _: () = assert!(ROUTE_COUNT <= SLOT_GATEWAY4 && ADDRESS_COUNT <= 64, "a plan marks what is live in the bits of integers");

/// Memory for a route.
const NO_ROUTE: Route = Route { destination: Ip::unspecified(Family::V4), prefix_len: 0, gateway: None };

/// The differences of one link.
pub struct Plan<'a> {
    wanted: &'a Wanted,
    link: &'a Link,
    /// Which wanted addresses are there.
    addresses: u64,
    /// Which wanted routes are there.
    routes: u128,
    stale: Vec<Item, STALE_COUNT>,
}

impl<'a> Plan<'a> {
    /// A plan for a link of which nothing is known yet.
    pub fn new(wanted: &'a Wanted, link: &'a Link) -> Self {
        Self { wanted, link, addresses: 0, routes: 0, stale: Vec::new() }
    }

    /// Takes note of one item that is live on the link.
    #[inline(never)]
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

    fn see_route(&mut self, live: &LiveRoute) -> bool {
        // IPv6 takes no second route of the same metric, whoever made the first one.
        let blocks = !live.route.destination.is_v4() && live.metric == self.metric(&live.route);
        let wanted = (live.is_configured() || blocks) && self.mark(&live.route);
        wanted || !live.is_configured() || !self.wanted.complete || self.leads_to_gateway(&live.route)
    }

    /// Whether the route is to a default gateway itself, on the link: network managers add one where the gateway is in no subnet.
    fn leads_to_gateway(&self, route: &Route) -> bool {
        let Wanted { gateway4, gateway6, .. } = self.wanted;
        let is_one = |gateway: &Option<Ip>| *gateway == Some(route.destination);
        route.gateway.is_none() && route.prefix_len == route.destination.width() && (is_one(gateway4) || is_one(gateway6))
    }

    /// Tells the changes, in order. None: the link is as it should be.
    pub fn changes(&mut self, each: &mut dyn FnMut(Change)) {
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
        self.remove_addresses(each);
    }

    fn add_addresses(&self, each: &mut dyn FnMut(Change)) {
        for (i, address) in self.wanted.addresses.iter().enumerate() {
            if self.addresses >> i & 1 == 1 {
                continue;
            }
            let mut had = false;
            for item in &self.stale {
                // IPv6 knows an address once only, whatever its prefix length.
                if let Item::Address(live) = item
                    && !address.ip.is_v4()
                    && live.address.ip == address.ip
                {
                    each(Change::RemoveAddress(*live));
                    had = true;
                }
            }
            each(Change::AddAddress { address: *address, had });
        }
    }

    #[inline(never)]
    fn add_routes(&mut self, each: &mut dyn FnMut(Change)) {
        let (mut at, mut route) = (0, NO_ROUTE);
        while let Some(bit) = self.next_route(&mut at, &mut route) {
            if self.routes >> bit & 1 == 0 {
                let onlink = route.gateway.is_some_and(|gateway| gateway.is_v4() && !self.wanted.covers(&gateway));
                each(Change::AddRoute { route, metric: self.metric(&route), onlink });
                self.mark(&route);
            }
        }
    }

    #[inline(never)]
    fn remove_addresses(&self, each: &mut dyn FnMut(Change)) {
        let mut promoted = false;
        for item in &self.stale {
            let Item::Address(live) = item else { continue };
            if live.address.ip.is_v4() {
                if !promoted {
                    each(Change::PromoteSecondaries);
                    promoted = true;
                }
            } else if self.address(&live.address.ip).is_some() {
                // Replaced before.
                continue;
            }
            each(Change::RemoveAddress(*live));
        }
    }

    /// The wanted address that has this `ip`, and its number.
    #[inline(never)]
    fn address(&self, ip: &Ip) -> Option<(usize, &'a Address)> {
        self.wanted.addresses.iter().enumerate().find(|(_, address)| address.ip == *ip)
    }

    /// Marks the wanted routes that are this one: whether there are any.
    #[inline(never)]
    fn mark(&mut self, route: &Route) -> bool {
        let (mut at, mut wanted, mut found) = (0, NO_ROUTE, false);
        while let Some(bit) = self.next_route(&mut at, &mut wanted) {
            if wanted == *route {
                self.routes |= 1 << bit;
                found = true;
            }
        }
        found
    }

    /// Fills `route` with the wanted route that comes next and tells its bit, in the order in which the kernel can take them: device routes
    /// to IPv6 gateways outside every subnet (IPv4 has a flag for that, IPv6 only since Linux 4.16), other device routes, routes via gateways,
    /// default routes. The same route may come twice. `at` counts the bits looked at, from 0, three times over.
    #[inline(never)]
    fn next_route(&self, at: &mut usize, route: &mut Route) -> Option<usize> {
        while *at < 3 * TO_GATEWAY {
            let (rank, slot) = (*at / TO_GATEWAY, *at % TO_GATEWAY);
            *at += 1;
            let gateway = match slot {
                SLOT_GATEWAY4 => self.wanted.gateway4,
                SLOT_GATEWAY6 => self.wanted.gateway6,
                _ => None,
            };
            match (self.wanted.routes.get(slot), gateway) {
                (Some(wanted), _) => *route = *wanted,
                (None, Some(gateway)) => *route = Route::default_via(gateway),
                (None, None) => continue,
            }
            let Some(gateway) = route.gateway else {
                if rank == 1 {
                    return Some(slot);
                }
                continue;
            };
            if rank == 2 {
                return Some(slot);
            }
            if rank == 0 && !gateway.is_v4() && !gateway.is_link_local_v6() && !self.wanted.covers(&gateway) {
                *route = Route { destination: gateway, prefix_len: 128, gateway: None };
                return Some(TO_GATEWAY + slot);
            }
        }
        None
    }

    /// IPv4 takes the first of equal routes, so 0 like everybody's. IPv6 would spread packets over equal routes of several links: ours differ
    /// by link, and are better than the 1,024 that routes from router advertisements get.
    fn metric(&self, route: &Route) -> u32 {
        if route.destination.is_v4() { 0 } else { 512 + self.link.index.min(511) }
    }
}
