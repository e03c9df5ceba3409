//! systemd-networkd, without systemd as process 1, D-Bus and udev.

use std::fs;

use crate::tools::System;

/// Starts it and waits until it has configured every link that it manages.
pub fn networkd(system: &System) {
    system
        .sh("mkdir -p /run/systemd/netif/links /run/systemd/netif/leases; chown -R systemd-network /run/systemd/netif; ip link set lo up");
    let mut daemon = system.start(&["/lib/systemd/systemd-networkd"], &[("SYSTEMD_LOG_TARGET", "console"), ("SYSTEMD_LOG_LEVEL", "debug")]);
    let links = system.sh("cat /sys/class/net/*/ifindex");
    daemon.wait_until("every link is configured", || links.lines().all(|index| is_settled(system, index)));
}

/// What /run/systemd/netif says of a link (sd_network_link_get_setup_state(3)); it has no carrier of interest to us but the peer's.
fn is_settled(system: &System, index: &str) -> bool {
    let state = fs::read_to_string(system.path(&format!("run/systemd/netif/links/{index}"))).unwrap_or_default();
    let state = state.lines().find_map(|line| line.strip_prefix("ADMIN_STATE="));
    matches!(state, Some("configured" | "unmanaged" | "failed"))
}

/// The file that networkd chose for a link, `None` if none matches.
pub fn chosen(system: &System, link: &str) -> Option<String> {
    let index = system.sh(&format!("cat /sys/class/net/{link}/ifindex"));
    let state = fs::read_to_string(system.path(&format!("run/systemd/netif/links/{}", index.trim()))).ok()?;
    state.lines().find_map(|line| line.strip_prefix("NETWORK_FILE=").map(String::from))
}
