//! Plans, applied to a kernel in memory.

use proptest::prelude::*;
use std::format;
use std::string::String;
use std::vec::Vec;

use crate::memory::MemoryHost;
use crate::network::apply::{Applied, apply};
use crate::network::fake::{FakeKernel, address, configured, ip, made_by, route};
use crate::network::live::{LiveAddress, LiveRoute};
use crate::network::model::{Mac, Wanted};
use crate::network::plan::Change;

const MAC: &str = "40:40:27:5b:3a:01";

fn wanted(addresses: &[&str], gateways: [&str; 2], routes: &[&str]) -> Wanted {
    let mut wanted = Wanted::new(Mac::parse(MAC).unwrap());
    wanted.addresses.extend(addresses.iter().map(|text| address(text)));
    let [gateway4, gateway6] = gateways.map(|text| if text.is_empty() { None } else { Some(ip(text)) });
    (wanted.gateway4, wanted.gateway6) = (gateway4, gateway6);
    wanted.routes.extend(routes.iter().map(|text| route(text)));
    wanted
}

fn run(kernel: &mut FakeKernel, wanted: &Wanted) -> Applied {
    kernel.changes.clear();
    let mut link = kernel.link.clone();
    let mut applied = Applied::default();
    apply(kernel, &mut MemoryHost::default(), &mut link, wanted, &mut applied);
    applied
}

fn asked(kernel: &FakeKernel) -> Vec<String> {
    kernel.changes.iter().map(|change| format!("{change}")).collect()
}

#[test]
fn an_empty_link_gets_everything_in_order() {
    let mut kernel = FakeKernel::new(MAC);
    let wanted = wanted(
        &["198.51.100.23/24", "2001:db8:1::23/64"],
        ["198.51.100.1", "fe80::def"],
        &["10.208.0.0/12 via 198.51.100.2", "192.0.2.0/24", "2001:db8:9::/48 via 2001:db8:ffff::1"],
    );
    assert!(run(&mut kernel, &wanted).failures.is_empty());
    assert_eq!(
        asked(&kernel),
        [
            "set up",
            "add IPv4 address 198.51.100.23/24",
            "add IPv6 address 2001:db8:1::23/64",
            "add IPv4 route 192.0.2.0/24",
            "add IPv6 route 2001:db8:ffff::1/128",
            "add IPv4 route 10.208.0.0/12 via 198.51.100.2",
            "add IPv6 route 2001:db8:9::/48 via 2001:db8:ffff::1",
            "add IPv4 route 0.0.0.0/0 via 198.51.100.1",
            "add IPv6 route ::/0 via fe80::def",
        ]
    );
    assert!(kernel.changes.iter().all(|change| !matches!(change, Change::AddRoute { onlink: true, .. })));
    assert_eq!(run(&mut kernel, &wanted).changes, 0);
    assert_eq!(asked(&kernel), [""; 0]);
}

#[test]
fn a_managers_route_to_a_gateway_stays_as_long_as_the_gateway() {
    let mut kernel = FakeKernel::new(MAC);
    let outside = wanted(&["198.51.100.23/32", "2001:db8:1::23/64"], ["203.0.113.1", "fe80::def"], &[]);
    run(&mut kernel, &outside);
    for text in ["203.0.113.1/32", "fe80::def/128"] {
        kernel.routes.push((made_by(libc::RTPROT_STATIC, route(text)), false));
    }
    assert_eq!(run(&mut kernel, &outside).changes, 0);
    run(&mut kernel, &wanted(&["198.51.100.23/24"], ["198.51.100.1", "fe80::def"], &[]));
    assert!(asked(&kernel).contains(&"remove route 203.0.113.1/32".into()));
}

#[test]
fn a_new_gateway_comes_before_the_old_one_goes() {
    let mut kernel = FakeKernel::new(MAC);
    run(&mut kernel, &wanted(&["198.51.100.23/24"], ["198.51.100.1", ""], &[]));
    run(&mut kernel, &wanted(&["198.51.100.23/24"], ["198.51.100.9", ""], &[]));
    assert_eq!(asked(&kernel), ["add IPv4 route 0.0.0.0/0 via 198.51.100.9", "remove route 0.0.0.0/0 via 198.51.100.1"]);
}

#[test]
fn a_gateway_outside_every_subnet_is_on_the_link() {
    let mut kernel = FakeKernel::new(MAC);
    let wanted = wanted(&["198.51.100.23/32"], ["10.0.0.1", ""], &[]);
    assert!(run(&mut kernel, &wanted).failures.is_empty());
    assert!(kernel.changes.iter().any(|change| matches!(change, Change::AddRoute { onlink: true, .. })));
}

#[test]
fn what_others_made_stays() {
    let mut kernel = FakeKernel::new(MAC);
    for (protocol, text) in
        [(2, "198.51.100.0/24"), (9, "::/0 via fe80::1"), (1, "192.0.2.1/32 via 198.51.100.1"), (16, "0.0.0.0/0 via 198.51.100.1")]
    {
        kernel.routes.push((made_by(protocol, route(text)), true));
    }
    for text in ["2001:db8::5:6:7:8/64", "198.51.100.7/24"] {
        kernel.addresses.push(LiveAddress { lasts: false, is_configured: false, ..configured(address(text)) });
    }
    let before = (kernel.addresses.clone(), kernel.routes.clone());
    run(&mut kernel, &wanted(&[], ["", ""], &[]));
    assert_eq!((&kernel.addresses, &kernel.routes), (&before.0, &before.1));
    assert_eq!(asked(&kernel), ["set up"]);
}

#[test]
fn a_primary_address_goes_without_its_secondaries() {
    let mut kernel = FakeKernel::new(MAC);
    for text in ["198.51.100.1/24", "198.51.100.2/24", "198.51.100.3/24"] {
        kernel.addresses.push(configured(address(text)));
    }
    run(&mut kernel, &wanted(&["198.51.100.2/24", "198.51.100.3/24"], ["", ""], &[]));
    assert_eq!(asked(&kernel), ["set up", "promote secondary addresses", "remove address 198.51.100.1/24"]);

    kernel.addresses.insert(0, configured(address("198.51.100.1/24")));
    kernel.promotes = false;
    kernel.refuse = Some(|change| *change == Change::PromoteSecondaries);
    let applied = run(&mut kernel, &wanted(&["198.51.100.2/24", "198.51.100.3/24"], ["198.51.100.254", ""], &[]));
    assert!(applied.failures.is_empty());
    assert_eq!(kernel.addresses.len(), 2);
    assert_eq!(kernel.routes.len(), 1);
}

#[test]
fn another_prefix_length_replaces_the_address() {
    let mut kernel = FakeKernel::new(MAC);
    run(&mut kernel, &wanted(&["198.51.100.2/25", "2001:db8::2/64"], ["", ""], &[]));
    run(&mut kernel, &wanted(&["198.51.100.2/24", "2001:db8::2/48"], ["", ""], &[]));
    assert_eq!(
        asked(&kernel),
        [
            "add IPv4 address 198.51.100.2/24",
            "remove address 2001:db8::2/64",
            "add IPv6 address 2001:db8::2/48",
            "promote secondary addresses",
            "remove address 198.51.100.2/25",
        ]
    );
    assert!(kernel.changes.iter().any(|change| matches!(change, Change::AddAddress { had: true, .. })));
}

#[test]
fn a_leased_address_becomes_permanent() {
    let mut kernel = FakeKernel::new(MAC);
    kernel.addresses.push(LiveAddress { lasts: false, is_configured: false, ..configured(address("198.51.100.2/24")) });
    run(&mut kernel, &wanted(&["198.51.100.2/24"], ["", ""], &[]));
    assert!(kernel.addresses.iter().all(|live| live.lasts));
    assert_eq!(asked(&kernel), ["set up", "add IPv4 address 198.51.100.2/24"]);
}

#[test]
fn nothing_is_stale_when_not_everything_was_understood() {
    let mut kernel = FakeKernel::new(MAC);
    run(&mut kernel, &wanted(&["198.51.100.2/24"], ["198.51.100.1", ""], &[]));
    run(&mut kernel, &Wanted { complete: false, ..wanted(&["198.51.100.3/24"], ["", ""], &[]) });
    assert_eq!(asked(&kernel), ["add IPv4 address 198.51.100.3/24"]);
}

#[test]
fn more_stale_items_than_a_plan_holds() {
    let mut kernel = FakeKernel::new(MAC);
    for i in 0..250u8 {
        kernel.addresses.push(configured(address(&format!("10.0.{i}.1/24"))));
        kernel.routes.push((made_by(3, route(&format!("10.1.{i}.0/24"))), false));
    }
    assert!(run(&mut kernel, &wanted(&["198.51.100.2/24"], ["", ""], &[])).failures.is_empty());
    assert_eq!((kernel.addresses.len(), kernel.routes.len()), (1, 0));
}

#[test]
fn failures_are_named_and_the_rest_is_done() {
    let mut kernel = FakeKernel::new(MAC);
    kernel.refuse = Some(|change| matches!(change, Change::AddAddress { address, .. } if address.ip == ip("198.51.100.3")));
    kernel.interrupted = 3;
    let applied = run(&mut kernel, &wanted(&["198.51.100.2/24", "198.51.100.3/24"], ["198.51.100.1", ""], &[]));
    assert_eq!(applied.failures.as_str(), "add IPv4 address: operation not permitted (EPERM)");
    assert_eq!((kernel.addresses.len(), kernel.routes.len()), (1, 1));

    kernel.refuse = None;
    kernel.has_ipv6 = false;
    let applied = run(&mut kernel, &wanted(&["198.51.100.2/24", "2001:db8::2/64"], ["198.51.100.1", "fe80::1"], &[]));
    assert!(applied.lacks_ipv6 && applied.failures.is_empty());
}

fn any_address() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..3u8, 1..6u8, prop::sample::select(&[16u8, 24, 25, 32][..])).prop_map(|(a, b, len)| format!("10.0.{a}.{b}/{len}")),
        (0..2u8, 1..4u8, prop::sample::select(&[48u8, 64, 128][..])).prop_map(|(a, b, len)| format!("2001:db8:{a}::{b}/{len}")),
    ]
}

fn any_route() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..3u8, prop::option::of((0..4u8, 1..9u8)))
            .prop_map(|(net, via)| { format!("10.{net}.0.0/16{}", via.map_or(String::new(), |(a, b)| format!(" via 10.0.{a}.{b}"))) }),
        (0..3u8, prop::option::of((0..4u8, 1..9u8))).prop_map(|(net, via)| {
            format!("2001:db8:{net}:9::/64{}", via.map_or(String::new(), |(a, b)| format!(" via 2001:db8:{a}::{b}")))
        }),
        (0..4u8, 1..9u8).prop_map(|(a, b)| format!("0.0.0.0/0 via 10.0.{a}.{b}")),
        (1..3u8).prop_map(|b| format!("::/0 via fe80::{b}")),
    ]
}

fn any_live_address() -> impl Strategy<Value = LiveAddress> {
    (any_address(), any::<bool>()).prop_map(|(text, lasts)| LiveAddress { lasts, is_configured: lasts, ..configured(address(&text)) })
}

fn any_live_route() -> impl Strategy<Value = LiveRoute> {
    let made = (any_route(), prop::sample::select(&[2u8, 3, 4, 9, 16][..]), prop::sample::select(&[0u32, 100, 514][..]));
    made.prop_map(|(text, protocol, metric)| LiveRoute { metric, ..made_by(protocol, route(&text)) })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn a_plan_applied_leaves_nothing_to_plan(
        addresses in prop::collection::vec(any_address(), 0..6),
        routes in prop::collection::vec(any_route(), 0..6),
        gateway4 in prop::sample::select(&["", "10.0.0.1", "10.0.9.9"][..]),
        gateway6 in prop::sample::select(&["", "fe80::1", "2001:db8:0::9", "2001:db8:9::9"][..]),
        live_addresses in prop::collection::vec(any_live_address(), 0..8),
        live_routes in prop::collection::vec(any_live_route(), 0..8),
        promotes: bool,
    ) {
        let texts = |all: &[String]| -> Vec<String> {
            let key = |text: &String| text.split('/').next().map(String::from);
            let first = |(i, text): &(usize, &String)| all.iter().position(|other| key(other) == key(text)) == Some(*i);
            all.iter().enumerate().filter(first).map(|(_, text)| text.clone()).collect()
        };
        let addresses = texts(&addresses);
        let mut wanted = wanted(&[], [gateway4, gateway6], &[]);
        wanted.addresses.extend(addresses.iter().map(|text| address(text)));
        wanted.routes.extend(routes.iter().map(|text| route(text)));

        let mut kernel = FakeKernel::new(MAC);
        kernel.promotes = promotes;
        for live in live_addresses {
            let twice = |other: &LiveAddress| other.address == live.address || (!live.address.ip.is_v4() && other.address.ip == live.address.ip);
            if !kernel.addresses.iter().any(twice) {
                kernel.addresses.push(live);
            }
        }
        kernel.routes.extend(live_routes.into_iter().map(|live| (live, true)));
        let stays: Vec<LiveAddress> = kernel.addresses.iter().filter(|live| wanted.addresses.contains(&live.address)).cloned().collect();
        let others: Vec<LiveRoute> = kernel.routes.iter().map(|(live, _)| *live).filter(|live| !live.is_configured()).collect();

        let applied = run(&mut kernel, &wanted);
        prop_assert!(applied.failures.is_empty(), "{} {:?}", applied.failures.as_str(), asked(&kernel));
        for live in &stays {
            let removed = kernel.changes.iter().any(|change| matches!(change, Change::RemoveAddress(gone) if gone.address == live.address));
            prop_assert!(!removed, "{:?}", asked(&kernel));
        }
        for live in &others {
            prop_assert!(kernel.routes.iter().any(|(route, _)| route == live));
        }
        for text in &addresses {
            prop_assert!(kernel.addresses.iter().any(|live| live.address == address(text) && live.lasts));
        }
        let configured: Vec<&LiveAddress> = kernel.addresses.iter().filter(|live| live.is_configured).collect();
        prop_assert_eq!(configured.len(), addresses.len());
        prop_assert_eq!(run(&mut kernel, &wanted).changes, 0, "{:?}", asked(&kernel));
        prop_assert_eq!(kernel.changes.len(), 0);
    }
}
