//! The four programs that read `/etc/network/interfaces`.

use crate::tools::System;

/// Debian's, as the boot script runs it: what is `auto`, then what is `allow-hotplug` and there. It needs its directories of hooks; what the
/// packages put there is not in them.
pub fn ifupdown(system: &System) {
    system.sh("cd /etc/network; mkdir -p if-pre-up.d if-up.d if-down.d if-post-down.d");
    system.run(&["ifup", "-a"]);
    system.sh("for link in $(ifquery --list --allow=hotplug); do [ ! -e /sys/class/net/$link ] || ifup --allow=hotplug $link; done");
}

/// Alpine's. Its executors call `ip`.
pub fn ifupdown_ng(system: &System) {
    system.run(&["/usr/lib/ifupdown-ng/ifup", "-a"]);
}

/// In Python, with its own configuration as packaged.
pub fn ifupdown2(system: &System) {
    system.install_packaged("etc/network/ifupdown2");
    ifupdown(system);
    system.run(&["/usr/lib/ifupdown2/ifquery", "-c", "-a"]);
}

/// With nothing but its own applets.
pub fn busybox(system: &System) {
    system.run(&["env", "PATH=/usr/lib/busybox", "ifup", "-a"]);
}
