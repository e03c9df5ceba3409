//! Real shells and Augeas read the golden ifcfg files: what the scripts of Red Hat and SUSE would have is what they say.
//!
//! What the values mean is in `reboot`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::fs;

use nova_agent_tests::case::Case;
use nova_agent_tests::tools::{System, readers};

/// Whether a file is made of variables. dash takes no names like those of SUSE's that have a `-` in them, nor do ours.
fn is_variables(name: &str) -> bool {
    name.starts_with("ifcfg-") || name == "network" || name == "config"
}

#[test]
fn shells_and_augeas_read_every_file() {
    let system = System::new();
    let mut count = 0;
    for (backend, directory) in [("ifcfg", "etc/sysconfig/network-scripts"), ("suse", "etc/sysconfig/network")] {
        for case in Case::all(backend) {
            system.install(&case.etc_after());
            for entry in fs::read_dir(system.path(directory)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let path = format!("/{directory}/{name}");
                let text = system.read(&path[1..]);
                if !is_variables(&name) {
                    continue;
                }
                let variables = readers::variables(&system, &path);
                let names: Vec<&str> = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
                assert!(names.iter().all(|name| !is_name(name) || variables.contains_key(*name)), "{}: {path}", case.name);
                // The lens knows no carriage returns.
                if !text.contains('\r') {
                    let tree = readers::augeas(&system, "Shellvars", &path);
                    assert!(names.iter().all(|name| !is_name(name) || tree.contains(&format!("/{name} = "))), "{}: {path}", case.name);
                }
                count += 1;
            }
            fs::remove_dir_all(system.path("etc/sysconfig")).unwrap();
        }
    }
    assert!(count > 40, "{count} files");
}

/// A line of a quoted value may have an equals sign, too.
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}
