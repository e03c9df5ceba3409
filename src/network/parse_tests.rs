//! Values of `vm-data/networking`, as hosts of every release wrote them, and as none ever should.

use proptest::prelude::*;
use std::boxed::Box;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::json::{JsonText, sanitise};
use crate::limits::{ADDRESS_COUNT, INTERFACE_COUNT, PAYLOAD_LEN, ROUTE_COUNT};
use crate::memory::filled;
use crate::network::parse::{Document, parse};
use crate::sys::measured::high_water;

const NODE: &str = "4040275B3A01";

fn read(value: &str) -> Box<Document> {
    let mut text = JsonText::new();
    parse(sanitise(value.as_bytes(), &mut text).unwrap(), NODE).map_err(|error| format!("{error} in {value}")).unwrap()
}

/// Addresses, both gateways, routes, name servers, in one line.
fn told(document: &Document) -> String {
    let wanted = &document.wanted;
    let list = |items: Vec<String>| items.join(" ");
    let gateway = |ip: Option<crate::network::ip::Ip>| ip.map_or("-".into(), |ip| ip.to_string());
    format!(
        "{} | {} {} | {} | {}",
        list(wanted.addresses.iter().map(ToString::to_string).collect()),
        gateway(wanted.gateway4),
        gateway(wanted.gateway6),
        list(wanted.routes.iter().map(|route| route.to_string().replace(" via ", ">")).collect()),
        list(wanted.dns.iter().map(ToString::to_string).collect()),
    )
}

fn good(value: &str) -> String {
    let document = read(value);
    assert_eq!(document.problems.as_str(), "", "{value}");
    assert!(document.wanted.complete);
    told(&document)
}

fn bad(value: &str) -> (String, String) {
    let document = read(value);
    assert!(!document.wanted.complete, "{value}");
    (told(&document), document.problems.as_str().into())
}

#[test]
fn hosts_since_2012() {
    let value = r#"{"label": "public", "mac": "40:40:27:5B:3A:02", "gateway": "198.51.100.1", "broadcast": "198.51.100.255",
        "ips": [{"ip": "198.51.100.23", "enabled": "1", "netmask": "255.255.255.0", "gateway": "198.51.100.1"}],
        "gateway_v6": "fe80::def",
        "ip6s": [{"ip": "2001:db8:1::23", "enabled": "1", "netmask": 64, "gateway": "fe80::def"}],
        "routes": [{"route": "10.208.0.0", "netmask": "255.240.0.0", "gateway": "10.181.192.1"}],
        "dns": ["192.0.2.53", "192.0.2.54"]}"#;
    assert_eq!(
        good(value),
        "198.51.100.23/24 2001:db8:1::23/64 | 198.51.100.1 fe80::def | 10.208.0.0/12>10.181.192.1 | 192.0.2.53 192.0.2.54"
    );
    assert_eq!(read(value).wanted.mac.to_string(), "40:40:27:5b:3a:02");
    let private = r#"{"label": "p", "ips": [{"ip": "10.1.1.1", "netmask": "255.0.0.0", "gateway": null}], "gateway": null,
        "routes": [{"route": "2001:db8::", "netmask": "ffff:ffff::", "gateway": null}, {"route": "10.9.9.9", "netmask": "255.255.255.255", "gateway": ""}]}"#;
    assert_eq!(good(private), "10.1.1.1/8 | - - | 2001:db8::/32 10.9.9.9/32 | ");
    assert_eq!(read(private).wanted.mac.to_string(), "40:40:27:5b:3a:01");
}

#[test]
fn hosts_of_2011() {
    let value = r#"{"label": "fake", "gateway": "192.168.0.1", "gateway6": "dead:beef::1", "broadcast": "192.168.0.255", "mac": "DE:AD:BE:EF:00:01",
        "rxtx_cap": 3, "should_create_vlan": true, "vif_uuid": "x", "dhcp_server": "192.168.0.1", "dns": [null],
        "ips": [{"ip": "192.168.0.100", "enabled": "1", "netmask": "255.255.255.0"}],
        "ip6s": [{"ip": "dead:beef::dcad:beff:feef:0", "enabled": "1", "netmask": "64"}]}"#;
    assert_eq!(good(value), "192.168.0.100/24 dead:beef:0:0:dcad:beff:feef:0/64 | 192.168.0.1 dead:beef::1 |  | ".replace(":0:0:", "::"));
}

#[test]
fn the_interfaces_gateway_decides() {
    let with = |member: &str| {
        good(&format!(
            r#"{{{member}"ips": [{{"ip": "10.1.1.1", "netmask": 8}}, {{"ip": "10.1.1.2", "netmask": "8", "gateway": "10.0.0.1"}}]}}"#
        ))
    };
    assert_eq!(with(""), "10.1.1.1/8 10.1.1.2/8 | 10.0.0.1 - |  | ");
    assert_eq!(with(r#""gateway": null,"#), "10.1.1.1/8 10.1.1.2/8 | - - |  | ");
    assert_eq!(with(r#""gateway": "0.0.0.0","#), "10.1.1.1/8 10.1.1.2/8 | - - |  | ");
    assert_eq!(with(r#""gateway": "10.0.0.9","#), "10.1.1.1/8 10.1.1.2/8 | 10.0.0.9 - |  | ");
}

#[test]
fn spellings() {
    for enabled in [r#""1""#, "1", "true", r#""true""#, "null", r#""yes""#] {
        assert_eq!(good(&format!(r#"{{"ips":[{{"enabled":{enabled},"ip":"10.1.1.1","netmask":"8"}}]}}"#)), "10.1.1.1/8 | - - |  | ");
    }
    for enabled in [r#""0""#, "0", "false", r#""False""#] {
        assert_eq!(good(&format!(r#"{{"ips":[{{"enabled":{enabled},"ip":"nonsense"}}]}}"#)), " | - - |  | ");
    }
    for (ip, netmask) in [("10.1.1.1", "31"), ("10.1.1.1", "\"255.255.255.255\""), ("2001:db8::1", "127"), ("2001:db8::1", "\"128\"")] {
        assert!(good(&format!(r#"{{"ip6s":[{{"netmask":{netmask},"ip":"{ip}"}}]}}"#)).starts_with(ip));
    }
    assert_eq!(good(r#"{"dns": "192.0.2.53"}"#), " | - - |  | 192.0.2.53");
    assert_eq!(good(r#"{"dns": null, "ips": null, "x": [[[{}]]]}"#), " | - - |  | ");
    assert_eq!(good(r#"{"dns": ["192.0.2.53", null, "2001:db8::53", "192.0.2.53"]}"#), " | - - |  | 192.0.2.53 2001:db8::53");
    assert_eq!(good(r#"{"ips":[{"ip":"10.1.1.1","netmask":8},{"ip":"10.1.1.1","netmask":8}]}"#), "10.1.1.1/8 | - - |  | ");
}

#[test]
fn a_bad_entry_is_named_and_the_others_are_taken() {
    let entry =
        |bad_entry: &str| bad(&format!(r#"{{"ips":[{{"ip":"10.1.1.1","netmask":8}},{bad_entry},{{"ip":"10.1.1.3","netmask":8}}]}}"#));
    for (bad_entry, problem) in [
        ("5", "ips[1]"),
        ("null", "ips[1]"),
        ("[[]]", "ips[1]"),
        (r#""10.1.1.2""#, "ips[1]"),
        ("{}", "ips[1] ip"),
        (r#"{"ip":{"ip":"10.1.1.2"},"netmask":8}"#, "ips[1] ip"),
        (r#"{"ip":"127.0.0.1","netmask":8}"#, "ips[1] ip"),
        (r#"{"ip":"10.1.1.2"}"#, "ips[1] netmask"),
        (r#"{"ip":"10.1.1.2","netmask":"255.0.255.0"}"#, "ips[1] netmask"),
        (r#"{"ip":"10.1.1.2","netmask":33}"#, "ips[1] netmask"),
        (r#"{"ip":"10.1.1.2","netmask":-8}"#, "ips[1] netmask"),
        (r#"{"ip":"10.1.1.2","netmask":8.5}"#, "ips[1] netmask"),
        (r#"{"ip":"10.1.1.2","netmask":true}"#, "ips[1] netmask"),
        (r#"{"ip":"10.1.1.2","netmask":"ffff::"}"#, "ips[1] netmask"),
        (r#"{"ip":"10.1.1.2","netmask":0}"#, "ips[1] ip"),
        (r#"{"ip":"10.1.1.1","netmask":24}"#, "ips[1] contradicts another"),
    ] {
        assert_eq!(entry(bad_entry), ("10.1.1.1/8 10.1.1.3/8 | - - |  | ".into(), problem.into()), "{bad_entry}");
    }
    for (value, problem) in [
        (r#"{"routes":[{"route":"10.0.0.0","netmask":"255.0.0.0","gateway":"fe80::1"}]}"#, "routes[0] gateway"),
        (r#"{"routes":[{"route":"10.0.0.0","netmask":"255.0.0.0","gateway":5}]}"#, "routes[0] gateway"),
        (r#"{"routes":[{"ip":"10.0.0.0","netmask":"255.0.0.0"}]}"#, "routes[0] route"),
        (r#"{"gateway":"fe80::1"}"#, "gateway"),
        (r#"{"gateway":[]}"#, "gateway"),
        (r#"{"gateway6":"127.0.0.1"}"#, "gateway_v6"),
        (r#"{"dns":[5,"x"]}"#, "dns[0], dns[1]"),
        (r#"{"ips":5,"ip6s":{},"routes":"x"}"#, "ips, ip6s, routes"),
    ] {
        assert_eq!(bad(value), (" | - - |  | ".into(), problem.into()), "{value}");
    }
}

#[test]
fn not_an_object_at_all() {
    for value in ["", " ", "5", "[]", "null", "\"x\"", "{", "{\"ips\":[}", "{}x"] {
        assert!(parse(value, NODE).is_err(), "{value}");
    }
    assert!(parse("{}", "label").is_err());
    assert!(parse("{\"mac\":5}", "4040275b3a01").is_ok());
    let document = parse("{\"mac\":\"40:40:27:5b:3a:02\",\"label\":\"a\",\"mac\":null,\"label\":null}", "4040275b3a01").unwrap();
    assert_eq!((document.wanted.mac.0[5], document.wanted.label.as_str()), (2, "a"));
}

#[test]
fn a_full_capacity_is_a_problem() {
    let addresses: Vec<String> = (0..ADDRESS_COUNT + 1).map(|i| format!(r#"{{"ip":"10.1.1.{}","netmask":8}}"#, i + 1)).collect();
    let routes: Vec<String> = (0..ROUTE_COUNT + 1).map(|i| format!(r#"{{"route":"10.{i}.0.0","netmask":16}}"#)).collect();
    let document = read(&format!(r#"{{"ips":[{}]}}"#, addresses.join(",")));
    assert_eq!(document.problems.as_str(), format!("ips[{ADDRESS_COUNT}] is one too many"));
    assert_eq!(document.wanted.addresses.len(), ADDRESS_COUNT);
    let document = read(&format!(r#"{{"routes":[{}]}}"#, routes.join(",")));
    assert_eq!(document.problems.as_str(), format!("routes[{ROUTE_COUNT}] is one too many"));
    let many = "{},".repeat(PAYLOAD_LEN / 3 - 8);
    let document = read(&format!(r#"{{"ips":[{many}{{}}]}}"#));
    assert!(document.problems.as_str().ends_with("..."));
}

#[test]
fn the_heap_is_bounded() {
    for value in [
        filled("{", "\"ips\":[{}],", "\"ips\":[]}"),
        filled("{\"ips\":[", "{},", "{}]}"),
        filled("{\"ips\":[", "[],", "{}]}"),
        filled("{\"ips\":[", "{\"ip\":\"\\u0031\"},", "{}]}"),
        filled("{", "\"\\u0061\":{},", "\"a\":0}"),
        filled("{\"x\":[", "[[[[[[]]]]]],", "[]]}"),
        filled("{\"ips\":[{\"ip\":[", "[[[[]]]],", "[]]}]}"),
        filled("{\"\\u0061", "a", "\":{}}"),
        filled("{\"ips\":[{\"ip\":\"\\n", "1", "\"}]}"),
        filled("{\"ips\":[{\"ip\":\"", "\\n", "\"}]}"),
        filled("{\"ips\":[{},{},{\"ip\":\"\\n\"},{\"ip\":\"", "\\n", "\"}]}"),
    ] {
        let mut text = JsonText::new();
        let text = sanitise(value.as_bytes(), &mut text).unwrap();
        let once = high_water(|| drop(parse(text, NODE)));
        let all = high_water(|| (0..INTERFACE_COUNT).for_each(|_| drop(parse(text, NODE))));
        assert!(once <= 8 << 10 && all == once, "{once} {all} {}", &value[..40]);
    }
}

proptest! {
    #[test]
    fn never_panics(value in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(text) = sanitise(&value, &mut JsonText::new()) {
            let _ = parse(text, NODE);
        }
    }

    #[test]
    fn never_panics_on_something_like_json(parts in prop::collection::vec(prop::sample::select(&[
        "{", "}", "[", "]", ",", ":", "\"ips\"", "\"routes\":[{", "\"dns\":[", "\"ip\":", "\"netmask\":", "\"gateway\":", "\"10.0.0.1\"", "24", "null",
        "true", "-1", "1e9", "\"\\u00e9\"", "\"ips\":[{\"ip\":\"10.0.0.1\",", "\"mac\":", "\"enabled\":", "\"route\":", "}]", "\"x\":{",
    ][..]), 0..60)) {
        let value: String = parts.concat();
        if let Ok(text) = sanitise(value.as_bytes(), &mut JsonText::new()) {
            let _ = parse(text, NODE);
        }
        if let Ok(text) = sanitise(format!("{{{value}").as_bytes(), &mut JsonText::new()) {
            let _ = parse(text, NODE);
        }
    }
}
