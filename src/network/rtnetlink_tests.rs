//! Octets that Linux 6.18 sent and took, on a little-endian machine.
#![cfg(target_endian = "little")]

use proptest::prelude::*;
use std::vec::Vec;

use crate::error::Errno;
use crate::limits::NETLINK_REQUEST_LEN;
use crate::network::fake::{ip, made_by, route as a_route};
use crate::network::live::LiveRoute;
use crate::network::model::Route;
use crate::network::rtnetlink::{
    AddressMessage, Attributes, Hop, Hops, LinkMessage, Message, Messages, Request, RouteMessage, emit_route, family,
};

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A request of type 0x1234 with flags 0x0605 and sequence number 7: its body.
fn written(write: impl FnOnce(&mut Request)) -> Vec<u8> {
    let mut request = Request::EMPTY;
    request.start(0x1234, 0x0605);
    write(&mut request);
    let request = request.finish(7).unwrap();
    assert_eq!(request[4..16], octets("3412 0506 07000000 00000000"));
    assert_eq!(u32::from_ne_bytes(request[..4].try_into().unwrap()) as usize, request.len());
    request[16..].to_vec()
}

#[test]
fn a_datagram_of_messages() {
    let datagram = octets("13000000 1400 0200 07000000 99000000 aabbcc00 14000000 0300 1200 07000000 99000000 f0ffffff");
    let messages: Vec<Message<'_>> = Messages(&datagram).collect();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0], Message { kind: 20, flags: 2, sequence: 7, port: 0x99, body: &[0xaa, 0xbb, 0xcc] });
    assert_eq!((messages[1].kind, messages[1].errno()), (libc::NLMSG_DONE as u16, libc::EBUSY));
    for cut in ["", "13000000", "0f000000 1400 0200 07000000 99000000", "21000000 1400 0200 07000000 99000000 aabbcc00"] {
        assert_eq!(Messages(&octets(cut)).count(), 0, "{cut}");
    }
}

#[test]
fn attributes() {
    let value = octets("0500 01c0 ff000000 0400 0200 0900 0300 00");
    assert_eq!(Attributes(&value).collect::<Vec<_>>(), [(1, &[0xff][..]), (2, &[])]);
    assert_eq!(Attributes(&octets("0000 0100")).count(), 0);
}

#[test]
fn links() {
    let body = octets(
        "0000 0100 03000000 43100100 00000000 0a00 0300 6e6f7661 30000000 0800 0a00 05000000 0a00 0100 4040275b 3a010000
         1000 1280 0900 0100 76657468 00000000",
    );
    let link = LinkMessage {
        hardware: 1,
        index: 3,
        flags: 0x11043,
        change: 0,
        address: &[0x40, 0x40, 0x27, 0x5b, 0x3a, 0x01],
        name: b"nova0",
        master: 5,
        kind: b"veth",
    };
    assert_eq!(LinkMessage::parse(&body), Some(link));
    assert_eq!(LinkMessage::parse(&body[..15]), None);
    let up = LinkMessage { index: 3, flags: 0x1003, change: 1, ..LinkMessage::default() };
    assert_eq!(written(|request| up.emit(request)), octets("0000 0000 03000000 03100000 01000000"));
}

#[test]
fn addresses() {
    let v4 = octets(
        "02188000 03000000 0800 0100 c6336417 0800 0200 c6336417 0800 0400 c63364ff 0a00 0300 6e6f7661 30000000 0800 0800 80000000
         1400 0600 ffffffff ffffffff a2750400 a2750400",
    );
    let address = AddressMessage {
        local: ip("198.51.100.23"),
        peer: ip("198.51.100.23"),
        prefix_len: 24,
        flags: 0x80,
        scope: 0,
        index: 3,
        broadcast: None,
    };
    assert_eq!(AddressMessage::parse(&v4), Some(address));
    let request = AddressMessage { flags: 0, broadcast: Some(ip("198.51.100.255")), ..address };
    let emitted = octets("02180000 03000000 0800 0200 c6336417 0800 0100 c6336417 0800 0400 c63364ff");
    assert_eq!(written(|out| request.emit(out)), emitted);

    let v6 = octets(
        "0a408200 03000000 1400 0100 20010db8 00010000 00000000 00000023 1400 0600 ffffffff ffffffff a2750400 a2750400 0800 0800 82000000",
    );
    let address = AddressMessage { local: ip("2001:db8:1::23"), peer: ip("2001:db8:1::23"), prefix_len: 64, flags: 0x82, ..address };
    assert_eq!(AddressMessage::parse(&v6), Some(address));
    let emitted = written(|out| address.emit(out));
    assert_eq!(emitted[..28], octets("0a408200 03000000 1400 0200 20010db8 00010000 00000000 00000023"));
    assert_eq!(AddressMessage::parse(&emitted), Some(address));
    assert_eq!(AddressMessage::parse(&octets("81000000 03000000 0800 0100 c6336417")), None);
    assert_eq!(AddressMessage::parse(&octets("02180000 03000000 0600 0100 c6330000")), None);
}

#[test]
fn routes() {
    let v4 = octets("020c0000 fe030001 00000000 0800 0f00 fe000000 0800 0100 0ad00000 0800 0500 c6336401 0800 0400 03000000");
    let route = RouteMessage {
        live: made_by(3, a_route("10.208.0.0/12 via 198.51.100.1")),
        table: 254,
        kind: 1,
        flags: 0,
        index: 3,
        hops: &[],
        is_special: false,
    };
    assert_eq!(RouteMessage::parse(&v4), Some(route));
    let emitted = octets("020c0000 fe030001 00000000 0800 0100 0ad00000 0800 0400 03000000 0800 0500 c6336401");
    assert_eq!(written(|out| emit_route(&route.live, route.index, route.flags, out)), emitted);

    let onlink = octets("02000000 fe030001 04000000 0800 0f00 fe000000 0800 0500 0a000001 0800 0400 03000000");
    let live = made_by(3, a_route("0.0.0.0/0 via 10.0.0.1"));
    let route = RouteMessage { live, flags: 4, ..route };
    assert_eq!(RouteMessage::parse(&onlink), Some(route));
    let route = RouteMessage { live: LiveRoute { metric: 514, ..live }, ..route };
    let emitted = octets("02000000 fe030001 04000000 0800 0400 03000000 0800 0500 0a000001 0800 0600 02020000");
    assert_eq!(written(|out| emit_route(&route.live, route.index, route.flags, out)), emitted);
}

#[test]
fn several_ways() {
    let body = octets(
        "0a000000 fe040001 00000000 0800 0f00 fe000000 0800 0600 00040000
         3c00 0900 1c00 0000 03000000 1400 0500 fe800000 00000000 00000000 00000def 1c00 0000 04000000 1400 0500 fe800000 00000000 00000000 00000dee",
    );
    let route = RouteMessage::parse(&body).unwrap();
    assert_eq!(route.live, LiveRoute { metric: 1024, ..made_by(4, Route { destination: ip("::"), prefix_len: 0, gateway: None }) });
    let hops: Vec<Hop> = Hops(route.hops, family(&route.live.route.destination)).collect();
    assert_eq!(hops, [Hop { index: 3, gateway: Some(ip("fe80::def")) }, Hop { index: 4, gateway: Some(ip("fe80::dee")) }]);
    let special = octets("02000000 fe030001 00000000 0a00 1200 0a00 fe800000 0000");
    assert!(RouteMessage::parse(&special).unwrap().is_special);
}

#[test]
fn a_full_buffer_is_an_error() {
    let mut request = Request::EMPTY;
    request.start(1, 1);
    request.put(&[0; NETLINK_REQUEST_LEN - 16]);
    assert_eq!(request.finish(1).map(<[u8]>::len), Ok(NETLINK_REQUEST_LEN));
    request.put(&[0]);
    request.put(&[0; 5]);
    assert_eq!(request.finish(1), Err(Errno(libc::EMSGSIZE)));
}

proptest! {
    #[test]
    fn never_panics(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        for message in Messages(&octets) {
            let _ = message.errno();
        }
        let _ = LinkMessage::parse(&octets);
        let _ = AddressMessage::parse(&octets);
        if let Some(route) = RouteMessage::parse(&octets) {
            Hops(route.hops, family(&route.live.route.destination)).for_each(drop);
        }
        Attributes(&octets).for_each(drop);
    }

    #[test]
    fn never_panics_on_lengths_that_fit(bodies in prop::collection::vec((0u8..12, 0u16..40, any::<u8>()), 0..20), code in prop::sample::select(&[2u8, 10][..])) {
        let mut octets = std::vec![code, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
        for (len, kind, fill) in bodies {
            octets.extend((u16::from(len) + 4).to_ne_bytes());
            octets.extend(kind.to_ne_bytes());
            octets.extend(std::vec![fill; usize::from(len).next_multiple_of(4)]);
        }
        let _ = LinkMessage::parse(&octets);
        let _ = AddressMessage::parse(&octets);
        if let Some(route) = RouteMessage::parse(&octets) {
            Hops(route.hops, family(&route.live.route.destination)).for_each(drop);
        }
    }

    #[test]
    fn what_is_written_is_read(octets: [u8; 4], prefix_len in 0u8..=32, metric: u32, index: u32, gateway: Option<[u8; 4]>) {
        let gateway = gateway.and_then(|octets| crate::network::ip::Ip::from_octets(&octets));
        let destination = crate::network::ip::Ip::from_octets(&octets).unwrap().network(prefix_len);
        let live = LiveRoute { metric, ..made_by(4, Route { destination, prefix_len, gateway }) };
        let route = RouteMessage { live, table: 254, kind: 1, flags: 0, index, hops: &[], is_special: false };
        let body = written(|out| emit_route(&route.live, route.index, route.flags, out));
        prop_assert_eq!(RouteMessage::parse(&body), Some(route));
    }
}
