//! A value of `vm-data/networking`: parsed in the agent's own arena, planned, and planned again over what the plan made.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::json::{JsonText, sanitise};
use nova_agent::limits::PAYLOAD_LEN;
use nova_agent::network::live::{Item, Link, LiveAddress, LiveRoute};
use nova_agent::network::parse::parse;
use nova_agent::network::plan::{Change, Plan};
use nova_agent_fuzz::in_arena;

/// `IFF_UP` of linux/if.h.
const UP: u32 = 1;
/// `RTPROT_STATIC` of linux/rtnetlink.h.
const STATIC: u8 = 4;

fuzz_target!(|value: &[u8]| {
    let value = value.get(..PAYLOAD_LEN).unwrap_or(value);
    let mut text = JsonText::new();
    let Ok(text) = sanitise(value, &mut text) else { return };
    let link = Link { index: 3, name: "eth0".try_into().unwrap(), flags: UP, is_port: false };
    let mut live = Vec::<Item>::with_capacity(256);
    in_arena(|| {
        let Ok(document) = parse(text, "4040275B3A01") else { return };
        let wanted = &document.wanted;
        assert_eq!(wanted.complete, document.problems.is_empty());
        Plan::new(wanted, &link).changes(&mut |change| live.push(made(change)));
        let mut again = Plan::new(wanted, &link);
        assert!(live.len() <= 256, "no room was made for");
        live.iter().for_each(|item| again.see(item.clone()));
        again.changes(&mut |change| panic!("{change:?}"));
    });
});

/// What the link has after a change to an empty one.
fn made(change: Change) -> Item {
    match change {
        Change::AddAddress { address, had: false } => {
            assert!(address.ip.is_host() && (1..=address.ip.width()).contains(&address.prefix_len));
            Item::Address(LiveAddress { address, peer: address.ip, lasts: true, is_configured: true })
        }
        Change::AddRoute { route, metric, .. } => {
            assert!(route.prefix_len <= route.destination.width());
            assert!(route.gateway.is_none_or(|gateway| gateway.is_host() && gateway.same_family(&route.destination)));
            Item::Route(LiveRoute { route, metric, tos: 0, scope: 0, protocol: STATIC })
        }
        other => panic!("{other:?} on an empty link"),
    }
}
