//! `nova-agent apply` as an image builder uses it: where vm-data comes from, what is shown, what is changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nova_agent_tests::directory::Directory;
use nova_agent_tests::guest::agent_binary;

const ONE: &str =
    r#"{"mac": "40:40:AA:BB:CC:01", "ips": [{"ip": "198.51.100.23", "enabled": "1", "netmask": "255.255.255.0"}], "dns": ["192.0.2.53"]}"#;
const NETWORK: &str = "etc/systemd/network/05-nova-agent-4040aabbcc01.network";

fn apply(root: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(agent_binary());
    command.args(["apply", "--backend", "networkd", "--root"]).arg(root).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A root with a host name.
fn root() -> Directory {
    let directory = Directory::new();
    fs::create_dir(directory.path().join("etc")).unwrap();
    fs::write(directory.path().join("etc/hostname"), "old\n").unwrap();
    directory
}

#[test]
fn vm_data_comes_from_a_directory_a_file_or_standard_input() {
    let given = Directory::new();
    fs::create_dir(given.path().join("networking")).unwrap();
    fs::write(given.path().join("networking/4040AABBCC01"), ONE).unwrap();
    fs::write(given.path().join("hostname"), "web1").unwrap();
    let tree = format!(r#"{{"hostname": "web1", "networking": {{"4040AABBCC01": {ONE}}}, "other": [{{"x": "}}"}}]}}"#);
    fs::write(given.path().join("tree.json"), &tree).unwrap();
    let file = given.path().join("tree.json");
    for (from, input, hostname) in [
        (given.path().to_str().unwrap(), "", "web1\n"),
        (file.to_str().unwrap(), "", "web1\n"),
        ("-", tree.as_str(), "web1\n"),
        ("-", ONE, "old\n"),
    ] {
        let root = root();
        let output = apply(root.path(), &["--from", from], input);
        assert_eq!(output.status.code(), Some(0), "{from}: {}", text(&output.stderr));
        let network = fs::read_to_string(root.path().join(NETWORK)).unwrap();
        assert!(network.contains("MACAddress=40:40:aa:bb:cc:01\n") && network.contains("Address=198.51.100.23/24\n"), "{network}");
        assert_eq!(fs::read_to_string(root.path().join("etc/hostname")).unwrap(), hostname);
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let root = root();
    for (from, input, why) in [
        ("/nonexistent", "", "no such file or directory (ENOENT)"),
        ("-", "", "vm-data/networking: no such file or directory (ENOENT)"),
        ("-", "[1]", "vm-data/networking: no such file or directory (ENOENT)"),
        ("-", r#"{"networking": {"4040AABBCC01": 7}}"#, "4040AABBCC01: not a JSON object"),
        (
            "-",
            r#"{"mac": "40:40:AA:BB:CC:01", "ips": [{"ip": "1.2.3.4", "netmask": "255.0.255.0"}]}"#,
            "eth0: not understood: ips[0] netmask",
        ),
    ] {
        let output = apply(root.path(), &["--from", from], input);
        assert_eq!(output.status.code(), Some(1), "{from} {input}");
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    }
    for words in [&["--backend", "windows"][..], &["apply"], &["run"]] {
        assert_eq!(apply(root.path(), words, ONE).status.code(), Some(64), "{words:?}");
    }
    let run = Command::new(agent_binary()).args(["--from", "-"]).output().unwrap();
    assert_eq!(run.status.code(), Some(64));
}

#[test]
fn a_dry_run_shows_diffs_that_patch_takes_and_changes_nothing() {
    let (shown, changed) = (root(), root());
    let tree = format!(r#"{{"hostname": "web1", "networking": {{"4040AABBCC01": {ONE}}}}}"#);
    let output = apply(shown.path(), &["--dry-run", "--from", "-"], &tree);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(fs::read_dir(shown.path().join("etc")).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(shown.path().join("etc/hostname")).unwrap(), "old\n");

    assert_eq!(apply(changed.path(), &["--from", "-"], &tree).status.code(), Some(0));
    let mut patch = Command::new("patch").args(["-p1", "-s", "-d"]).arg(shown.path()).stdin(Stdio::piped()).spawn().unwrap();
    patch.stdin.take().unwrap().write_all(&output.stdout).unwrap();
    assert!(patch.wait().unwrap().success(), "{}", text(&output.stdout));
    for path in [NETWORK, "etc/hostname", "etc/resolv.conf"] {
        let read = |directory: &Directory| fs::read_to_string(directory.path().join(path)).unwrap();
        assert_eq!(read(&shown), read(&changed), "{path}");
    }
}
