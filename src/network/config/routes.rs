//! The routes of an interface as files list them, in the order in which the kernel can take them one after the other.

use crate::network::model::{Address, Route, Wanted};

/// The host route to a gateway that is in no subnet of the interface, in front of the route through it: for IPv6, where old kernels know no
/// flag for that.
pub const HOP6: u8 = 1;
/// The same for IPv4.
pub const HOP4: u8 = 2;
/// The host route to a default gateway.
pub const GATEWAY: u8 = 4;
/// The same, if the gateway is local to the link or in the subnet of the first address of its family.
pub const NEAR_GATEWAY: u8 = 8;
/// Static routes.
pub const STATIC: u8 = 16;
/// Default routes.
pub const FAR: u8 = 32;
/// The same, if the gateway is near.
pub const NEAR: u8 = 64;
/// All that an interface needs.
pub const ALL: u8 = HOP6 | STATIC | FAR | NEAR;

/// Shows the routes of these kinds to `each`, static ones first. The flag tells that an IPv4 gateway is on the link though it is in no subnet
/// of the interface.
#[inline(never)]
pub fn each(wanted: &Wanted, kinds: u8, each: &mut dyn FnMut(&Route, bool)) {
    for route in &wanted.routes {
        show(wanted, route, STATIC, kinds, each);
    }
    for gateway in wanted.gateway4.iter().chain(&wanted.gateway6) {
        show(wanted, &Route::default_via(*gateway), FAR, kinds, each);
    }
}

#[inline(never)]
fn show(wanted: &Wanted, route: &Route, mut kind: u8, kinds: u8, each: &mut dyn FnMut(&Route, bool)) {
    let mut onlink = false;
    if let Some(gateway) = route.gateway {
        let (mut hop, is_local) = (0, gateway.is_link_local_v6());
        if !is_local && !wanted.covers(&gateway) {
            onlink = gateway.is_v4();
            hop = if onlink { HOP4 } else { HOP6 };
        }
        if kind == FAR {
            hop |= GATEWAY;
            let first = wanted.addresses.iter().find(|address| address.ip.same_family(&gateway));
            if is_local || first.is_some_and(|address| address.covers(&gateway)) {
                hop |= NEAR_GATEWAY;
                kind = NEAR;
            }
        }
        if hop & kinds != 0 {
            each(&Route { destination: gateway, prefix_len: gateway.width(), gateway: None }, false);
        }
    }
    if kind & kinds != 0 {
        each(route, onlink);
    }
}

/// The network that a route is to.
pub fn destination(route: &Route) -> Address {
    Address { ip: route.destination, prefix_len: route.prefix_len }
}
