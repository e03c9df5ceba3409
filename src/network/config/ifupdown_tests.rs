//! `/etc/network/interfaces` as the three tools would read it.

use super::Interface;
use super::ifupdown::write;
use crate::network::config::ifstate;
use crate::network::config::testing::{System, any_interfaces, interface};
use crate::network::fake::{address, ip, route};
use crate::network::ip::Ip;
use crate::network::model::{Address, Route, Wanted};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;

const FILE: &str = "/etc/network/interfaces";

/// What the stanzas of each interface say; a command must be known word by word.
fn read_back(text: &str) -> BTreeMap<String, Wanted> {
    let mut all = BTreeMap::<String, Wanted>::new();
    let (mut current, mut label, mut first) = (String::new(), Vec::new(), None);
    for line in text.lines().filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["iface", name, ..] = words[..]
            && name != "lo"
        {
            current = name.into();
            let mac = crate::network::config::marker::marked(label.join(" ").as_bytes());
            all.entry(current.clone()).or_insert_with(|| Wanted::new(mac.unwrap())).label =
                label.get(3).map_or("", String::as_str).parse().unwrap();
            first = None;
            continue;
        }
        let Some(wanted) = all.get_mut(&current).filter(|_| line.starts_with(' ')) else {
            label = words.iter().map(|word| word.to_string()).collect();
            continue;
        };
        let mut default = |gateway: Ip| *if gateway.is_v4() { &mut wanted.gateway4 } else { &mut wanted.gateway6 } = Some(gateway);
        match words[..] {
            ["address", text] => first = Some(ip(text)),
            ["netmask", text] => {
                let len = text.parse().ok().or_else(|| Ip::parse(text)?.netmask_len()).unwrap();
                wanted.addresses.push(Address::new(first.unwrap(), len).unwrap()).unwrap();
            }
            ["gateway", text] => default(ip(text)),
            ["dns-nameservers", ref servers @ ..] => wanted.dns.extend(servers.iter().map(|text| ip(text))),
            ["up", "ip", .., "||", "true", "#", "nova-agent"] => {
                let command: Vec<&str> = words[2..words.len() - 4].iter().copied().filter(|word| *word != "-6").collect();
                match command.as_slice() {
                    ["link", "set", "dev", name, "up"] => assert_eq!(*name, current),
                    ["addr", "add", text, "brd", _, "dev", name] | ["addr", "add", text, "dev", name] => {
                        assert_eq!(*name, current);
                        wanted.addresses.push(address(text)).unwrap();
                    }
                    ["route", "add", to, "via", via, "dev", _, ..] if to.ends_with("/0") => default(ip(via)),
                    ["route", "add", to, "via", via, "dev", name, flags @ ..] => {
                        assert!(*name == current && matches!(flags, [] | ["onlink"]));
                        wanted.routes.push(route(&[to, "via", via].join(" "))).unwrap();
                    }
                    ["route", "add", to, "dev", name] => {
                        assert_eq!(*name, current);
                        wanted.routes.push(route(to)).unwrap();
                    }
                    _ => panic!("{line}"),
                }
            }
            _ => panic!("{line}"),
        }
    }
    all
}

/// Without the routes to gateways in no subnet, which say nothing new; in an order of no meaning.
fn sorted(wanted: &Wanted) -> (Vec<String>, Vec<String>) {
    let gateways: Vec<Ip> = wanted.routes.iter().filter_map(|route| route.gateway).chain(wanted.gateway6).collect();
    let is_new = |route: &&Route| route.gateway.is_some() || !(route.prefix_len == 128 && gateways.contains(&route.destination));
    let mut routes: Vec<String> = wanted.routes.iter().filter(is_new).map(|route| route.to_string()).collect();
    let mut addresses: Vec<String> = wanted.addresses.iter().map(|address| address.to_string()).collect();
    addresses.sort();
    routes.sort();
    (addresses, routes)
}

proptest! {
    #[test]
    fn what_is_written_is_what_was_wanted(interfaces in any_interfaces(), old in "(# hand\n\n|auto eth1 eth7\n|iface eth[0-9] inet6? (static|dhcp)\n( mtu 1400\n| address 10.9.8.7\n|\n)?){0,6}") {
        for old in ["", &old] {
            let mut system = System::new(&[(FILE, old)]);
            system.write(write, &interfaces).unwrap();
            let text = system.read(FILE);
            let rest: Vec<&str> = text.lines().filter(|line| *line != " mtu 1400").collect();
            if old.is_empty() {
                let all = read_back(&rest.join("\n"));
                prop_assert_eq!(all.len(), interfaces.len());
                for interface in &interfaces {
                    let (read, wanted) = (&all[interface.name.as_str()], &interface.wanted);
                    prop_assert_eq!(sorted(read), sorted(wanted));
                    prop_assert_eq!((read.mac, &read.label, read.gateway4, read.gateway6), (wanted.mac, &wanted.label, wanted.gateway4, wanted.gateway6));
                    prop_assert_eq!(&read.dns, &wanted.dns);
                }
            }
            let hand = |text: &str| text.lines().filter(|line| matches!(*line, "# hand" | " mtu 1400")).count();
            prop_assert_eq!(hand(&text), hand(old));
            prop_assert_eq!(system.write(write, &interfaces).unwrap(), 0, "{}", text);
        }
    }
}

fn written(old: &str, interfaces: &[Interface]) -> String {
    let mut system = System::new(&[(FILE, old)]);
    system.write(write, interfaces).unwrap();
    system.read(FILE)
}

fn eth(last: u8, addresses: &[&str], gateway: Option<&str>) -> Interface {
    let mut eth = interface(&std::format!("eth{}", last - 1), last);
    eth.wanted.addresses.extend(addresses.iter().map(|text| address(text)));
    eth.wanted.gateway4 = gateway.map(ip);
    eth
}

#[test]
fn nothing_is_written_for_nothing() {
    assert_eq!(written("", &[]), "");
    assert_eq!(written("auto lo\n", &[]), "auto lo\n");
}

/// The kernel refuses two default routes of one metric, with which the option would fail.
#[test]
fn a_second_gateway_may_fail() {
    let text = written("", &[eth(1, &["10.1.0.5/16"], Some("10.1.0.1")), eth(2, &["10.2.0.5/16"], Some("10.2.0.1"))]);
    assert!(text.contains("    gateway 10.1.0.1\n"), "{text}");
    assert!(text.contains("    up ip route add 0.0.0.0/0 via 10.2.0.1 dev eth1 || true # nova-agent\n"), "{text}");
}

/// The option would be used before the address is there.
#[test]
fn the_gateway_of_a_further_address() {
    let text = written("", &[eth(1, &["10.1.0.5/16", "10.2.0.5/16"], Some("10.2.0.1"))]);
    assert!(text.ends_with("    up ip addr add 10.2.0.5/16 brd 10.2.255.255 dev eth0 || true # nova-agent\n    up ip route add 0.0.0.0/0 via 10.2.0.1 dev eth0 || true # nova-agent\n"), "{text}");
}

#[test]
fn an_interface_with_nothing_on_it_is_set_up() {
    let old = "auto eth0\niface eth0 inet dhcp\n\tmtu 1400\n";
    let new = "auto eth0\n# nova-agent 40:40:aa:bb:cc:01\niface eth0 inet manual\n    up ip link set dev eth0 up || true # nova-agent\n\tmtu 1400\n";
    assert_eq!(written(old, &[eth(1, &[], None)]), new);
    assert_eq!(written(new, &[eth(1, &[], None)]), new);
}

/// Where the host names no server, those that are asked now stay; that of a stanza that goes keeps it as a manual one.
#[test]
fn name_servers() {
    let old = "auto eth0\niface eth0 inet static\n\taddress 10.0.0.1\n\tdns-nameservers 192.0.2.1\n";
    let mut eth0 = eth(1, &["2001:db8::1/64"], None);
    assert!(written(old, std::slice::from_ref(&eth0)).contains("iface eth0 inet manual\n\tdns-nameservers 192.0.2.1\n"));
    eth0.wanted.dns.push(ip("192.0.2.2")).unwrap();
    let text = written(old, &[eth0]);
    assert!(text.ends_with("iface eth0 inet6 static\n    address 2001:db8::1\n    netmask 64\n    dns-nameservers 192.0.2.2\n"), "{text}");
    assert!(!text.contains("inet manual"), "{text}");
}

/// What was written for an interface that may come back stays, whoever wrote it.
#[test]
fn interfaces_without_a_link() {
    let eth0 = eth(1, &["10.0.0.1/8"], None);
    let gone = "auto eth1\n# nova-agent 40:40:aa:bb:cc:02 b\niface eth1 inet static\n    address 10.1.0.5\n";
    let label = "\n# Label c\nauto eth2\niface eth2 inet static\n    address 10.1.0.6\n";
    for (macs, stays) in [(&[1, 2, 3][..], true), (&[1][..], false)] {
        let macs: Vec<_> = macs.iter().map(|last| interface("x", *last).wanted.mac).collect();
        let mut system = System::new(&[(FILE, &[gone, label].concat())]);
        system.write_knowing(write, std::slice::from_ref(&eth0), &macs).unwrap();
        assert_eq!(system.read(FILE).starts_with(&[gone, label].concat()), stays);
        assert_eq!(system.read(FILE).contains("eth2"), stays);
    }
}

#[test]
fn the_state_is_entered_once() {
    let interfaces = [eth(1, &[], None), eth(11, &[], None)];
    let mut system = System::new(&[("/run/network/ifstate", "lo=lo\neth10=work\n"), ("/run/network/ifstate.eth10", "work\n")]);
    for changes in [2, 0] {
        assert_eq!(system.write(ifstate::enter, &interfaces).unwrap(), changes);
        assert_eq!(system.read("/run/network/ifstate"), "lo=lo\neth10=work\neth0=eth0\n");
        assert_eq!(system.read("/run/network/ifstate.eth0"), "eth0\n");
        assert_eq!(system.read("/run/network/ifstate.eth10"), "work\n");
    }
    let mut system = System::new(&[("/run/ifstate", "lo=lo 1 explicit\neth0=eth0 2 explicit\n")]);
    assert_eq!(system.write(ifstate::enter, &interfaces).unwrap(), 1);
    assert_eq!(system.read("/run/ifstate"), "lo=lo 1 explicit\neth0=eth0 2 explicit\neth10=eth10\n");
    assert_eq!(system.paths(), ["/run/ifstate"]);
    assert_eq!(System::new(&[]).write(ifstate::enter, &interfaces).unwrap(), 0);
}
