//! systemd-networkd, without systemd as process 1, D-Bus and udev.

use std::fs;

use crate::tools::System;

/// Starts it and waits until it has configured every link that it manages.
pub fn networkd(system: &System) {
    system.without_udev();
    system
        .sh("mkdir -p /run/systemd/netif/links /run/systemd/netif/leases; chown -R systemd-network /run/systemd/netif; ip link set lo up");
    let mut daemon = system.start(&["/lib/systemd/systemd-networkd"], &[("SYSTEMD_LOG_TARGET", "console"), ("SYSTEMD_LOG_LEVEL", "debug")]);
    let links = system.sh("cd /sys/class/net; for link in *; do echo $link $(cat $link/ifindex); done");
    let links: Vec<(&str, &str)> = links.lines().filter_map(|line| line.split_once(' ')).collect();
    let log = system.path("var/log/systemd-networkd");
    daemon.wait_until("every link is configured", || {
        let log = fs::read_to_string(&log).unwrap_or_default();
        links.iter().all(|(name, index)| is_configured(system, index) || waits_for_others(&log, name))
    });
}

/// What /run/systemd/netif says of a link (sd_network_link_get_setup_state(3)).
fn is_configured(system: &System, index: &str) -> bool {
    let state = fs::read_to_string(system.path(&format!("run/systemd/netif/links/{index}"))).unwrap_or_default();
    let state = state.lines().find_map(|line| line.strip_prefix("ADMIN_STATE="));
    assert_ne!(state, Some("failed"), "link {index}");
    matches!(state, Some("configured" | "unmanaged"))
}

/// Whether all is done but what would come from routers (for which a link waits 12 s) or DHCP: what is static comes first.
fn waits_for_others(log: &str, link: &str) -> bool {
    let said = format!("{link}: link_check_ready(): ");
    let last = log.lines().rev().find_map(|line| line.strip_prefix(said.as_str()));
    last.is_some_and(|why| why.contains("dynamic address"))
}

/// The file that networkd chose for a link, `None` if none matches.
pub fn chosen(system: &System, link: &str) -> Option<String> {
    let index = system.sh(&format!("cat /sys/class/net/{link}/ifindex"));
    let state = fs::read_to_string(system.path(&format!("run/systemd/netif/links/{}", index.trim()))).ok()?;
    state.lines().find_map(|line| line.strip_prefix("NETWORK_FILE=").map(String::from))
}
