//! After `resetnetwork` ifupdown, ifupdown-ng and busybox know that the interfaces are up: `ifup -a` has nothing to do, and `ifdown` and
//! `ifup` give the same again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use nova_agent_tests::case::Case;
use nova_agent_tests::reboot::{now, unexplained};
use nova_agent_tests::tools::{Manager, System};

/// The system after a boot with the loopback link alone, and then a `resetnetwork`.
fn check(manager: Manager, ifup: &[&str], ifdown: &[&str]) {
    for name in ["link-local-gateway", "gateway-outside", "several-addresses", "two-interfaces"] {
        let case = Case::all("ifupdown").into_iter().find(|case| case.name == name).expect("a golden case");
        let system = System::new();
        system.write("etc/network/interfaces", 0o644, "auto lo\niface lo inet loopback\n");
        manager.up(&system);
        let live = now(&case, &system);

        system.run(&[ifup, &["-a"]].concat());
        system.live().assert_is(&live);
        let again = system.live().differences(&live);
        assert!(again.is_empty(), "{name}: ifup -a changes {again:?}");

        for link in live.lines().into_iter().filter_map(|line| line.strip_suffix(" up mtu 1500")) {
            // busybox's ip(8) complains of secondary addresses that went with their primary one.
            let output = system.try_run(&[ifdown, &[link]].concat());
            assert!(output.status.success() || manager == Manager::Busybox, "{name}: ifdown {link}: {output:?}");
            let down = system.live();
            assert!(!down.lines().iter().any(|line| line.starts_with(&format!("{link} address"))), "{name}: ifdown leaves\n{down}");
            system.run(&[ifup, &[link]].concat());
        }
        let unexplained = unexplained(&case, manager, &system.live(), &live);
        assert!(unexplained.is_empty(), "{name}: ifdown and ifup change\n{}", unexplained.join("\n"));
    }
}

#[test]
fn ifupdown() {
    check(Manager::Ifupdown, &["ifup"], &["ifdown"]);
}

#[test]
fn ifupdown_ng() {
    check(Manager::IfupdownNg, &["/usr/lib/ifupdown-ng/ifup"], &["/usr/lib/ifupdown-ng/ifdown"]);
}

#[test]
fn busybox() {
    let path = "PATH=/usr/lib/busybox";
    check(Manager::Busybox, &["env", path, "ifup"], &["env", path, "ifdown"]);
}
