//! The plan: the differences between what is wanted and what is live, in the order in which they must be made.
//!
//! Pure. A plan is shown every live item once, in any order, and then tells the changes. Additions come before removals, so the last way
//! in is never cut before the new one is there; what the kernel drops together with something removed is found when the link is read again
//! (see `apply`). Semantics: ip-address(8), ip-route(8); what the kernel calls equal is in net/ipv4/devinet.c, net/ipv4/fib_trie.c,
//! net/ipv6/addrconf.c and net/ipv6/ip6_fib.c.

use heapless::Vec;

use crate::limits::{ADDRESS_COUNT, ROUTE_COUNT, STALE_COUNT};
use crate::network::ip::Ip;
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
    fn show(&self, line: &mut Line<'_>) {
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

/// Most routes that [`each_route`] tells: two default routes, and a device route for every gateway.
const ROUTES_MAX: usize = 2 * (ROUTE_COUNT + 2);
const _: () = assert!(ROUTES_MAX <= 128 && ADDRESS_COUNT <= 64, "a plan marks what is live in the bits of integers");

/// The differences of one link.
pub struct Plan<'a> {
    wanted: &'a Wanted,
    link: &'a Link,
    addresses: u64,
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
        let Some(i) = self.wanted.addresses.iter().position(|address| address.ip == live.address.ip) else {
            return !(live.is_configured && self.wanted.complete);
        };
        let same = self.wanted.addresses.get(i) == Some(&live.address) && live.peer == live.address.ip;
        if same && live.lasts {
            self.addresses |= 1 << i;
        }
        same
    }

    fn see_route(&mut self, live: &LiveRoute) -> bool {
        // IPv6 takes no second route of the same metric, whoever made the first one.
        let blocks = !live.route.destination.is_v4() && live.metric == self.metric(&live.route);
        let mut wanted = false;
        each_route(self.wanted, &mut |i, route| {
            if route == live.route && (live.is_configured() || blocks) {
                self.routes |= 1 << i;
                wanted = true;
            }
        });
        wanted || !live.is_configured() || !self.wanted.complete
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
        self.remove_addresses(each);
    }

    #[inline(never)]
    fn add_addresses(&self, each: &mut dyn FnMut(Change)) {
        for (i, &address) in self.wanted.addresses.iter().enumerate() {
            if self.addresses >> i & 1 == 1 {
                continue;
            }
            let old = self.stale_addresses().find(|live| live.address.ip == address.ip && !address.ip.is_v4());
            if let Some(old) = old {
                // IPv6 knows an address once only, whatever its prefix length.
                each(Change::RemoveAddress(*old));
            }
            each(Change::AddAddress { address, had: old.is_some() });
        }
    }

    #[inline(never)]
    fn add_routes(&self, each: &mut dyn FnMut(Change)) {
        each_route(self.wanted, &mut |i, route| {
            let mut is_first = true;
            each_route(self.wanted, &mut |earlier, other| is_first &= earlier >= i || other != route);
            if self.routes >> i & 1 == 0 && is_first {
                let onlink = route.gateway.is_some_and(|gateway| gateway.is_v4() && !self.wanted.covers(&gateway));
                each(Change::AddRoute { route, metric: self.metric(&route), onlink });
            }
        });
    }

    #[inline(never)]
    fn remove_addresses(&self, each: &mut dyn FnMut(Change)) {
        let mut promoted = false;
        for live in self.stale_addresses() {
            let replaced = !live.address.ip.is_v4() && self.wanted.addresses.iter().any(|address| address.ip == live.address.ip);
            if replaced {
                continue;
            }
            if live.address.ip.is_v4() && !promoted {
                each(Change::PromoteSecondaries);
                promoted = true;
            }
            each(Change::RemoveAddress(*live));
        }
    }

    fn stale_addresses(&self) -> impl Iterator<Item = &LiveAddress> {
        self.stale.iter().filter_map(|item| match item {
            Item::Address(live) => Some(live),
            Item::Route(_) => None,
        })
    }

    /// IPv4 takes the first of equal routes, so 0 like everybody's. IPv6 would spread packets over equal routes of several links: ours differ
    /// by link, and are better than the 1,024 that routes from router advertisements get.
    fn metric(&self, route: &Route) -> u32 {
        if route.destination.is_v4() { 0 } else { 512 + self.link.index.min(511) }
    }
}

/// Calls `each` with every route that `wanted` means and its number, in the order in which the kernel can take them: device routes to IPv6
/// gateways outside every subnet (IPv4 has a flag for that, IPv6 only since Linux 4.16), other device routes, routes via gateways, default
/// routes. The same route may come twice.
#[inline(never)]
fn each_route(wanted: &Wanted, each: &mut dyn FnMut(usize, Route)) {
    let mut number = 0;
    for rank in [Rank::ToGateway, Rank::OnLink, Rank::Via] {
        let mut take = |route: &Route| {
            let far = |gateway: &Ip| !gateway.is_v4() && !gateway.is_link_local_v6() && !wanted.covers(gateway);
            let route = match (rank, route.gateway) {
                (Rank::ToGateway, Some(gateway)) if far(&gateway) => Route { destination: gateway, prefix_len: 128, gateway: None },
                (Rank::OnLink, None) | (Rank::Via, Some(_)) => *route,
                _ => return,
            };
            each(number, route);
            number += 1;
        };
        wanted.routes.iter().for_each(&mut take);
        for gateway in [wanted.gateway4, wanted.gateway6].into_iter().flatten() {
            take(&Route::default_via(gateway));
        }
    }
}

/// What a route needs before it.
#[derive(Clone, Copy)]
enum Rank {
    ToGateway,
    OnLink,
    Via,
}
