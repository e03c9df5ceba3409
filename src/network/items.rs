//! What an interface is to have, one after the other, as files list it: addresses, name servers, and routes in the order in which the kernel
//! can take them.
//!
//! Letters name the kinds of an item: those in front of a template's lines (see `config/template.rs`).

use core::ptr;

use crate::network::ip::{Family, Ip};
use crate::network::model::{Address, Route, Wanted};

/// One item.
pub struct Item {
    /// An address or a network.
    pub address: Address,
    /// The gateway that goes with it.
    pub gateway: Option<Ip>,
    /// Whether that is an IPv4 one on the link though it is in no subnet of the interface.
    pub onlink: bool,
}

impl Item {
    /// An address without a gateway.
    const fn new(ip: Ip, prefix_len: u8) -> Self {
        Self { address: Address { ip, prefix_len }, gateway: None, onlink: false }
    }
}

/// Takes an item, and of which kinds it is.
pub type Take<'a> = dyn FnMut(Kinds, &Item) + 'a;

/// A set of kinds of items.
pub type Kinds = u32;

/// The kind that a letter of a template stands for: a bit by the last five of the letter's, in which the letters below differ.
pub const fn kind(letter: u8) -> Kinds {
    1 << (letter % 32)
}

/// All of these letters.
pub const LETTERS: &[u8] = b"adfGhlNrstu";

/// What there is once, whatever the interface is to have.
pub const ONCE: u8 = 0;
/// Addresses, and those of them in a network of two.
const ADDRESS: Kinds = kind(b'a');
const NEIGHBOUR: Kinds = kind(b'l');
/// Name servers.
const SERVER: Kinds = kind(b'd');
/// Routes.
pub const ROUTE: Kinds = kind(b'r');
/// Those but the default ones whose gateway is near: local to the link or in the subnet of the first address of its family.
const BUT_NEAR_DEFAULT: Kinds = kind(b'f');
/// Static routes; those whose gateway is near or the default one, and the others.
const STATIC: Kinds = kind(b's');
const VIA_NEAR: Kinds = kind(b't');
const VIA_FAR: Kinds = kind(b'u');
/// Host routes to gateways: to an IPv4 one that is in no subnet of the interface, and to a default one that is near.
const HOP4: Kinds = kind(b'h');
const NEAR_GATEWAY: Kinds = kind(b'N');
/// Host routes to default gateways.
pub const GATEWAY: Kinds = kind(b'G');

/// Shows every item to `take`: static routes come before the default ones.
#[inline(never)]
pub fn each(wanted: &Wanted, take: &mut Take<'_>) {
    take(kind(ONCE), &Item::new(Ip::unspecified(Family::V4), 0));
    for address in &wanted.addresses {
        let ip = &address.ip;
        let is_first = first(wanted, ip.family).is_some_and(|first| ptr::eq(first, address));
        let gateway = default_gateway(wanted, ip.family).filter(|_| is_first);
        let kinds = if address.prefix_len + 1 == ip.width() { ADDRESS | NEIGHBOUR } else { ADDRESS };
        take(kinds, &Item { address: *address, gateway, onlink: false });
    }
    for server in &wanted.dns {
        take(SERVER, &Item::new(*server, 0));
    }
    for route in &wanted.routes {
        show(wanted, route, false, take);
    }
    for family in [Family::V4, Family::V6] {
        if let Some(gateway) = default_gateway(wanted, family) {
            show(wanted, &Route::default_via(*gateway), true, take);
        }
    }
}

/// Shows a route. In front of it comes the host route to a gateway that is in no subnet of the interface; among the routes only for IPv6,
/// where old kernels know no flag for that.
#[inline(never)]
fn show(wanted: &Wanted, route: &Route, is_default: bool, take: &mut Take<'_>) {
    let mut item = Item { gateway: route.gateway, ..Item::new(route.destination, route.prefix_len) };
    let mut is_near = false;
    if let Some(gateway) = route.gateway {
        let mut hop = 0;
        is_near = gateway.is_link_local_v6() || first(wanted, gateway.family).is_some_and(|first| first.covers(&gateway));
        if !is_near && !wanted.covers(&gateway) {
            item.onlink = gateway.is_v4();
            hop = if item.onlink { HOP4 } else { ROUTE | BUT_NEAR_DEFAULT };
        }
        if is_default {
            hop |= if is_near { GATEWAY | NEAR_GATEWAY } else { GATEWAY };
        } else {
            is_near |= route.gateway == *default_gateway(wanted, gateway.family);
        }
        take(hop, &Item::new(gateway, gateway.width()));
    }
    let kinds = match (is_default, is_near) {
        (false, true) => STATIC | ROUTE | BUT_NEAR_DEFAULT | VIA_NEAR,
        (false, false) => STATIC | ROUTE | BUT_NEAR_DEFAULT | VIA_FAR,
        (true, true) => ROUTE,
        (true, false) => ROUTE | BUT_NEAR_DEFAULT,
    };
    take(kinds, &item);
}

/// The first address of a family.
#[inline(never)]
fn first(wanted: &Wanted, family: Family) -> Option<&Address> {
    wanted.addresses.iter().find(|address| address.ip.family == family)
}

/// The default gateway of a family.
fn default_gateway(wanted: &Wanted, family: Family) -> &Option<Ip> {
    if family == Family::V4 { &wanted.gateway4 } else { &wanted.gateway6 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_a_kind_of_its_own() {
        let kinds = LETTERS.iter().fold(kind(ONCE), |kinds, &letter| kinds | kind(letter));
        assert_eq!(kinds.count_ones() as usize, LETTERS.len() + 1);
    }
}
