//! What the links of a system look like, in one form that can be compared whoever made it.
//!
//! One line for each link, address and route of the main tables, sorted. Left out is what the kernel makes by itself and tools may make
//! in its place: the loopback link, IPv6 link-local addresses and their routes, multicast. What does not decide where a packet goes
//! (metrics, who made it, broadcast addresses, which address of a subnet is the first) is a [`Live::details`] of its line. `onlink` is one
//! too: the kernel asks for it when a route is made, or refuses the route.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::tools::System;

/// Links, addresses and routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    lines: BTreeMap<String, String>,
}

impl Live {
    /// Reads them.
    pub fn read(system: &System) -> Self {
        let mut live = Self { lines: BTreeMap::new() };
        for link in json(system, &["address"]) {
            live.add_link(&link);
        }
        for family in ["-4", "-6"] {
            for route in json(system, &[family, "route", "show", "table", "main"]) {
                live.add_route(&route, family == "-6");
            }
        }
        live
    }

    /// What a test expects: lines as [`fmt::Display`] writes them, in any order, indented or not.
    pub fn expect(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Self { lines: lines.map(|line| (line.into(), String::new())).collect() }
    }

    /// The lines alone, without details.
    pub fn lines(&self) -> Vec<&str> {
        self.lines.keys().map(String::as_str).collect()
    }

    /// The words that came with each line, such as `metric 100`.
    pub fn details(&self) -> Vec<(&str, &str)> {
        self.lines.iter().map(|(line, details)| (line.as_str(), details.as_str())).collect()
    }

    /// How this differs from what is wanted: one line each, `-` for what is missing and `+` for what is too much. Empty if it does not.
    pub fn differences(&self, wanted: &Self) -> Vec<String> {
        let missing = wanted.lines.keys().filter(|line| !self.lines.contains_key(*line)).map(|line| format!("- {line}"));
        let extra = self.lines.keys().filter(|line| !wanted.lines.contains_key(*line)).map(|line| format!("+ {line}"));
        missing.chain(extra).collect()
    }

    /// Fails with the differences if there are any.
    pub fn assert_is(&self, wanted: &Self) {
        let differences = self.differences(wanted);
        assert!(differences.is_empty(), "not as wanted:\n{}\nlive:\n{self}", differences.join("\n"));
    }

    fn add_link(&mut self, link: &Value) {
        let name = text(link, "ifname");
        if name == "lo" {
            return;
        }
        let up = if has_flag(link, "UP") { "up" } else { "down" };
        self.add(format!("{name} {up} mtu {}", link["mtu"]), String::new());
        for address in array(link, "addr_info") {
            let (ip, length) = (text(address, "local"), &address["prefixlen"]);
            if ip.starts_with("fe80:") {
                continue;
            }
            let peer = address["address"].as_str().map_or(String::new(), |peer| format!(" peer {peer}"));
            let flags = ["noprefixroute", "secondary", "dynamic"].into_iter().filter(|flag| address[flag] == true).map(String::from);
            let details = words(address, &["broadcast", "scope", "metric"]).into_iter().chain(flags).collect::<Vec<_>>();
            self.add(format!("{name} address {ip}/{length}{peer}"), details.join(" "));
        }
    }

    fn add_route(&mut self, route: &Value, is_v6: bool) {
        let destination = match (text(route, "dst"), is_v6) {
            ("default", true) => "::/0".to_owned(),
            ("default", false) => "0.0.0.0/0".to_owned(),
            (dst, _) if dst.contains('/') => dst.to_owned(),
            (dst, true) => format!("{dst}/128"),
            (dst, false) => format!("{dst}/32"),
        };
        if destination.starts_with("fe80:") || destination.starts_with("ff00:") {
            return;
        }
        let kind = route["type"].as_str().map_or(String::new(), |kind| format!("{kind} "));
        let details = words(route, &["metric", "protocol", "scope", "prefsrc", "pref"]);
        // Routes of the same metric may come as one with several next hops.
        let hops: Vec<&Value> = array(route, "nexthops").collect();
        for hop in if hops.is_empty() { vec![route] } else { hops } {
            let gateway = hop["gateway"].as_str().or(hop["via"]["host"].as_str()).map_or(String::new(), |ip| format!(" via {ip}"));
            let dead = if has_flag(hop, "dead") { " dead" } else { "" };
            let details = details.iter().cloned().chain(has_flag(hop, "onlink").then(|| "onlink".into()));
            self.add(format!("{} {kind}route {destination}{gateway}{dead}", text(hop, "dev")), details.collect::<Vec<_>>().join(" "));
        }
    }

    /// A line that comes twice (the same route with two metrics) is two lines.
    fn add(&mut self, mut line: String, details: String) {
        while self.lines.contains_key(&line) {
            line.push_str(" again");
        }
        self.lines.insert(line, details);
    }
}

impl fmt::Display for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|(line, details)| match details.as_str() {
            "" => writeln!(f, "{line}"),
            _ => writeln!(f, "{line}  # {details}"),
        })
    }
}

fn json(system: &System, arguments: &[&str]) -> Vec<Value> {
    let said = system.run(&[&["ip", "-j"], arguments].concat());
    match said.trim() {
        "" => Vec::new(),
        said => serde_json::from_str(said).unwrap_or_else(|error| panic!("ip {arguments:?}: {error}: {said}")),
    }
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().unwrap_or_else(|| panic!("{name} is missing: {object}"))
}

fn array<'a>(object: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    object[name].as_array().into_iter().flatten()
}

fn has_flag(object: &Value, flag: &str) -> bool {
    array(object, "flags").any(|f| f == flag)
}

/// Members that are there, as `name value`.
fn words(object: &Value, names: &[&str]) -> Vec<String> {
    let word = |name: &&str| match &object[*name] {
        Value::Null => None,
        Value::String(value) => Some(format!("{name} {value}")),
        value => Some(format!("{name} {value}")),
    };
    names.iter().filter_map(word).collect()
}
