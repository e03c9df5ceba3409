//! netctl and dhcpcd.

use std::fs;

use crate::tools::System;

/// Starts every profile in /etc/netctl, as the services that `netctl enable` makes do.
pub fn netctl(system: &System) {
    let mut profiles: Vec<_> = fs::read_dir(system.path("etc/netctl")).expect("list").map(|entry| entry.expect("list")).collect();
    profiles.retain(|entry| entry.path().is_file());
    profiles.sort_by_key(|entry| entry.file_name());
    for profile in profiles {
        system.run(&["/usr/lib/netctl/network", "start", &profile.file_name().to_string_lossy()]);
    }
}

/// Starts it for all links, without udev; it goes into the background when the first address is there.
pub fn dhcpcd(system: &System) {
    system.run(&["dhcpcd", "--nodev", "--noarp", "--debug", "--nohook", "resolv.conf", "--logfile", "/var/log/dhcpcd", "--waitip"]);
    system.settle();
}
