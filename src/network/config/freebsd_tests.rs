//! rc.conf: whatever a host may want, read back.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::network::config::testing::{System, any_interfaces, interface};

#[test]
fn whose_variables_are() {
    let network = Network { interfaces: &[], macs: &[], is_partial: false, nodename: None, servers: &[] };
    let format = RcConf { network: &network, old: b"", is_old: false, listed: [false; 2], is_named: true };
    for (name, owner) in [
        ("ifconfig_xn0", "xn0"),
        ("ifconfig_xn0_ipv6", "xn0"),
        ("ifconfig_xn0_alias12", "xn0"),
        ("ifconfig_xn0_aliases", "xn0"),
        ("ipv6_ifconfig_xn0_alias0", "xn0"),
        ("ipv4_addrs_xn0", "xn0"),
        ("route_nova_agent_wan_0_12", "wan_0"),
        ("ipv6_route_nova_agent_xn0_1", "xn0"),
        ("ifconfig_xn0_name", "xn0_name"),
    ] {
        assert_eq!(format.owner(name.as_bytes()), Some(owner.as_bytes()), "{name}");
    }
    for name in ["", "route_vpn", "route_nova_agent_xn0", "hostname", "static_routes"] {
        assert_eq!(format.owner(name.as_bytes()), None, "{name}");
    }
}

/// A static route that is left does not take the user's with it, and a list of nothing but ours goes.
#[test]
fn lists_of_routes() {
    let mut xn0 = interface("xn0", 1);
    xn0.wanted.routes.push(Route::new(Ip::parse("10.0.0.0").unwrap(), 8, None).unwrap()).unwrap();
    let listed = |old: &str, new: &str| {
        let mut system = System::new(&[(PATH, old)]);
        system.write(write, &[xn0.clone()]).unwrap();
        assert!(system.read(PATH).contains(new), "{}", system.read(PATH));
        system.write(write, &[]).unwrap();
        system.read(PATH)
    };
    assert_eq!(listed("", "\nstatic_routes=\"nova_agent_xn0_0\"\n"), "");
    assert_eq!(listed("static_routes='a  b' # x\n", "static_routes=\"a b nova_agent_xn0_0\" # x\n"), "static_routes=\"a b\" # x\n");
    assert_eq!(listed("static_routes=\"\"", "static_routes=\"nova_agent_xn0_0\""), "");
    assert_eq!(
        listed("static_routes=a\nstatic_routes=b\n", "static_routes=a\nstatic_routes=\"b nova_agent_xn0_0\"\n"),
        "static_routes=a\nstatic_routes=\"b\"\n"
    );
}

/// The variables as the shell has them in the end: no file here has any but plain ones.
fn variables(text: &str) -> BTreeMap<&str, &str> {
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name, value.trim_matches('"'))).collect()
}

/// An address of ifconfig's arguments.
fn address(arguments: &str) -> Option<Address> {
    let words: Vec<&str> = arguments.split(' ').collect();
    let len = match words.get(2)? {
        &"netmask" => Ip::parse(words[3]).unwrap().netmask_len().unwrap(),
        _ => words[3].parse().unwrap(),
    };
    Address::new(Ip::parse(words[1]).unwrap(), len)
}

/// A route of route's arguments through `name`.
fn route(arguments: &str, name: &str, is_v4: bool) -> Route {
    let words: Vec<&str> = arguments.split(' ').filter(|word| !matches!(*word, "-net" | "-host" | "-prefixlen" | "-iface")).collect();
    let via = |via: &str| if via == name { None } else { Ip::parse(via.split('%').next().unwrap()) };
    match words[..] {
        ["default", gateway] => Route::new(Ip::parse(if is_v4 { "0.0.0.0" } else { "::" }).unwrap(), 0, via(gateway)),
        [destination, len, gateway] => Route::new(Ip::parse(destination).unwrap(), len.parse().unwrap(), via(gateway)),
        [destination, gateway] => {
            let (ip, len) = destination.split_once('/').unwrap_or((destination, "32"));
            Route::new(Ip::parse(ip).unwrap(), len.parse().unwrap(), via(gateway))
        }
        _ => panic!("{arguments}"),
    }
    .unwrap()
}

const OLD: [&str; 4] = [
    "",
    "hostname=\"web1\"\nstatic_routes=\"vpn\"\nroute_vpn=\"x\"\ndefaultrouter=\"10.0.0.1\"",
    "ifconfig_eth0=\"DHCP -tso\"\nifconfig_eth0_alias7=\"inet 1.2.3.4/32\"\nipv6_static_routes=\"vpn6\"\nsshd_enable=\"YES\"\n",
    "sshd_enable=YES\nifconfig_eth1_ipv6=\"inet6 accept_rtadv\"\n",
];

proptest! {
    #[test]
    fn it_reads_back_as_what_was_wanted(interfaces in any_interfaces(), old in prop::sample::select(OLD.to_vec())) {
        let mut system = System::new(&[(PATH, old)]);
        system.write(write, &interfaces).unwrap();
        let text = system.read(PATH);
        let found = variables(&text);
        let get = |name: String| found.get(name.as_str()).copied().unwrap_or_default();
        let mut routers = Vec::new();
        for Interface { name, wanted, .. } in &interfaces {
            // Addresses: IPv4 first, and those of the variables before aliases.
            let mut addresses = Vec::new();
            addresses.extend(address(get(format!("ifconfig_{name}"))));
            addresses.extend(address(get(format!("ifconfig_{name}_ipv6"))));
            addresses.extend((0..).map_while(|index| address(get(format!("ifconfig_{name}_alias{index}")))));
            addresses.sort_by_key(|address| !address.ip.is_v4());
            let mut expected = wanted.addresses.to_vec();
            for index in 0..expected.len() {
                let (earlier, rest) = expected.split_at_mut(index);
                let this = &mut rest[0];
                if this.ip.is_v4() && wanted.addresses[..earlier.len()].iter().any(|other| other.prefix_len == this.prefix_len && other.covers(&this.ip)) {
                    this.prefix_len = 32;
                }
            }
            prop_assert_eq!(addresses, expected);
            // Routes, in the order in which they are set.
            let mut found_routes = Vec::new();
            for (list, prefix, is_v4) in [("static_routes", "route_", true), ("ipv6_static_routes", "ipv6_route_", false)] {
                let own = format!("nova_agent_{name}_");
                for word in get(list.into()).split(' ').filter(|word| word.starts_with(&own)) {
                    let route = route(get(format!("{prefix}{word}")), name, is_v4);
                    let is_neighbour = |other: &Route| route.gateway == Some(other.destination) && other.gateway.is_none() && other.prefix_len == other.destination.width();
                    if let Some(gateway) = &route.gateway {
                        prop_assert!(wanted.covers(gateway) || gateway.is_link_local_v6() || found_routes.iter().any(is_neighbour), "{}", text);
                    }
                    found_routes.push(route);
                }
            }
            for route in &wanted.routes {
                prop_assert!(found_routes.contains(route), "{}", text);
            }
            for gateway in wanted.gateway4.iter().chain(&wanted.gateway6) {
                if found_routes.contains(&Route::default_via(*gateway)) {
                    routers.push(gateway.is_v4());
                } else {
                    let router = get(if gateway.is_v4() { "defaultrouter" } else { "ipv6_defaultrouter" }.into());
                    if router == Router(gateway, &interface(name, 1)).to_text() {
                        routers.push(gateway.is_v4());
                    }
                }
            }
            let is_needed = |route: &&Route| {
                let is_hop = |other: &Route| other.gateway == Some(route.destination);
                wanted.routes.contains(route) || route.prefix_len == 0 || found_routes.iter().any(is_hop)
            };
            prop_assert_eq!(found_routes.iter().filter(is_needed).count(), found_routes.len());
        }
        for is_v4 in [true, false] {
            let is_wanted = interfaces.iter().any(|interface| if is_v4 { interface.wanted.gateway4 } else { interface.wanted.gateway6 }.is_some());
            prop_assert_eq!(routers.contains(&is_v4), is_wanted, "{}", text);
        }
        for kept in ["hostname=\"web1\"\n", "vpn", "vpn6", "-tso", "sshd_enable"] {
            prop_assert_eq!(text.contains(kept), old.contains(kept));
        }
        prop_assert_eq!(system.write(write, &interfaces).unwrap(), 0);
    }

    #[test]
    fn nothing_is_left_of_what_is_gone(interfaces in any_interfaces()) {
        let mut system = System::new(&[(PATH, "sshd_enable=YES\n")]);
        system.write(write, &interfaces).unwrap();
        system.write(write, &[]).unwrap();
        prop_assert_eq!(system.read(PATH), "sshd_enable=YES\n");
    }
}

impl Router<'_> {
    fn to_text(&self) -> String {
        crate::text::Text::<64>::of("%", &[self]).as_str().to_string()
    }
}
