//! netctl's profiles: whatever a host may want, read back.

use proptest::prelude::*;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::network::config::testing::{System, any_interfaces, interface, wanted_routes};

#[test]
fn names_of_units() {
    assert!(path(LINK, &Escaped("my-lan.5_a")).as_str().ends_with("/netctl@my\\x2dlan.5_a.service"));
}

const ENABLED: &str = "/etc/systemd/system/multi-user.target.wants/netctl@";

fn enabled(system: &mut System, unit: &str) {
    system.files.links.push(std::format!("{ENABLED}{unit}.service"));
}

/// One profile of an interface is enabled at any time: ours goes when the user enables one of his own.
#[test]
fn our_own_goes_when_the_user_has_one() {
    let mut system = System::default();
    let eth0 = [interface("eth0", 1)];
    system.write(write, &eth0).unwrap();
    assert_eq!(system.paths().len() + system.files.symlinks.len(), 3);
    system.files.files.insert("/etc/netctl/lan".into(), b"Interface=eth0\nIP=dhcp\n".to_vec());
    enabled(&mut system, "lan");
    system.write(write, &eth0).unwrap();
    assert_eq!(system.paths(), ["/etc/netctl/lan"]);
    assert!(system.files.symlinks.is_empty());
    assert_eq!(system.write(write, &eth0).unwrap(), 0);
}

#[test]
fn a_file_that_bash_could_not_read_stays() {
    let mut system = System::new(&[("/etc/netctl/nova-agent-eth0", "Interface=eth0\nX='\n")]);
    system.write(write, &[interface("eth0", 1)]).unwrap_err();
    assert_eq!(system.read("/etc/netctl/nova-agent-eth0"), "Interface=eth0\nX='\n");
}

/// The strings of an array or the string of a variable.
fn values(profile: &str, name: &str) -> Vec<String> {
    let value = profile.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    let value = value.strip_prefix('(').map_or(value, |value| value.strip_suffix(')').unwrap());
    value.split('\'').filter(|word| !word.trim().is_empty()).map(String::from).collect()
}

proptest! {
    #[test]
    fn it_reads_back_as_what_was_wanted(interfaces in any_interfaces(), old in prop::sample::select(std::vec!["", "MTU=1400\nAddress=(1.2.3.4/5\n6.7.8.9/10)\nIP=dhcp # x", "# a\nRoutes6='x'\n"])) {
        let mut system = System::new(&[("/etc/netctl/nova-agent-eth0", old)]);
        system.write(write, &interfaces).unwrap();
        for Interface { name, wanted, .. } in &interfaces {
            let profile = system.read(&std::format!("/etc/netctl/nova-agent-{name}"));
            prop_assert_eq!(values(&profile, "Interface"), [name.to_string()]);
            for (family, is_v4) in [("", true), ("6", false)] {
                let read = |name: &str| values(&profile, &std::format!("{name}{family}"));
                let addresses: Vec<String> = wanted.addresses.iter().filter(|address| address.ip.is_v4() == is_v4).map(ToString::to_string).collect();
                let way = if !addresses.is_empty() { Some("static") } else if is_v4 { Some("no") } else { None };
                let read_way = read("IP");
                prop_assert_eq!(read_way.first().map(|way| way.split(' ').next().unwrap()), way);
                prop_assert_eq!(read("Address"), addresses);
                let mut found = read("Routes");
                found.extend(read("Gateway").iter().map(|gateway| std::format!("default via {gateway}")));
                let expected = wanted_routes(wanted, is_v4, " onlink");
                found.sort();
                prop_assert_eq!(found, expected);
            }
            prop_assert_eq!(values(&profile, "DNS"), wanted.dns.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
        prop_assert_eq!(system.read("/etc/netctl/nova-agent-eth0").contains("MTU=1400\n"), old.contains("MTU"));
        prop_assert_eq!(system.write(write, &interfaces).unwrap(), 0);
    }

    #[test]
    fn nothing_is_left_of_what_is_gone(interfaces in any_interfaces()) {
        let mut system = System::default();
        system.write(write, &interfaces).unwrap();
        system.write(write, &[]).unwrap();
        prop_assert!(system.paths().is_empty() && system.files.symlinks.is_empty());
    }
}
