//! Profiles as NetworkManager would read them.

use super::*;
use crate::network::config::Interface;
use crate::network::config::testing::{System, any_interfaces, interface};
use crate::network::ip::Ip;
use crate::network::model::Address;
use crate::network::model::Mac;
use crate::network::model::{Route, Wanted};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::format;
use std::string::String;
use std::vec::Vec;

const ETH0: &str = "/etc/NetworkManager/system-connections/nova-agent-4040aabbcc01.nmconnection";

/// The keys of a GKeyFile, by group; of a key that comes twice the last.
type Groups = BTreeMap<String, BTreeMap<String, String>>;

fn groups(text: &str) -> Groups {
    let (mut groups, mut current) = (Groups::new(), String::new());
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            current = name.strip_suffix(']').unwrap().into();
            groups.entry(current.clone()).or_default();
        } else {
            let (key, value) = line.split_once('=').unwrap();
            groups.get_mut(&current).unwrap().insert(key.into(), value.into());
        }
    }
    groups
}

/// `KEY1`, `KEY2` and so on up to the first that is missing, split at the comma.
fn series(group: &BTreeMap<String, String>, key: &str) -> Vec<(String, Option<Ip>)> {
    let split = |value: &String| match value.split_once(',') {
        Some((net, gateway)) => (net.into(), Some(Ip::parse(gateway).unwrap())),
        None => (value.clone(), None),
    };
    (1..).map_while(|i| group.get(&format!("{key}{i}")).map(split)).collect()
}

fn address(text: &str) -> Address {
    let (ip, len) = text.split_once('/').unwrap();
    Address { ip: Ip::parse(ip).unwrap(), prefix_len: len.parse().unwrap() }
}

/// What a profile says; it must hold nothing else.
fn read_back(text: &str) -> Wanted {
    let groups = groups(text);
    assert_eq!(groups.keys().collect::<Vec<_>>(), ["connection", "ethernet", "ipv4", "ipv6"]);
    assert_eq!(groups["connection"].len(), 4);
    assert_eq!((&*groups["connection"]["type"], groups["ethernet"].len()), ("ethernet", 1));
    let mut wanted = Wanted::new(Mac::parse(&groups["ethernet"]["mac-address"]).unwrap());
    assert_eq!(groups["connection"]["id"], format!("nova-agent-{}", groups["ethernet"]["mac-address"].replace(':', "")));
    for (name, none) in [("ipv4", "disabled"), ("ipv6", "ignore")] {
        let (family, mut gateway) = (&groups[name], None);
        let addresses = series(family, "address");
        for (i, (text, via)) in addresses.iter().enumerate() {
            wanted.addresses.push(address(text)).unwrap();
            assert!(i == 0 || via.is_none());
            gateway = gateway.or(*via);
        }
        let routes = series(family, "route");
        for (text, via) in &routes {
            let Address { ip, prefix_len } = address(text);
            wanted.routes.push(Route::new(ip, prefix_len, *via).unwrap()).unwrap();
        }
        let servers = family.get("dns").map(|list| list.split_terminator(';').collect::<Vec<_>>());
        for server in servers.iter().flatten() {
            wanted.dns.push(Ip::parse(server).unwrap()).unwrap();
        }
        assert_eq!(family["method"], if addresses.is_empty() { none } else { "manual" });
        assert_eq!(family.len(), 1 + addresses.len() + routes.len() + usize::from(servers.is_some()), "{text}");
        *(if name == "ipv4" { &mut wanted.gateway4 } else { &mut wanted.gateway6 }) = gateway;
    }
    wanted
}

/// The order of families means nothing, nor do the label and name servers that no address could ask.
fn by_family(mut wanted: Wanted) -> Wanted {
    let has = |v4| wanted.addresses.iter().any(|address| address.ip.is_v4() == v4);
    let (has4, has6) = (has(true), has(false));
    wanted.dns.retain(|server| if server.is_v4() { has4 } else { has6 });
    wanted.dns.sort_by_key(|server| !server.is_v4());
    wanted.addresses.sort_by_key(|address| !address.ip.is_v4());
    wanted.routes.sort_by_key(|route| !route.destination.is_v4());
    wanted.label.clear();
    wanted
}

proptest! {
    #[test]
    fn a_profile_says_what_is_wanted(before in any_interfaces(), interfaces in any_interfaces()) {
        let mut system = System::default();
        system.write(write, &before).unwrap();
        system.write(write, &interfaces).unwrap();
        prop_assert_eq!(system.write(write, &interfaces), Ok(0));
        prop_assert_eq!(system.paths().len(), interfaces.len());
        for (interface, path) in interfaces.iter().zip(system.paths()) {
            // A profile that asked servers keeps them while the host names none.
            let mut text = system.read(&path);
            if interface.wanted.dns.is_empty() {
                text = text.split_inclusive('\n').filter(|line| !line.starts_with("dns=")).collect();
            }
            prop_assert_eq!(read_back(&text), by_family(interface.wanted.clone()));
        }
    }

    #[test]
    fn foreign_lines_stay(old in "([a-z#; ]{0,9}\r?\n|\\[(ipv4|ethernet|proxy)\\]\n|(mtu|route-metric|may-fail|zone)=[a-z0-9]{0,3}\n){0,12}", interfaces in any_interfaces()) {
        let mut system = System::new(&[(&ETH0.replace("01.", "00."), &old)]);
        system.write(write, &interfaces).unwrap();
        let new = system.read(&ETH0.replace("01.", "00."));
        let mut rest = new.split_inclusive('\n');
        for line in old.split_inclusive('\n') {
            prop_assert!(line.trim().is_empty() || rest.any(|other| other == line), "{line:?} of {old:?} is not in {new:?}");
        }
    }
}

fn eth0() -> Interface {
    let mut eth0 = interface("eth0", 1);
    eth0.wanted.addresses.push(address("198.51.100.23/24")).unwrap();
    eth0.wanted.gateway4 = Ip::parse("198.51.100.1");
    eth0
}

fn family(system: &System, name: &str) -> Vec<String> {
    groups(&system.read(ETH0))[name].iter().map(|(key, value)| format!("{key}={value}")).collect()
}

#[test]
fn a_new_profile() {
    let mut system = System::default();
    assert_eq!(system.write(write, &[eth0()]), Ok(1));
    assert_eq!(
        system.read(ETH0),
        "# nova-agent 40:40:aa:bb:cc:01\n[connection]\nid=nova-agent-4040aabbcc01\nuuid=6e6f7661-2d61-8765-ae74-4040aabbcc01\ntype=ethernet\n\
         autoconnect-priority=999\n\n[ethernet]\nmac-address=40:40:aa:bb:cc:01\n\n[ipv4]\nmethod=manual\n\
         address1=198.51.100.23/24,198.51.100.1\n\n[ipv6]\nmethod=ignore\n"
    );
}

#[test]
fn name_servers_stay_while_the_host_names_none() {
    let mut system =
        System::new(&[(ETH0, "[ipv4]\ndns=192.0.2.1;\ndns-search=example.org;\n[ipv6]\ndns=2001:db8::1;\ndns-search=example.org;\n")]);
    let mut eth0 = eth0();
    system.write(write, core::slice::from_ref(&eth0)).unwrap();
    assert_eq!(
        family(&system, "ipv4"),
        ["address1=198.51.100.23/24,198.51.100.1", "dns=192.0.2.1;", "dns-search=example.org;", "method=manual"]
    );
    assert_eq!(family(&system, "ipv6"), ["method=ignore"], "invalid beside this method");
    for server in ["192.0.2.53", "2001:db8::53", "192.0.2.54"] {
        eth0.wanted.dns.push(Ip::parse(server).unwrap()).unwrap();
    }
    system.write(write, &[eth0]).unwrap();
    assert_eq!(family(&system, "ipv4")[1..3], ["dns=192.0.2.53;192.0.2.54;", "dns-search=example.org;"]);
    assert_eq!(family(&system, "ipv6"), ["method=ignore"]);
}

#[test]
fn profiles_of_interfaces_that_are_gone_go() {
    let path = |name: &str| format!("/etc/NetworkManager/system-connections/{name}");
    let kept =
        ["nova-agent-4040aabbcc07.nmconnection", "nova-agent-4040aabbcc08.nmconnection.1.bak~", "nova-agent-x.nmconnection", "other"];
    let gone = path("nova-agent-4040aabbcc08.nmconnection");
    let mut files: Vec<(String, &str)> = kept.iter().map(|name| (path(name), "")).collect();
    files.push((gone.clone(), "x"));
    let mut system = System::new(&files.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>());
    let eth0 = eth0();
    let macs = [eth0.wanted.mac, Mac([0x40, 0x40, 0xaa, 0xbb, 0xcc, 7])];
    assert_eq!(system.write_knowing(write, &[eth0], &macs), Ok(2));
    assert!(!system.files.files.contains_key(&gone));
    assert!(kept.iter().all(|name| system.files.files.contains_key(&path(name))));
}

#[test]
fn other_profiles_of_the_interface_are_named() {
    let profiles = [
        ("a", "[connection]\ninterface-name = eth0\r\n"),
        ("b", "[ethernet]\nmac-address=40:40:AA:BB:CC:01"),
        ("c", "[connection]\ninterface-name=eth1\n#interface-name=eth0\nid=eth0\n[ethernet]\nmac-address=40:40:AA:BB:CC:02\n"),
        ("d.1.bak~", "[connection]\ninterface-name=eth0\n"),
        ("e", "[connection]\ninterface-name=eth1\nid=my eth0.1\n"),
    ];
    let files: Vec<_> = profiles.map(|(name, text)| (format!("/etc/NetworkManager/system-connections/{name}"), text)).to_vec();
    let mut system = System::new(&files.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>());
    system.write(write, &[eth0()]).unwrap();
    let named = ["a", "b", "c"]
        .map(|name| format!("Warning event=foreign file=/etc/NetworkManager/system-connections/{name} reason=\"also a profile of eth0; ours has the higher priority\""));
    assert_eq!(system.host.lines, named);
    assert!(files.iter().all(|(path, text)| system.read(path) == *text));
}
