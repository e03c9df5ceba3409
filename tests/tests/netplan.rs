//! What netplan makes of our YAML is what we write for networkd and NetworkManager ourselves.
//!
//! For the vm-data of every golden case: addresses, routes and name servers of each link, as sets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nova_agent_tests::agent::within;
use nova_agent_tests::case::Case;
use nova_agent_tests::guest::agent_binary;
use nova_agent_tests::reboot::reset;
use nova_agent_tests::tools::{Manager, System, netplan, networkd as daemon, networkmanager};

/// What a program is told of one link, sorted: `mac M`, `address A`, `route N [via G] [onlink]`, `dns S`, `no routers`.
type Told = BTreeSet<String>;

/// Keys and values of a file, each with the section it is in and the number of that section.
fn lines(text: &str) -> Vec<(usize, String, String, String)> {
    let (mut number, mut section, mut found) = (0, String::new(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            (number, section) = (number + 1, name.trim_end_matches(']').to_owned());
        } else {
            let (key, value) = line.split_once('=').unwrap();
            found.push((number, section.clone(), key.to_owned(), value.to_owned()));
        }
    }
    found
}

fn is_set(gateway: &str) -> bool {
    !matches!(gateway, "" | "::" | "0.0.0.0")
}

/// systemd.network(5)
fn networkd(text: &str) -> Told {
    let lines = lines(text);
    let mut told = Told::new();
    for (number, section, key, value) in &lines {
        let of_route =
            |wanted: &str| lines.iter().find(|line| line.0 == *number && line.2.eq_ignore_ascii_case(wanted)).map(|line| line.3.as_str());
        match (section.as_str(), key.as_str()) {
            ("Match", "MACAddress" | "PermanentMACAddress") => told.insert(format!("mac {value}")),
            ("Network", "Address") => told.insert(format!("address {value}")),
            ("Network", "DNS") => told.insert(format!("dns {value}")),
            ("Network", "IPv6AcceptRA") => told.insert("no routers".into()),
            ("Route", "Destination") => {
                let via = of_route("Gateway").filter(|gateway| is_set(gateway)).map_or(String::new(), |gateway| format!(" via {gateway}"));
                let onlink = of_route("GatewayOnLink").map_or("", |_| " onlink");
                told.insert(format!("route {value}{via}{onlink}"))
            }
            ("Match", "Kind") | ("Network", "LinkLocalAddressing") | ("Route", "Gateway" | "GatewayOnlink" | "GatewayOnLink") => false,
            _ => panic!("[{section}] {key}={value}"),
        };
    }
    told
}

/// nm-settings-keyfile(5). NetworkManager makes the route to a gateway outside of every subnet itself, and no flag is needed.
fn keyfile(text: &str) -> Told {
    let (mut told, mut gateways) = (Told::new(), BTreeSet::new());
    let mut add_route = |told: &mut Told, to: &str, gateway: &str| {
        if is_set(gateway) {
            gateways.insert(gateway.to_owned());
            told.insert(format!("route {to} via {gateway}"));
        } else {
            told.insert(format!("route {to}"));
        }
    };
    for (_, section, key, value) in lines(text) {
        let (first, second) = value.split_once(',').unwrap_or((&value, ""));
        match (section.as_str(), key.trim_end_matches(|c: char| c.is_ascii_digit())) {
            ("ethernet", "mac-address") => drop(told.insert(format!("mac {}", value.to_lowercase()))),
            ("ipv4" | "ipv6", "address") => {
                told.insert(format!("address {first}"));
                if is_set(second) {
                    add_route(&mut told, if section == "ipv4" { "0.0.0.0/0" } else { "::/0" }, second);
                }
            }
            ("ipv4" | "ipv6", "gateway") => add_route(&mut told, if section == "ipv4" { "0.0.0.0/0" } else { "::/0" }, first),
            ("ipv4" | "ipv6", "route") => add_route(&mut told, first, second),
            ("ipv4" | "ipv6", "dns") => told.extend(value.split_terminator(';').map(|server| format!("dns {server}"))),
            ("connection" | "ethernet", _) | (_, "method" | "ip6-privacy") => {}
            (_, key) if key.ends_with("_options") => assert_eq!(value, "onlink=true"),
            _ => panic!("[{section}] {key}={value}"),
        }
    }
    told.retain(|line| !gateways.iter().any(|gateway| *line == format!("route {gateway}/32") || *line == format!("route {gateway}/128")));
    told
}

/// The files of a directory, read and sorted.
fn read_all(directory: &Path, read: fn(&str) -> Told) -> Vec<Told> {
    let files = fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut told: Vec<Told> =
        files.filter(|path| path.extension().unwrap() != "link").map(|path| read(&fs::read_to_string(path).unwrap())).collect();
    told.sort();
    told
}

fn cases() -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/vm-data");
    let mut cases: Vec<PathBuf> = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// For each case: what we tell a program with `backend`, and what netplan does, asked for `renderer`.
fn compare(backend: &str, ours: &str, renderer: &str, theirs: &str, read: fn(&str) -> Told) {
    for case in cases() {
        let system = System::new();
        if case.join("sys").exists() {
            assert!(Command::new("cp").arg("-a").arg(case.join("sys")).arg(system.root()).status().unwrap().success());
        }
        let apply = |backend: &str, root: &Path| {
            let mut command = Command::new(agent_binary());
            command.args(["apply", "--backend", backend, "--from"]).arg(&case).arg("--root").arg(root).output().unwrap()
        };
        for backend in [backend, "netplan"] {
            apply(backend, &system.root());
        }
        system.write("etc/netplan/01-renderer.yaml", 0o600, &format!("network:\n  renderer: {renderer}\n"));
        netplan::generate(&system);
        let (ours, theirs) = (read_all(&system.path(ours), read), read_all(&system.path(theirs), read));
        assert_eq!(ours, theirs, "{}", case.display());
        assert_eq!(ours.is_empty(), !case.join("networking").exists(), "{}", case.display());
    }
}

#[test]
fn for_networkd() {
    compare("networkd", "etc/systemd/network", "networkd", "run/systemd/network", networkd);
}

#[test]
fn for_network_manager() {
    let profiles = "NetworkManager/system-connections";
    compare("keyfile", &format!("etc/{profiles}"), "NetworkManager", &format!("run/{profiles}"), keyfile);
}

/// networkd runs with the files from before, or with others of its own, while the agent changes links and files. What is live in the end is what was asked for.
#[test]
fn networkd_reads_its_files_again() {
    for name in ["values-removed", "two-interfaces", "family-removed"] {
        let case = Case::all("networkd").into_iter().find(|case| case.name == name).unwrap();
        let system = System::new();
        if case.etc_before().exists() {
            system.install(&case.etc_before());
        }
        system.write("etc/systemd/network/10-all.network", 0o644, "[Match]\nName=eth*\n[Network]\nAddress=192.0.2.9/24\nIPv6AcceptRA=no\n");
        case.make_links(&system);
        networkmanager::bus(&system);
        Manager::Networkd.up(&system);
        // The agent has it read them; its answer comes before it is done.
        reset(&case, &system);
        let is_ours = |link: &str| daemon::chosen(&system, link).is_some_and(|file| file.contains("05-nova-agent"));
        let is_done = || (is_ours("eth0") && system.live().differences(&case.wanted()).is_empty()).then_some(());
        within(Duration::from_secs(10), is_done);
        let log = system.sh("sleep 1; cat /var/log/systemd-networkd");
        assert!(system.live().differences(&case.wanted()).is_empty(), "{name}\n{}\n{log}", system.live());
    }
}
