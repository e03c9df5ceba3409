//! netctl and dhcpcd.

use std::fs;

use crate::tools::System;

/// Starts the profiles that are enabled, as their services do: those that the default target wants.
pub fn netctl(system: &System) {
    system.sh("mkdir -p /etc/netctl/hooks");
    let wanted = fs::read_dir(system.path("etc/systemd/system/multi-user.target.wants")).expect("list");
    let mut services: Vec<String> = wanted.map(|entry| entry.expect("list").file_name().to_string_lossy().into_owned()).collect();
    services.sort();
    for profile in services.iter().filter_map(|name| name.strip_prefix("netctl@")?.strip_suffix(".service")) {
        // Of systemd's escapes profiles' names have but this one.
        system.run(&["/usr/lib/netctl/network", "start", &profile.replace("\\x2d", "-")]);
    }
}

/// Starts it for all links, without udev, and waits until its hooks have run for every static address.
pub fn dhcpcd(system: &System) {
    let arguments = ["--nobackground", "--nodev", "--noarp", "--debug", "--nohook", "resolv.conf", "--logfile", "/var/log/dhcpcd.log"];
    let mut daemon = system.start(&[&["dhcpcd"], &arguments[..]].concat(), &[]);
    let awaited = static_addresses(system);
    let log = system.path("var/log/dhcpcd.log");
    daemon.wait_until("every static address is there", || {
        let log = fs::read_to_string(&log).unwrap_or_default();
        awaited.iter().all(|hook| log.lines().any(|line| line.ends_with(hook)))
    });
}

/// How dhcpcd says that it has run the hooks, for each address that its file gives to a link.
fn static_addresses(system: &System) -> Vec<String> {
    let mut awaited = Vec::new();
    let mut link = None;
    for line in system.read("etc/dhcpcd.conf").lines() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("interface ") {
            let name = name.trim();
            link = system.has_link(name).then(|| name.to_owned());
        } else if let Some(link) = &link {
            for (option, reason) in [("static ip_address=", "STATIC"), ("static ip6_address=", "STATIC6")] {
                if line.starts_with(option) {
                    awaited.push(format!("{link}: executing: /usr/lib/dhcpcd/dhcpcd-run-hooks {reason}"));
                }
            }
        }
    }
    awaited
}
