//! The file that netplan reads: what it means, what of it is not ours, and which other files are told of.

use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::Interface;
use super::netplan::write;
use super::testing::{System, any_interfaces, interface, public, route_lines};
use crate::network::fake::route;
use crate::network::model::Mac;

const FILE: &str = "/etc/netplan/99-nova-agent.yaml";

/// A reader of block-style YAML: for each scalar its path, such as `network/ethernets/eth0/routes/0/to`.
fn parse(file: &str) -> Vec<(String, String)> {
    let (mut open, mut found): (Vec<(usize, String)>, _) = (Vec::new(), Vec::new());
    for line in file.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#')) {
        let mut indent = line.len() - line.trim_start().len();
        let mut text = line.trim();
        open.retain(|(at, name)| *at < indent || *at == indent && text.starts_with("- ") && name.parse::<usize>().is_err());
        if let Some(item) = text.strip_prefix("- ") {
            let parent = open.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("/");
            let number =
                (0..).find(|n| !found.iter().any(|(path, _): &(String, String)| path.starts_with(&std::format!("{parent}/{n}")))).unwrap();
            open.push((indent, number.to_string()));
            (text, indent) = (item, indent + 2);
        }
        let (key, value) = match text.split_once(": ") {
            _ if text.starts_with('"') => (None, text),
            Some((key, value)) => (Some(key), value),
            None => (Some(text.strip_suffix(':').unwrap()), ""),
        };
        if let Some(key) = key {
            open.push((indent, key.to_string()));
        }
        if !value.is_empty() {
            let path = open.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("/");
            found.push((path, value.trim_matches('"').to_string()));
        }
    }
    found
}

/// The values at and below a path.
fn values(parsed: &[(String, String)], path: &str) -> Vec<String> {
    parsed
        .iter()
        .filter(|(found, _)| found.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        .map(|(_, value)| value.clone())
        .collect()
}

fn routes(parsed: &[(String, String)], device: &str) -> Vec<String> {
    let value = |n: usize, key: &str| values(parsed, &std::format!("{device}/routes/{n}/{key}")).first().cloned();
    let route = |n: usize| {
        let to = value(n, "to")?;
        let via = value(n, "via").filter(|via| via != "0.0.0.0" && via != "::").map(|via| std::format!(" via {via}")).unwrap_or_default();
        Some(std::format!("{to}{via}{}", value(n, "on-link").map(|_| " onlink").unwrap_or_default()))
    };
    (0..).map_while(route).collect()
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

proptest! {
    #[test]
    fn the_file_means_what_is_wanted(interfaces in any_interfaces(), others in any_interfaces()) {
        let mut system = System::default();
        system.write(write, &others).unwrap();
        system.write(write, &interfaces).unwrap();
        let parsed = parse(&system.read(FILE));
        for Interface { name, wanted, .. } in &interfaces {
            let device = std::format!("network/ethernets/{name}");
            let all = |key: &str| values(&parsed, &std::format!("{device}/{key}"));
            prop_assert_eq!(all("match/macaddress"), [wanted.mac.to_string()]);
            prop_assert_eq!(all("addresses"), texts(&wanted.addresses));
            prop_assert_eq!(all("nameservers/addresses"), texts(&wanted.dns));
            prop_assert_eq!(all("accept-ra").len(), usize::from(wanted.addresses.iter().any(|address| !address.ip.is_v4())));
            prop_assert_eq!((all("dhcp4"), all("dhcp6")), (texts(["false"]), texts(["false"])));
            prop_assert_eq!(routes(&parsed, &device), route_lines(wanted));
        }
        prop_assert_eq!(values(&parsed, "network/ethernets").len(), interfaces.iter().map(|i| values(&parsed, &std::format!("network/ethernets/{}", i.name)).len()).sum::<usize>());
        prop_assert_eq!(system.write(write, &interfaces).unwrap(), 0);
    }

    #[test]
    fn foreign_lines_stay(before in any_interfaces(), after in any_interfaces(), which in any::<prop::sample::Index>()) {
        let mut system = System::default();
        system.write(write, &before).unwrap();
        let mut file = system.read(FILE).replace("      dhcp4: false\n", "      mtu: 1400\n      dhcp4: false\n      link-local:\n      - ipv6\n");
        let at = which.index(before.len());
        let id = std::format!("    eth{at}:\n");
        file = file.replace(&id, &std::format!("{id}      # by hand\n")) + "  vlans:\n    vlan5:\n      id: 5\n";
        system.files.files.insert(FILE.into(), file.replace('\n', "\r\n").into_bytes());
        system.write(write, &after).unwrap();
        let (file, kept) = (system.read(FILE), before.len().min(after.len()));
        prop_assert_eq!(file.matches("      mtu: 1400\r\n").count(), kept);
        prop_assert_eq!(file.matches("      link-local:\r\n      - ipv6\r\n").count(), kept);
        prop_assert_eq!(file.contains("      # by hand\r\n"), at < after.len());
        prop_assert!(file.ends_with("  vlans:\r\n    vlan5:\r\n      id: 5\r\n"));
        prop_assert_eq!(file.matches('\n').count(), file.matches("\r\n").count());
        prop_assert_eq!(system.write(write, &after).unwrap(), 0);
    }

    #[test]
    fn any_file_is_understood_somehow(own in "([ ]{0,8}(ethernets|eth0|- to|routes|nameservers|match|\\{name|[a-z\"'{}#]{0,4}):?[ ]?[a-z0-9\"'*{}]{0,3}\r?\n){0,12}", other in "[ ]{0,2}ethernets:\n([ ]{0,6}(eth0|match|name|[{}a-z'\"]{0,6}):?[ ]?[e{}*]{0,3}\n){0,9}") {
        let mut system = System::new(&[(FILE, &own), ("/etc/netplan/50.yaml", &other)]);
        system.write(write, &[public()]).unwrap();
        let file = system.read(FILE);
        let before = file.find("  ethernets:").unwrap();
        prop_assert_eq!(file[before..].matches("\n    # nova-agent 40:40:aa:bb:cc:01").count(), 1, "{}", file);
        // What is no YAML may go with ours.
        system.write(write, &[public()]).unwrap();
        prop_assert_eq!(system.write(write, &[public()]).unwrap(), 0, "{}", file);
    }
}

#[test]
fn a_device_goes_when_its_interface_is_gone() {
    let mut system = System::default();
    let macs = [1, 2].map(|last| Mac([0x40, 0x40, 0xaa, 0xbb, 0xcc, last]));
    system.write(write, &[public(), interface("eth1", 2)]).unwrap();
    let both = system.read(FILE);
    system.write_knowing(write, &[public()], &macs).unwrap();
    assert_eq!(system.read(FILE), both);
    system.write(write, &[public()]).unwrap();
    assert!(both.starts_with(&system.read(FILE)) && !system.read(FILE).contains("eth1"));
    system.write(write, &[]).unwrap();
    assert_eq!(system.paths(), [""; 0]);
    assert_eq!(system.write(write, &[]).unwrap(), 0);
}

/// What another file says, whether ours takes its id, and whether the log names it.
#[test]
fn other_files() {
    for (name, devices, id, is_named) in [
        ("50-a.yaml", "ens3: {match: {macaddress: '40:40:AA:BB:CC:01'}, dhcp4: true}", "ens3", true),
        ("50-a.yaml", "my.if:\n      match:\n        macaddress: \"40:40:aa:bb:cc:01\"\n      set-name: eth0", "my.if", true),
        ("50-a.yaml", "my if:\n      match:\n        macaddress: 40:40:aa:bb:cc:01", "eth0", true),
        ("50-a.yaml", "eth1:\n      match:\n        macaddress: 40:40:aa:bb:cc:01", "eth0", true),
        ("50-a.yaml", "ens9: {}\n  bonds:\n    bond0:\n      macaddress: 40:40:aa:bb:cc:01", "eth0", true),
        ("50-a.yaml", "all:\n      match: {name: 'e*'}\n      dhcp4: true", "eth0", true),
        ("50-a.yaml", "all:\n      match: {name: 'ens*'}", "eth0", false),
        ("99-z.yaml", "eth0:\n      dhcp4: true", "eth0", true),
        ("50-a.yaml.bak", "eth0:\n      addresses: [192.0.2.1/24]", "eth0", false),
    ] {
        let path = std::format!("/etc/netplan/{name}");
        let mut system = System::new(&[(&path, &std::format!("network:\n  ethernets:\n    {devices}\n  version: 2\n"))]);
        system.write(write, &[public(), interface("eth1", 2)]).unwrap();
        let said = system.host.lines.iter().any(|line| line.starts_with("Warning") && line.contains(&path) && line.contains("eth0"));
        assert_eq!(said, is_named, "{devices}");
        assert!(system.read(FILE).contains(&std::format!("# nova-agent 40:40:aa:bb:cc:01\n    {id}:\n")), "{devices}");
    }
}

/// What stays with a route ends where the next one begins, however far an administrator has indented them.
#[test]
fn routes_may_be_indented_further() {
    let mut eth0 = public();
    eth0.wanted.routes.push(route("10.0.0.0/8 via 198.51.100.2")).unwrap();
    let mut system = System::default();
    system.write(write, &[eth0.clone()]).unwrap();
    let file = system.read(FILE);
    let further: String = file
        .lines()
        .map(|line| if line.starts_with("        ") { std::format!("    {line}\n") } else { std::format!("{line}\n") })
        .collect();
    assert!(further.matches("- to:").count() > 1);
    system.files.files.insert(FILE.into(), further.into_bytes());
    system.write(write, &[eth0]).unwrap();
    assert_eq!(system.read(FILE).matches("- to:").count(), file.matches("- to:").count());
}

/// A metric of the administrator's stays with its route.
#[test]
fn metrics_stay() {
    let mut system = System::default();
    system.write(write, &[public()]).unwrap();
    let file = system.read(FILE).replace("0/0\"\n", "0/0\"\n          metric: 7\n");
    assert!(file.contains("metric"));
    system.files.files.insert(FILE.into(), file.replace("100.1\"", "100.9\"").into_bytes());
    system.write(write, &[public()]).unwrap();
    assert_eq!(system.read(FILE), file);
    assert_eq!(system.write(write, &[public()]).unwrap(), 0);
}
