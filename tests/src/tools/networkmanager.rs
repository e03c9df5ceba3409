//! NetworkManager on a D-Bus of its own, without udev.

use std::os::unix::net::UnixStream;

use crate::tools::System;

/// Nothing is configured that no file asks for, and the resolver stays out of it.
const CONFIGURATION: &str = "[main]\nplugins=keyfile\ndns=none\nrc-manager=unmanaged\nno-auto-default=*\n";

/// Root alone is on this bus.
const BUS: &str = "<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/><allow user=\"*\"/></policy>
</busconfig>
";

/// Starts a D-Bus that lets everybody do everything.
pub fn bus(system: &System) {
    system.write("run/dbus/test.conf", 0o644, BUS);
    let mut bus = system.start(&["dbus-daemon", "--nofork", "--nopidfile", "--config-file=/run/dbus/test.conf"], &[]);
    // The socket is there a moment before it takes connections.
    bus.wait_until("its socket", || UnixStream::connect(system.path("run/dbus/system_bus_socket")).is_ok());
}

/// Starts it on the profiles in /etc and /run, and waits until it has brought up all it can at the start.
pub fn network_manager(system: &System) {
    system.without_udev();
    system.write("run/NetworkManager/conf.d/test.conf", 0o644, CONFIGURATION);
    bus(system);
    let mut daemon = system.start(&["NetworkManager", "--debug"], &[]);
    daemon.wait_until("NetworkManager is started", || system.try_run(&["nm-online", "-s", "-q", "-t", "1"]).status.success());
}

/// What `nmcli` makes of a profile that it reads and writes without a daemon. Fails if it refuses the profile.
pub fn round_trip(system: &System, path: &str) -> String {
    system.sh(&format!("nmcli --offline connection modify connection.zone '' < '{path}'"))
}
