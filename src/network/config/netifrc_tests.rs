//! conf.d/net: whatever a host may want, read back.

use proptest::prelude::*;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::network::config::testing::{System, any_interfaces, interface, wanted_routes};

#[test]
fn names_of_variables() {
    let mut system = System::default();
    system.write(write, &[interface("eth0.5-x", 1)]).unwrap();
    assert_eq!(
        system.read(PATH),
        "# nova-agent 40:40:aa:bb:cc:01\nunset config_eth0_5_x routes_eth0_5_x\nconfig_eth0_5_x=\"null\"\n# nova-agent end\n"
    );
    assert_eq!(system.files.symlinks["/etc/init.d/net.eth0.5-x"], "net.lo");
    assert_eq!(system.files.symlinks["/etc/runlevels/default/net.eth0.5-x"], "/etc/init.d/net.eth0.5-x");
}

/// An interface without link keeps what was written for it.
#[test]
fn one_that_may_come_back_is_left_alone() {
    let mut system = System::default();
    let both = [interface("eth0", 1), interface("eth1", 2)];
    system.write(write, &both).unwrap();
    let macs: Vec<_> = both.iter().map(|interface| interface.wanted.mac).collect();
    system.write_knowing(write, &both[..1], &macs).unwrap();
    assert!(system.read(PATH).contains("config_eth1=") && system.files.symlinks.contains_key("/etc/runlevels/default/net.eth1"));
}

/// The lines of a variable's last value behind what takes it away.
fn values(text: &str, name: &str) -> Vec<String> {
    let text = text.rsplit_once(&std::format!(" {name}\n")).map_or(text, |(_, text)| text);
    let text = std::format!("\n{text}");
    let Some((_, value)) = text.rsplit_once(&std::format!("\n{name}=\"")) else { return Vec::new() };
    value.split('"').next().unwrap().lines().map(String::from).collect()
}

proptest! {
    #[test]
    fn it_reads_back_as_what_was_wanted(interfaces in any_interfaces(), old in prop::sample::select(std::vec!["", "mtu_eth0=\"1400\"\nconfig_eth0=\"dhcp\"\nroutes_eth0=\"a\nb\"\n", "config_eth9=dhcp"])) {
        let mut system = System::new(&[(PATH, old)]);
        system.write(write, &interfaces).unwrap();
        let text = std::format!("\n{}", system.read(PATH));
        for Interface { name, wanted, .. } in &interfaces {
            let addresses: Vec<String> = wanted.addresses.iter().map(ToString::to_string).collect();
            prop_assert_eq!(values(&text, &std::format!("config_{name}")), if addresses.is_empty() { std::vec!["null".into()] } else { addresses });
            let mut routes = values(&text, &std::format!("routes_{name}"));
            routes.sort();
            let mut expected = wanted_routes(wanted, true, " onlink");
            expected.extend(wanted_routes(wanted, false, ""));
            expected.sort();
            prop_assert_eq!(routes, expected);
            let servers: Vec<String> = wanted.dns.iter().map(ToString::to_string).collect();
            prop_assert_eq!(values(&text, &std::format!("dns_servers_{name}")).join(" "), servers.join(" "));
        }
        prop_assert_eq!(text.contains("mtu_eth0"), old.contains("mtu_eth0"));
        prop_assert_eq!(text.contains("config_eth9=dhcp\n"), old.contains("eth9"));
        prop_assert_eq!(system.write(write, &interfaces).unwrap(), 0);
    }

    #[test]
    fn nothing_is_left_of_what_is_gone(interfaces in any_interfaces()) {
        let mut system = System::new(&[(PATH, "# by hand\n")]);
        system.write(write, &interfaces).unwrap();
        system.write(write, &[]).unwrap();
        prop_assert_eq!(system.read(PATH), "# by hand\n");
        prop_assert!(!system.files.symlinks.keys().any(|path| path.contains("/runlevels/")));
    }
}
