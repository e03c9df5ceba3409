//! The routes of an interface as files list them, in the order in which the kernel can take them one after the other.

use crate::network::config::{Interface, Network};
use crate::network::model::{Address, Route, Wanted};

/// Shows every route to `each`: static ones, then the default routes. The flag tells that an IPv4 gateway is on the link though it is in no
/// subnet of the interface; before a route via such an IPv6 gateway, for which old kernels know no flag, comes one to the gateway itself.
#[inline(never)]
pub fn each(wanted: &Wanted, each: &mut dyn FnMut(&Route, bool)) {
    for route in &wanted.routes {
        show(wanted, route, each);
    }
    for gateway in wanted.gateway4.iter().chain(&wanted.gateway6) {
        show(wanted, &Route::default_via(*gateway), each);
    }
}

#[inline(never)]
fn show(wanted: &Wanted, route: &Route, each: &mut dyn FnMut(&Route, bool)) {
    let outside = route.gateway.filter(|gateway| !gateway.is_link_local_v6() && !wanted.covers(gateway));
    let is_v4 = route.destination.is_v4();
    if let Some(gateway) = outside
        && !is_v4
    {
        each(&Route { destination: gateway, prefix_len: gateway.width(), gateway: None }, false);
    }
    each(route, outside.is_some() && is_v4);
}

/// The network that a route is to.
pub fn destination(route: &Route) -> Address {
    Address { ip: route.destination, prefix_len: route.prefix_len }
}

/// The metric of the default route of an interface behind the first that has one, above the 1,024 of IPv6: of equal ones managers take any,
/// or the kernel both.
#[inline(never)]
pub fn metric(route: &Route, interface: &Interface, network: &Network<'_>) -> Option<usize> {
    let mut is_second = false;
    for (at, Interface { wanted, .. }) in network.interfaces.iter().enumerate() {
        if wanted.mac == interface.wanted.mac {
            return (is_second && route.prefix_len == 0).then_some(1024 + at);
        }
        let gateway = if route.destination.is_v4() { wanted.gateway4 } else { wanted.gateway6 };
        is_second |= gateway.is_some();
    }
    None
}
