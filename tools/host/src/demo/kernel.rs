//! What the kernel holds, read back with the `ip` program, one line for each thing.

use std::process::Command;

use serde_json::Value;

/// `198.51.100.23/24 brd 198.51.100.255`: the global addresses of a link.
pub fn addresses(link: &str) -> Vec<String> {
    let links = ip(&["addr", "show", "dev", link]);
    let all = links.iter().filter_map(|l| l["addr_info"].as_array()).flatten();
    all.filter(|a| a["scope"] == "global")
        .map(|a| {
            let broadcast = a["broadcast"].as_str().map(|b| format!(" brd {b}")).unwrap_or_default();
            format!("{}/{}{broadcast}", word(a, "local"), a["prefixlen"])
        })
        .collect()
}

/// Whether a link is up.
pub fn is_up(link: &str) -> bool {
    let up = |l: &Value| l["flags"].as_array().is_some_and(|flags| flags.iter().any(|f| f == "UP"));
    ip(&["link", "show", "dev", link]).iter().any(up)
}

/// `default via 198.51.100.1 dev eth0`: the main table of both families, without what belongs to link-local addresses.
pub fn routes() -> Vec<String> {
    let all = ["-4", "-6"].into_iter().flat_map(|family| ip(&[family, "route", "show"]));
    all.filter(|r| !word(r, "dst").starts_with("fe80:"))
        .map(|r| {
            let gateway = r["gateway"].as_str().map(|g| format!(" via {g}")).unwrap_or_default();
            format!("{}{gateway} dev {}", word(&r, "dst"), word(&r, "dev"))
        })
        .collect()
}

fn ip(arguments: &[&str]) -> Vec<Value> {
    let output = Command::new("ip").arg("-j").args(arguments).output().expect("package iproute2");
    assert!(output.status.success(), "ip {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    // No route at all is no JSON at all.
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn word(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or("?").into()
}
