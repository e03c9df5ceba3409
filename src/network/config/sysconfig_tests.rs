//! ifcfg files as a shell reads them and as Red Hat's and SUSE's scripts understand them.

use std::collections::BTreeMap;
use std::format;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use crate::network::config::testing::{System, any_interfaces, interface};
use crate::network::config::{Interface, Write, ifcfg, suse};
use crate::network::fake::{address, ip, route};
use crate::network::ip::Ip;
use crate::network::model::{Address, Route, Wanted};

/// The variables that a shell has after it read a file.
fn sourced(file: &str) -> BTreeMap<String, String> {
    let mut shell =
        Command::new("dash").arg("-s").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("dash is installed");
    shell.stdin.take().unwrap().write_all(format!("{file}\nset\n").as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success(), "{file}");
    let text = String::from_utf8(output.stdout).unwrap();
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_string(), value.trim_matches('\'').to_string())).collect()
}

/// A route as ip-route(8) or ifroute(5) takes it.
fn read_route(destination: &str, gateway: Option<&str>) -> Route {
    let gateway = gateway.map(ip);
    let whole = match gateway {
        Some(gateway) if destination == "default" => return Route::default_via(gateway),
        _ => destination,
    };
    let (network, len) = whole.split_once('/').unwrap();
    Route { destination: ip(network), prefix_len: len.parse().unwrap(), gateway }
}

/// What Red Hat's scripts set up.
fn read_red_hat(system: &System, name: &str) -> Wanted {
    let file = |prefix| system.read(&format!("/etc/sysconfig/network-scripts/{prefix}-{name}"));
    let vars = sourced(&file("ifcfg"));
    let var = |name: &str| vars.get(name).cloned();
    let mac = crate::network::model::Mac::parse(&vars["HWADDR"]).unwrap();
    assert_eq!((&*vars["DEVICE"], &*vars["ONBOOT"], &*vars["BOOTPROTO"]), (name, "yes", "none"));
    assert_eq!(vars["HWADDR"], vars["HWADDR"].to_uppercase());
    let mut wanted = Wanted::new(mac);
    // expand_config of network-functions.
    for index in [String::new()].into_iter().chain((0..256).map(|index| index.to_string())) {
        let Some(ip) = var(&format!("IPADDR{index}")) else {
            if index.parse().unwrap_or(0) >= 2 {
                break;
            }
            continue;
        };
        let len = Ip::parse(&vars[&format!("NETMASK{index}")]).unwrap().netmask_len().unwrap();
        assert_eq!(var(&format!("PREFIX{index}")), None);
        wanted.addresses.push(Address::new(Ip::parse(&ip).unwrap(), len).unwrap()).unwrap();
    }
    // ifup-eth: only where the first address's network has it.
    let first = wanted.addresses.first().copied();
    wanted.gateway4 = var("GATEWAY").map(|text| ip(&text)).filter(|gateway| first.is_some_and(|first| first.covers(gateway)));
    // ifup-ipv6.
    if let Some(first) = var("IPV6ADDR") {
        assert_eq!((&*vars["IPV6INIT"], &*vars["IPV6_AUTOCONF"]), ("yes", "no"));
        wanted.addresses.push(address(&first)).unwrap();
        for text in var("IPV6ADDR_SECONDARIES").unwrap_or_default().split_whitespace() {
            wanted.addresses.push(address(text)).unwrap();
        }
    }
    if let Some(text) = var("IPV6_DEFAULTGW") {
        let (gateway, scope) = text.split_once('%').unwrap();
        assert_eq!(scope, name);
        wanted.gateway6 = Some(ip(gateway));
    }
    // ifup-routes.
    for (file, is_v4) in [(file("route"), true), (file("route6"), false)] {
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            let at = words.iter().position(|word| *word == "dev").unwrap();
            assert_eq!(words[at + 1], name);
            let read = read_route(words[0], (words[1] == "via").then(|| words[2]));
            assert_eq!(read.destination.is_v4(), is_v4);
            match read.gateway {
                Some(gateway) if read.prefix_len == 0 && is_v4 => wanted.gateway4 = Some(gateway),
                Some(gateway) if read.prefix_len == 0 => wanted.gateway6 = Some(gateway),
                _ => wanted.routes.push(read).unwrap(),
            }
            if let Some(gateway) = read.gateway {
                let is_far = !gateway.is_link_local_v6() && !wanted.covers(&gateway);
                assert_eq!(words.last() == Some(&"onlink"), is_v4 && is_far, "{line}");
            }
        }
    }
    for index in 1.. {
        let Some(server) = var(&format!("DNS{index}")) else { break };
        wanted.dns.push(ip(&server)).unwrap();
    }
    wanted
}

/// What wicked sets up.
fn read_suse(system: &System, name: &str) -> Wanted {
    let file = |prefix| system.read(&format!("/etc/sysconfig/network/{prefix}-{name}"));
    let vars = sourced(&file("ifcfg"));
    let mut wanted = Wanted::new(interface(name, 0).wanted.mac);
    for index in 0.. {
        let suffix = if index == 0 { String::new() } else { format!("_{index}") };
        let Some(text) = vars.get(&format!("IPADDR{suffix}")) else { break };
        wanted.addresses.push(address(text)).unwrap();
    }
    assert_eq!(vars.keys().filter(|name| name.starts_with("IPADDR")).count(), wanted.addresses.len());
    assert_eq!((&*vars["BOOTPROTO"], &*vars["STARTMODE"]), ("static", "auto"));
    for line in file("ifroute").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!((words.len(), words[2], words[3]), (4, "-", name));
        let read = read_route(words[0], (words[1] != "-").then(|| words[1]));
        match read.gateway {
            Some(gateway) if read.prefix_len == 0 && gateway.is_v4() => wanted.gateway4 = Some(gateway),
            Some(gateway) if read.prefix_len == 0 => wanted.gateway6 = Some(gateway),
            _ => wanted.routes.push(read).unwrap(),
        }
    }
    wanted
}

/// In an order of its own, without the routes to gateways that a format needs.
fn sorted(wanted: &Wanted) -> (Vec<String>, Vec<String>, [Option<String>; 2]) {
    let mut addresses: Vec<String> = wanted.addresses.iter().map(|address| address.to_string()).collect();
    let is_to_gateway = |route: &Route| {
        let hops = wanted.routes.iter().filter_map(|route| route.gateway).chain(wanted.gateway4).chain(wanted.gateway6);
        route.gateway.is_none() && route.prefix_len == route.destination.width() && hops.into_iter().any(|hop| hop == route.destination)
    };
    let mut routes: Vec<String> = wanted.routes.iter().filter(|route| !is_to_gateway(route)).map(|route| route.to_string()).collect();
    addresses.sort();
    routes.sort();
    (addresses, routes, [wanted.gateway4, wanted.gateway6].map(|gateway| gateway.map(|ip| ip.to_string())))
}

/// Every IPv6 gateway, and every IPv4 one where `v4`, is in a subnet or has a route before it.
fn reaches_gateways(wanted: &Wanted, read: &Wanted, v4: bool) -> bool {
    let hops = wanted.routes.iter().filter_map(|route| route.gateway).chain(wanted.gateway4).chain(wanted.gateway6);
    hops.into_iter().filter(|hop| v4 || !hop.is_v4()).all(|hop| {
        let to = Route { destination: hop, prefix_len: hop.width(), gateway: None };
        hop.is_link_local_v6() || wanted.covers(&hop) || read.routes.contains(&to)
    })
}

fn judge(write: Write, read: fn(&System, &str) -> Wanted, needs_v4: bool, before: &[Interface], after: &[Interface]) {
    let mut system = System::default();
    system.write(write, before).unwrap();
    system.write(write, after).unwrap();
    assert_eq!(system.write(write, after).unwrap(), 0, "a second time");
    for interface in after {
        let found = read(&system, &interface.name);
        assert_eq!(sorted(&found), sorted(&interface.wanted));
        assert!(reaches_gateways(&interface.wanted, &found, needs_v4));
    }
    let files = |prefix: &str| system.paths().iter().filter(|path| path.contains(prefix)).count();
    assert_eq!(files("/ifcfg-"), after.len());
    system.write(write, &[]).unwrap();
    let left: Vec<String> = system.paths().into_iter().filter(|path| path.contains("-eth")).collect();
    assert!(left.is_empty(), "{left:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn red_hat_reads_what_is_wanted(before in any_interfaces(), after in any_interfaces()) {
        judge(ifcfg::write, read_red_hat, false, &before, &after);
        let mut system = System::default();
        system.write(ifcfg::write, &after).unwrap();
        for interface in &after {
            prop_assert_eq!(&read_red_hat(&system, &interface.name).dns, &interface.wanted.dns);
        }
    }

    #[test]
    fn suse_reads_what_is_wanted(before in any_interfaces(), after in any_interfaces()) {
        judge(suse::write, read_suse, true, &before, &after);
        let mut system = System::default();
        system.write(suse::write, &after).unwrap();
        let vars = sourced(&system.read("/etc/sysconfig/network/config"));
        let mut servers: Vec<String> = Vec::new();
        for server in after.iter().flat_map(|interface| &interface.wanted.dns) {
            if !servers.contains(&server.to_string()) {
                servers.push(server.to_string());
            }
        }
        prop_assert_eq!(vars.get("NETCONFIG_DNS_STATIC_SERVERS").cloned().unwrap_or_default(), servers.join(" "));
    }
}

/// One interface with an address and a route.
fn eth0() -> Interface {
    let mut eth0 = interface("eth0", 1);
    eth0.wanted.addresses.push(address("10.0.0.5/24")).unwrap();
    eth0.wanted.routes.push(route("10.8.0.0/16 via 10.0.0.9")).unwrap();
    eth0
}

const ROUTES: &str = "/etc/sysconfig/network-scripts/route-eth0";
const BLOCK: &str = "# nova-agent 40:40:aa:bb:cc:01\n10.8.0.0/16 via 10.0.0.9 dev eth0\n# nova-agent end\n";

#[test]
fn blocks_go_to_the_end() {
    for (before, after) in [
        ("", BLOCK.to_string()),
        ("a", format!("a\n{BLOCK}")),
        ("a\r\n# x\r\n", format!("a\r\n# x\r\n{BLOCK}")),
        (&format!("a\n{BLOCK}b"), format!("a\nb\n{BLOCK}")),
        // Of another interface that had this name, without its end, and twice.
        ("# nova-agent 40:40:aa:bb:cc:07 x\nold\nold\n\nb\n", format!("\nb\n{BLOCK}")),
        ("# nova-agent 40:40:aa:bb:cc:01\nold\n# c\nb\n", format!("# c\nb\n{BLOCK}")),
        (&format!("a\n{BLOCK}b\n{BLOCK}c"), format!("a\nb\nc\n{BLOCK}")),
        ("# nova-agent 40:40:aa:bb:cc:01\nold", BLOCK.to_string()),
    ] {
        let mut system = System::new(&[(ROUTES, before)]);
        system.write(ifcfg::write, &[eth0()]).unwrap();
        assert_eq!(system.read(ROUTES), after, "{before:?}");
        assert_eq!(system.write(ifcfg::write, &[eth0()]).unwrap(), 0);
    }
}

#[test]
fn a_file_of_only_a_block_goes_with_it() {
    let mut without = eth0();
    without.wanted.routes.clear();
    for (before, after) in [(BLOCK.to_string(), None), (format!("\n{BLOCK}"), None), (format!("# a\n{BLOCK}"), Some("# a\n"))] {
        let mut system = System::new(&[(ROUTES, &before)]);
        system.write(ifcfg::write, std::slice::from_ref(&without)).unwrap();
        assert_eq!(system.files.files.get(ROUTES).map(|bytes| std::str::from_utf8(bytes).unwrap()), after);
    }
    let mut system = System::new(&[(ROUTES, "\n")]);
    system.write(ifcfg::write, &[without]).unwrap();
    assert_eq!(system.read(ROUTES), "\n");
}

#[test]
fn a_file_that_no_shell_can_read_is_left_alone() {
    for (write, path) in
        [(ifcfg::write as Write, "/etc/sysconfig/network-scripts/ifcfg-eth0"), (suse::write as Write, "/etc/sysconfig/network/ifcfg-eth0")]
    {
        let mut system = System::new(&[(path, "NAME='System eth0\nMTU=1400\n")]);
        system.write(write, &[eth0()]).unwrap();
        assert_eq!(system.read(path), "NAME='System eth0\nMTU=1400\n");
        assert!(system.host.lines.iter().any(|line| line.contains("event=foreign") && line.contains(path)), "{:?}", system.host.lines);
    }
}

#[test]
fn what_is_not_in_vm_data_but_known_stays() {
    let path = "/etc/sysconfig/network-scripts/ifcfg-eth1";
    let mut system = System::default();
    let mut eth1 = interface("eth1", 2);
    eth1.wanted.addresses.push(address("10.1.0.5/24")).unwrap();
    system.write(ifcfg::write, &[eth0(), eth1.clone()]).unwrap();
    let written = system.read(path);
    system.write_knowing(ifcfg::write, &[eth0()], &[eth0().wanted.mac, eth1.wanted.mac]).unwrap();
    assert_eq!(system.read(path), written);
    system.write(ifcfg::write, &[eth0()]).unwrap();
    assert_eq!(system.read(path), "");
}

#[test]
fn rivals_are_named() {
    let directory = "/etc/sysconfig/network-scripts";
    let names = ["ifcfg-System", "ifcfg-Wired", "ifcfg-eth0:9", "ifcfg-eth00", "ifcfg-VPN", "ifcfg-eth0.bak", "ifcfg-x~"];
    let contents = [
        "DEVICE='eth0'\n",
        "HWADDR=40:40:AA:BB:CC:01\n",
        "DEVICE=eth0:9\n",
        "DEVICE=eth00\n",
        "DEVICE=tun0\nHWADDR=40:40:aa:bb:cc:01\n",
        "DEVICE=eth0\n",
        "DEVICE=eth0\n",
    ];
    let paths = names.map(|name| format!("{directory}/{name}"));
    let files: Vec<(&str, &str)> = paths.iter().map(String::as_str).zip(contents).collect();
    let mut system = System::new(&files);
    system.write(ifcfg::write, &[eth0()]).unwrap();
    for (path, is_rival) in paths.iter().zip([true, true, true, false, true, false, false]) {
        assert_eq!(system.host.lines.iter().any(|line| line.contains(&format!("file={path} "))), is_rival, "{path}");
    }
}

#[test]
fn what_no_shell_can_read_stays_and_is_told() {
    for (render, path) in [(ifcfg::write as Write, "/etc/sysconfig/network"), (suse::write, "/etc/sysconfig/network/config")] {
        let mut system = System::new(&[(path, "NETWORKING=\"yes\n")]);
        let mut eth0 = interface("eth0", 1);
        eth0.wanted.dns.push(ip("192.0.2.53")).unwrap();
        system.write(render, &[eth0]).unwrap();
        assert_eq!(system.read(path), "NETWORKING=\"yes\n");
        assert!(system.host.lines.iter().any(|line| line.contains(&format!("event=not-written file={path} "))), "{:?}", system.host.lines);
    }
}
