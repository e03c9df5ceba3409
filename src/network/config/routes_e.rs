//! The routes of one interface, in the order in which a kernel takes them. Which command or line makes a route is the format's business.

use crate::network::ip::Ip;
use crate::network::model::{Route, Wanted};

/// Which routes.
#[derive(Clone, Copy)]
pub struct Which {
    /// Of IPv4; otherwise of IPv6.
    pub is_v4: bool,
    /// Also the default route.
    pub default: bool,
    /// Also device routes to gateways outside every subnet. Without one the kernel refuses a gateway, unless told that it is on the link.
    pub to_gateways: bool,
}

/// Whether a gateway is outside every subnet of the interface.
pub fn is_far(wanted: &Wanted, gateway: &Ip) -> bool {
    !gateway.is_link_local_v6() && !wanted.covers(gateway)
}

/// Tells each route: those to gateways, each once, those that were asked for, in the host's order, and the default route.
#[inline(never)]
pub fn each(wanted: &Wanted, which: Which, each: &mut dyn FnMut(&Route)) {
    for at in 0..=wanted.routes.len() {
        if which.to_gateways
            && let Some(gateway) = gateway(wanted, which, at)
            && is_far(wanted, &gateway)
        {
            let route = Route { destination: gateway, prefix_len: gateway.width(), gateway: None };
            let mut comes_again = wanted.routes.contains(&route);
            for before in 0..at {
                comes_again |= self::gateway(wanted, which, before) == Some(gateway);
            }
            if !comes_again {
                each(&route);
            }
        }
    }
    for at in 0..=wanted.routes.len() {
        if let Some(route) = nth(wanted, which, at) {
            each(&route);
        }
    }
}

/// The route that comes `at`th, if it is one of those.
#[inline(never)]
fn nth(wanted: &Wanted, which: Which, at: usize) -> Option<Route> {
    let route = match wanted.routes.get(at) {
        Some(route) => *route,
        None if which.default => Route::default_via(if which.is_v4 { wanted.gateway4 } else { wanted.gateway6 }?),
        None => return None,
    };
    (route.destination.is_v4() == which.is_v4).then_some(route)
}

fn gateway(wanted: &Wanted, which: Which, at: usize) -> Option<Ip> {
    nth(wanted, which, at)?.gateway
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::*;
    use crate::network::config::testing::interface;
    use crate::network::fake::{address, ip, route};

    #[test]
    fn gateways_come_first_and_once() {
        let mut wanted = interface("eth0", 1).wanted;
        wanted.addresses.push(address("10.0.0.5/24")).unwrap();
        for text in
            ["10.1.0.0/16 via 10.9.0.1", "10.2.0.0/16 via 10.9.0.1", "10.3.0.0/16", "10.4.0.0/16 via 10.0.0.1", "2001:db8::/48 via fe80::1"]
        {
            wanted.routes.push(route(text)).unwrap();
        }
        wanted.gateway4 = Some(ip("10.9.0.2"));
        wanted.gateway6 = Some(ip("2001:db8:1::1"));
        let told = |is_v4, default, to_gateways| -> Vec<String> {
            let mut told = Vec::new();
            each(&wanted, Which { is_v4, default, to_gateways }, &mut |route| told.push(route.to_string()));
            told
        };
        let plain = ["10.1.0.0/16 via 10.9.0.1", "10.2.0.0/16 via 10.9.0.1", "10.3.0.0/16", "10.4.0.0/16 via 10.0.0.1"];
        assert_eq!(told(true, false, false), plain);
        assert_eq!(told(true, true, true), [&["10.9.0.1/32", "10.9.0.2/32"], &plain[..], &["0.0.0.0/0 via 10.9.0.2"]].concat());
        assert_eq!(told(false, true, true), ["2001:db8:1::1/128", "2001:db8::/48 via fe80::1", "::/0 via 2001:db8:1::1"]);
        assert_eq!(told(false, false, true), ["2001:db8::/48 via fe80::1"]);
    }
}
