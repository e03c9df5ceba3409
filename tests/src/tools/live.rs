//! What the links of a system look like, in one form that can be compared whoever made it.
//!
//! One line for each link, address and route of the main tables, sorted. Left out is what the kernel makes by itself and tools may make
//! in its place: the loopback link, IPv6 link-local addresses and their routes, multicast. Each line has details, in which tools differ
//! for reasons of their own; those that decide where a packet goes or comes from are compared too. `onlink` is none of these: the kernel
//! asks for it when a route is made, or refuses the route.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::tools::System;

/// Links, addresses and routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// `None` where a test does not say.
    lines: BTreeMap<String, Option<Details>>,
}

/// Names and values, such as `metric` and `100`.
type Details = BTreeMap<&'static str, String>;

/// The details that are compared.
const COMPARED: [&str; 4] = ["broadcast", "metric", "prefsrc", "secondary"];

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
        // The kernel's route to an address of our own decides nothing: the local table comes first.
        let is_own = |line: &str| match line.split_once(" route ") {
            Some((link, ip)) => ip.ends_with("/128") && live.lines.contains_key(&format!("{link} address {ip}")),
            None => false,
        };
        let routes: Vec<String> = live.lines.keys().filter(|line| is_own(line)).cloned().collect();
        routes.iter().for_each(|line| drop(live.lines.remove(line)));
        live
    }

    /// What a test expects: lines as [`fmt::Display`] writes them, in any order, indented or not.
    pub fn expect(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Self { lines: lines.map(|line| (line.into(), None)).collect() }
    }

    /// The lines alone, without details.
    pub fn lines(&self) -> Vec<&str> {
        self.lines.keys().map(String::as_str).collect()
    }

    /// Takes a line away, which must be there.
    pub fn remove(&mut self, line: &str) {
        assert!(self.lines.remove(line).is_some(), "there is no line {line}");
    }

    /// Adds a line, whose details are not compared.
    pub fn insert(&mut self, line: &str) {
        assert!(self.lines.insert(line.into(), None).is_none(), "there is a line {line}");
    }

    /// Whether it has this line.
    pub fn has(&self, line: &str) -> bool {
        self.lines.contains_key(line)
    }

    /// Whether a route has this gateway.
    pub fn has_gateway(&self, gateway: &str) -> bool {
        self.lines.keys().any(|line| line.split_once(" via ").is_some_and(|(_, via)| via == gateway))
    }

    /// How this differs from what is wanted: `- LINE` for what is missing, `+ LINE` for what is too much, `~ LINE: NAME VALUE, not VALUE` for
    /// a detail. Empty if it does not.
    pub fn differences(&self, wanted: &Self) -> Vec<String> {
        let missing = wanted.lines.keys().filter(|line| !self.lines.contains_key(*line)).map(|line| format!("- {line}"));
        let extra = self.lines.keys().filter(|line| !wanted.lines.contains_key(*line)).map(|line| format!("+ {line}"));
        let mut differences: Vec<String> = missing.chain(extra).collect();
        for (line, details) in &self.lines {
            let (Some(details), Some(Some(wanted))) = (details, wanted.lines.get(line)) else { continue };
            for name in COMPARED {
                let [is, wanted] = [details, wanted].map(|details| details.get(name).map_or("none", String::as_str));
                if is != wanted {
                    differences.push(format!("~ {line}: {name} {is}, not {wanted}"));
                }
            }
        }
        differences
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
        self.add(format!("{name} {up} mtu {}", link["mtu"]), Details::new());
        for address in array(link, "addr_info") {
            let (ip, length) = (text(address, "local"), &address["prefixlen"]);
            if ip.starts_with("fe80:") {
                continue;
            }
            let peer = address["address"].as_str().map_or(String::new(), |peer| format!(" peer {peer}"));
            let details = details(address, &["broadcast", "scope", "metric", "noprefixroute", "secondary", "dynamic"]);
            self.add(format!("{name} address {ip}/{length}{peer}"), details);
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
        let details = details(route, &["metric", "protocol", "scope", "prefsrc", "pref"]);
        // Routes of the same metric may come as one with several next hops.
        let hops: Vec<&Value> = array(route, "nexthops").collect();
        for hop in if hops.is_empty() { vec![route] } else { hops } {
            let gateway = hop["gateway"].as_str().or(hop["via"]["host"].as_str()).map_or(String::new(), |ip| format!(" via {ip}"));
            let dead = if has_flag(hop, "dead") { " dead" } else { "" };
            let mut details = details.clone();
            if has_flag(hop, "onlink") {
                details.insert("onlink", "true".into());
            }
            self.add(format!("{} {kind}route {destination}{gateway}{dead}", text(hop, "dev")), details);
        }
    }

    /// A line that comes twice (the same route with two metrics) is two lines.
    fn add(&mut self, mut line: String, details: Details) {
        while self.lines.contains_key(&line) {
            line.push_str(" again");
        }
        self.lines.insert(line, Some(details));
    }
}

impl fmt::Display for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|(line, details)| {
            write!(f, "{line}")?;
            let details: Vec<String> = details.iter().flatten().map(|(name, value)| format!("{name} {value}")).collect();
            if details.is_empty() { writeln!(f) } else { writeln!(f, "  # {}", details.join(", ")) }
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

/// The members that are there.
fn details(object: &Value, names: &[&'static str]) -> Details {
    let value = |name: &&'static str| match &object[*name] {
        Value::Null => None,
        Value::String(value) => Some((*name, value.clone())),
        value => Some((*name, value.to_string())),
    };
    names.iter().filter_map(value).collect()
}
