//! NetworkManager reads the golden profiles as they are meant, and changes over to them when it is told.
//!
//! What it makes of them at boot is in `reboot`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::collections::BTreeSet;
use std::fs;

use nova_agent_tests::case::Case;
use nova_agent_tests::reboot::{now, unexplained};
use nova_agent_tests::tools::{Manager, System, networkmanager};

const DIRECTORY: &str = "etc/NetworkManager/system-connections";

/// `[group] key=value` of each line, as NetworkManager writes them.
fn meaning(profile: &str) -> BTreeSet<String> {
    let (mut lines, mut group) = (BTreeSet::new(), "");
    for line in profile.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some((key, value)) = line.split_once('=') else {
            group = line;
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        let value = if key == "mac-address" { value.to_uppercase() } else { value.into() };
        lines.insert(format!("{group} {key}={value}"));
    }
    lines
}

/// Nothing is dropped, nothing is added. The zone is what the round trip sets, to nothing.
#[test]
fn every_profile_survives_a_round_trip() {
    let system = System::new();
    let mut count = 0;
    for case in Case::all("keyfile") {
        system.install(&case.etc_after());
        for entry in fs::read_dir(system.path(DIRECTORY)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.starts_with("nova-agent-") {
                let path = format!("{DIRECTORY}/{name}");
                let mut wanted = meaning(&system.read(&path));
                wanted.retain(|line| !line.starts_with("[connection] zone="));
                assert_eq!(meaning(&networkmanager::round_trip(&system, &format!("/{path}"))), wanted, "{}", case.name);
                count += 1;
            }
        }
        fs::remove_dir_all(system.path(DIRECTORY)).unwrap();
    }
    assert!(count > 20, "{count} profiles");
}

/// A profile of the administrator's, for every link.
const OTHER: &str = "[connection]
id=other
type=ethernet
multi-connect=3
[ipv4]
method=manual
address1=192.0.2.7/24,192.0.2.1
[ipv6]
method=manual
address1=2001:db8:77::7/64,2001:db8:77::1
";

/// Another profile is active when the agent comes, unless its own is. Afterwards everything is as after a boot.
#[test]
fn a_running_network_manager_changes_over() {
    for case in Case::all("keyfile") {
        let system = System::new();
        if case.etc_before().exists() {
            system.install(&case.etc_before());
        }
        system.write(&format!("{DIRECTORY}/other.nmconnection"), 0o600, OTHER);
        let manager = Manager::NetworkManager;
        manager.up(&system);
        now(&case, &system);
        let (live, wanted) = (system.live(), case.booted(manager, case.wanted()));
        assert_eq!(unexplained(&case, manager, &live, &wanted), [""; 0], "{}\nlive:\n{live}", case.name);
        let active = system.sh("nmcli -t -f NAME connection show --active");
        assert!(!active.lines().any(|name| name == "other"), "{}: {active}", case.name);
    }
}
