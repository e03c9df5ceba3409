//! What the kernel answers over rtnetlink: datagrams, and bodies of each kind. What was read of a route is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::network::rtnetlink::{AddressMessage, Attributes, Hops, LinkMessage, Messages, Request, RouteMessage, emit_route, family};

fuzz_target!(|datagram: &[u8]| {
    for message in Messages(datagram) {
        let _ = message.errno();
        body(message.body);
    }
    body(datagram);
});

fn body(octets: &[u8]) {
    Attributes(octets).for_each(drop);
    let _ = LinkMessage::parse(octets);
    if let Some(address) = AddressMessage::parse(octets) {
        written(|request| address.emit(request));
    }
    let Some(route) = RouteMessage::parse(octets) else { return };
    Hops(route.hops, family(&route.live.route.destination)).for_each(drop);
    let again = written(|request| emit_route(&route.live, route.index, route.flags, request));
    if (route.table, route.kind) == (254, 1) && route.hops.is_empty() && !route.is_special && route.live.route.prefix_len > 0 {
        assert_eq!(RouteMessage::parse(&again), Some(route));
    }
}

/// The body that `write` makes.
fn written(write: impl FnOnce(&mut Request)) -> Vec<u8> {
    let mut request = Request::EMPTY;
    request.start(0, 0);
    write(&mut request);
    request.finish(0).unwrap()[16..].to_vec()
}
