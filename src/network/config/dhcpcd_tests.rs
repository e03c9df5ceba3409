//! dhcpcd.conf: whatever a host may want, read back.

use proptest::prelude::*;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::network::config::testing::{System, any_interfaces};
use crate::network::model::{Address, Route, Wanted};

/// The options that dhcpcd reads for an interface: those of no block and of its own.
fn options<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let mut is_read = true;
    let mut options = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_once(' ') {
            Some(("interface", other)) => is_read = other == name,
            Some(("ssid" | "profile", _)) => is_read = false,
            _ if is_read => options.push(line),
            _ => {}
        }
    }
    options
}

/// The values of a static option.
fn values(options: &[&str], key: &str) -> Vec<String> {
    options.iter().filter_map(|option| option.strip_prefix("static ")?.strip_prefix(key)?.strip_prefix('=')).map(String::from).collect()
}

/// The first address of a family: there is no place for others.
fn first(wanted: &Wanted, is_v4: bool) -> Option<&Address> {
    wanted.addresses.iter().find(|address| address.ip.is_v4() == is_v4)
}

/// Whether dhcpcd can set the route: it does so for one whose gateway it can reach, and makes a default router reachable by itself.
fn holds(wanted: &Wanted, route: &Route) -> bool {
    route.gateway.is_some_and(|gateway| {
        gateway.is_v4() && (wanted.gateway4 == Some(gateway) || first(wanted, true).is_some_and(|address| address.covers(&gateway)))
    })
}

proptest! {
    #[test]
    fn it_reads_back_as_what_was_wanted(interfaces in any_interfaces(), head in prop::sample::select(std::vec!["", "duid\n", "duid\ninterface eth9\nmetric 3", "interface eth0\nmetric 1\nnoipv4\n"])) {
        let mut system = System::new(&[(PATH, head)]);
        system.write(write, &interfaces).unwrap();
        let text = system.read(PATH);
        for Interface { name, wanted, .. } in &interfaces {
            let options = options(&text, name);
            let strings = |address: Option<&Address>| -> Vec<String> { address.iter().map(ToString::to_string).collect() };
            prop_assert_eq!(values(&options, "ip_address"), strings(first(wanted, true)));
            prop_assert_eq!(values(&options, "ip6_address"), strings(first(wanted, false)));
            prop_assert_eq!(options.contains(&"noipv4"), first(wanted, true).is_none());
            let gateway: Vec<String> = wanted.gateway4.iter().map(ToString::to_string).collect();
            prop_assert_eq!(values(&options, "routers"), gateway);
            let servers: Vec<String> = wanted.dns.iter().map(ToString::to_string).collect();
            prop_assert_eq!(values(&options, "domain_name_servers").join(" "), servers.join(" "));
            let routes: Vec<String> = wanted.routes.iter().filter(|route| holds(wanted, route)).map(|route| route.to_string().replace(" via", "")).collect();
            prop_assert_eq!(values(&options, "routes"), routes);
        }
        prop_assert_eq!(text.contains("eth9\nmetric 3\n"), head.contains("eth9"));
        prop_assert_eq!(text.contains("metric 1"), head.contains("metric 1"));
        prop_assert_eq!(system.write(write, &interfaces).unwrap(), 0);
    }

    /// What was written for interfaces that are gone goes without a trace.
    #[test]
    fn nothing_is_left_of_what_is_gone(interfaces in any_interfaces()) {
        let mut system = System::new(&[(PATH, "duid\n")]);
        system.write(write, &interfaces).unwrap();
        system.write(write, &[]).unwrap();
        prop_assert_eq!(system.read(PATH), "duid\n");
    }
}
