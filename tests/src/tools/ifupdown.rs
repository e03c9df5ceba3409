//! The four programs that read `/etc/network/interfaces`.

use crate::tools::System;

/// Debian's. It needs its directories of hooks; what the packages put there is not in them.
pub fn ifupdown(system: &System) {
    system.sh("cd /etc/network; mkdir -p if-pre-up.d if-up.d if-down.d if-post-down.d");
    system.run(&["ifup", "-a"]);
}

/// Alpine's. Its executors call `ip`.
pub fn ifupdown_ng(system: &System) {
    system.run(&["/usr/lib/ifupdown-ng/ifup", "-a"]);
}

/// In Python, with its own configuration as packaged.
pub fn ifupdown2(system: &System) {
    system.install_packaged("etc/network/ifupdown2");
    system.run(&["/usr/lib/ifupdown2/ifup", "-a"]);
}

/// With nothing but its own applets.
pub fn busybox(system: &System) {
    system.run(&["env", "PATH=/usr/lib/busybox", "ifup", "-a"]);
}
