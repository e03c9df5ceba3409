//! netplan, which turns its own files into those of networkd or NetworkManager.

use crate::tools::{System, networkd, networkmanager};

/// What Ubuntu's desktop has to make NetworkManager the renderer of whatever says nothing else.
const NETWORK_MANAGER: &str = "network:\n  version: 2\n  renderer: NetworkManager\n";

/// What a boot runs, and `netplan generate` after it; gives what it complained of. Its files are in /run then.
pub fn generate(system: &System) -> String {
    let output = system.try_run(&["/lib/netplan/generate"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "netplan generate: {}\n{said}", output.status);
    said
}

/// Generates networkd's files and starts it. A veth has no permanent address to match, as real links have; its kind is put in place of
/// having one.
pub fn to_networkd(system: &System) {
    generate(system);
    let stand_in = r"s/^PermanentMACAddress=\(.*\)/MACAddress=\1\nKind=veth/";
    system.sh(&format!("find /run/systemd/network -name '*.network' -exec sed -i '{stand_in}' {{}} +"));
    networkd::networkd(system);
}

/// Generates NetworkManager's files and starts it.
pub fn to_network_manager(system: &System) {
    system.write("etc/netplan/01-network-manager-all.yaml", 0o600, NETWORK_MANAGER);
    generate(system);
    networkmanager::network_manager(system);
}
