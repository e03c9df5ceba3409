//! NetworkManager reads the golden profiles as they are meant: what it understands of them is what they say.
//!
//! That it also does what they say is in `reboot`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::collections::BTreeSet;
use std::fs;

use nova_agent_tests::case::Case;
use nova_agent_tests::tools::{System, networkmanager};

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
