//! The files that systemd-networkd reads: what they mean, and what of them is not ours.

use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::Interface;
use super::networkd::write;
use super::testing::{System, any_interfaces, public, route_lines};
use crate::network::ip::Ip;
use crate::network::model::{Mac, Route};

const FILE: &str = "/etc/systemd/network/05-nova-agent-4040aabbcc01.network";

/// A reader of systemd.network(5): sections, each with its keys and values.
fn parse(file: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut sections: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[') {
            Some(name) => sections.push((name.trim_end_matches(']').to_string(), Vec::new())),
            None => {
                let (key, value) = line.split_once('=').unwrap();
                sections.last_mut().unwrap().1.push((key.to_string(), value.to_string()));
            }
        }
    }
    sections
}

/// The values of a key in all sections of a name.
fn values(file: &str, name: &str, key: &str) -> Vec<String> {
    let sections = parse(file);
    let keys = sections.iter().filter(|section| section.0 == name).flat_map(|section| &section.1);
    keys.filter(|found| found.0 == key).map(|found| found.1.clone()).collect()
}

fn routes(file: &str) -> Vec<String> {
    let get = |section: &[(String, String)], key: &str| section.iter().find(|found| found.0 == key).map(|found| found.1.clone());
    let text = |section: &[(String, String)]| {
        let via = get(section, "Gateway").map(|gateway| std::format!(" via {gateway}")).unwrap_or_default();
        let onlink = get(section, "GatewayOnlink").map(|_| " onlink").unwrap_or_default();
        std::format!("{}{via}{onlink}", get(section, "Destination").unwrap())
    };
    parse(file).iter().filter(|section| section.0 == "Route").map(|section| text(&section.1)).collect()
}

proptest! {
    #[test]
    fn files_mean_what_is_wanted(interfaces in any_interfaces(), others in any_interfaces()) {
        let mut system = System::default();
        system.write(write, &others).unwrap();
        system.write(write, &interfaces).unwrap();
        prop_assert_eq!(system.paths().len(), interfaces.len());
        for Interface { wanted, .. } in &interfaces {
            let name = wanted.mac.to_string().replace(':', "");
            let file = system.read(&std::format!("/etc/systemd/network/05-nova-agent-{name}.network"));
            prop_assert_eq!(values(&file, "Match", "MACAddress"), [wanted.mac.to_string()]);
            prop_assert_eq!(values(&file, "Network", "Address"), wanted.addresses.iter().map(ToString::to_string).collect::<Vec<_>>());
            prop_assert_eq!(values(&file, "Network", "DNS"), wanted.dns.iter().map(ToString::to_string).collect::<Vec<_>>());
            prop_assert_eq!(values(&file, "Network", "IPv6AcceptRA").len(), usize::from(wanted.addresses.iter().any(|address| !address.ip.is_v4())));
            let (mut found, mut expected) = (routes(&file), route_lines(wanted));
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!(system.write(write, &interfaces).unwrap(), 0);
    }

    #[test]
    fn foreign_lines_stay(before in any_interfaces(), after in any_interfaces(), at in any::<prop::sample::Index>()) {
        let mut system = System::default();
        system.write(write, &before).unwrap();
        let path = "/etc/systemd/network/05-nova-agent-4040aabbcc00.network";
        let mut lines: Vec<String> = system.read(path).lines().map(Into::into).collect();
        let at = 2 + at.index(lines.len() - 1);
        lines.insert(at, "# by hand".into());
        lines.push("\n[Link]\nMTUBytes=1400".into());
        system.files.files.insert(path.into(), lines.join("\r\n").into_bytes());
        system.write(write, &after).unwrap();
        let file = system.read(path);
        prop_assert!(file.contains("# by hand\r\n"), "{file}");
        prop_assert_eq!(values(&file, "Link", "MTUBytes"), ["1400"]);
        prop_assert_eq!(system.write(write, &after).unwrap(), 0);
    }
}

#[test]
fn a_file_goes_when_its_interface_is_gone() {
    let other = "/etc/systemd/network/05-nova-agent-4040aabbcc02.network";
    let strange = "/etc/systemd/network/05-nova-agent-backup.network";
    let mut system = System::new(&[(other, "[Match]\n"), (strange, "[Match]\n")]);
    let macs = [1, 2].map(|last| Mac([0x40, 0x40, 0xaa, 0xbb, 0xcc, last]));
    assert_eq!(system.write_knowing(write, &[public()], &macs).unwrap(), 1);
    assert_eq!(system.paths(), [FILE, other, strange]);
    assert_eq!(system.write(write, &[public()]).unwrap(), 1);
    assert_eq!(system.paths(), [FILE, strange]);
}

#[test]
fn the_log_names_what_sorts_first_and_matches() {
    for (name, file, is_taken) in [
        ("00-a.network", "[Match]\nName=eth0\n", true),
        ("00-a.network", "[Match]\nName=lo e*\n", true),
        ("00-a.network", "[Match]\nMACAddress=40:40:AA:BB:CC:01\n", true),
        ("04.network", "[Match]\r\nPermanentMACAddress = 00:00:00:00:00:01 40:40:aa:bb:cc:01\r\n", true),
        ("00-a.network", "[Match]\nName=eth1 eth0x\n", false),
        ("00-a.network", "[Match]\nType=ether\n", false),
        ("00-a.conf", "[Match]\nName=eth0\n", false),
        ("06-a.network", "[Match]\nName=eth0\n", false),
    ] {
        for directory in ["/etc", "/run", "/usr/lib"] {
            let path = std::format!("{directory}/systemd/network/{name}");
            let mut system = System::new(&[(&path, file)]);
            system.write(write, &[public()]).unwrap();
            let said = system.host.lines.iter().any(|line| line.starts_with("Warning") && line.contains(&path) && line.contains("eth0"));
            assert_eq!(said, is_taken, "{name} {file}");
        }
    }
}

/// Ours are known by their comment. A metric stays with its route, and so does a route of the administrator's own.
#[test]
fn what_is_added_to_a_route_stays() {
    let old = "[Match]\nMACAddress=40:40:aa:bb:cc:01\n\n[Route]\n# nova-agent\nDestination=0.0.0.0/0\nMetric=7\n# why\nGateway=198.51.100.9\n\n# by hand\n[Route]\nDestination=0.0.0.0/0\nGateway=198.51.100.8\nTable=3\n";
    let mut system = System::new(&[(FILE, old)]);
    system.write(write, &[public()]).unwrap();
    let file = system.read(FILE);
    assert!(
        file.contains("vlan\n\n# why\n# by hand\n[Route]\nDestination=0.0.0.0/0\nGateway=198.51.100.8\nTable=3\n\n[Network]\n"),
        "{file}"
    );
    assert!(file.ends_with("\n\n[Route]\n# nova-agent\nDestination=0.0.0.0/0\nMetric=7\nGateway=198.51.100.1\n"), "{file}");
    assert_eq!(system.write(write, &[public()]).unwrap(), 0);
}

/// Two routes to one place are both there, and once each.
#[test]
fn equal_destinations() {
    let mut eth0 = public();
    for gateway in ["198.51.100.8", "198.51.100.9"] {
        eth0.wanted.routes.push(Route::new(Ip::parse("10.0.0.0").unwrap(), 8, Ip::parse(gateway)).unwrap()).unwrap();
    }
    let mut system = System::default();
    system.write(write, core::slice::from_ref(&eth0)).unwrap();
    assert_eq!(routes(&system.read(FILE)), route_lines(&eth0.wanted));
    assert_eq!(system.write(write, &[eth0]).unwrap(), 0);
}

#[test]
fn an_empty_file_is_none() {
    let mut system = System::new(&[("/etc/systemd/network/00-eth0-x.network", ""), ("/run/systemd/network/00-eth0-y.network", "#\n")]);
    system.write(write, &[public()]).unwrap();
    assert_eq!(system.host.lines.len(), 1, "{:?}", system.host.lines);
    assert!(system.host.lines[0].contains("file=/run/systemd/network/00-eth0-y.network"), "{:?}", system.host.lines);
}
