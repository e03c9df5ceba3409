//! The files mean what the host asked for: to the tools that read them at the next boot, and to the agent on the spot.
//!
//! Every golden case of a backend goes to every tool that reads the backend's files, twice: the tree written by hand is compared with the
//! vm-data (`files`), and the agent's own files with what the agent made of the links itself (`reboot`). `CASE=plain` takes one case alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use nova_agent_tests::case::Case;
use nova_agent_tests::reboot::{afterwards, now, unexplained};
use nova_agent_tests::tools::{Manager, System};

/// Makes two tests for each tool.
macro_rules! every_case {
    ($($name:ident: $backend:literal by $manager:ident),* $(,)?) => {$(
        mod $name {
            use super::*;

            #[test]
            fn files() {
                for_every_case($backend, Manager::$manager, means_what_is_wanted);
            }

            #[test]
            fn reboot() {
                for_every_case($backend, Manager::$manager, is_the_same_after_a_reboot);
            }
        }
    )*};
}

every_case! {
    ifupdown: "ifupdown" by Ifupdown,
    ifupdown_ng: "ifupdown" by IfupdownNg,
    ifupdown2: "ifupdown" by Ifupdown2,
    busybox: "ifupdown" by Busybox,
    netplan: "netplan" by Netplan,
    netplan_to_network_manager: "netplan" by NetplanToNetworkManager,
    keyfile: "keyfile" by NetworkManager,
    networkd: "networkd" by Networkd,
    netctl: "netctl" by Netctl,
    dhcpcd: "dhcpcd" by Dhcpcd,
    red_hat: "ifcfg" by RedHat,
    suse: "suse" by Suse,
}

/// All failing cases are told, not the first alone.
fn for_every_case(backend: &str, manager: Manager, check: fn(&Case, Manager)) {
    let one = std::env::var("CASE").ok();
    let cases = Case::all(backend);
    assert!(!cases.is_empty(), "{backend} has no cases");
    let cases = cases.into_iter().filter(|case| case.is_for(manager) && one.as_ref().is_none_or(|name| case.name == *name));
    let fails = |case: &Case| catch_unwind(AssertUnwindSafe(|| check(case, manager))).is_err();
    let failed: Vec<String> = cases.filter(fails).map(|case| case.name).collect();
    assert!(failed.is_empty(), "{backend} by {manager:?}: {}", failed.join(", "));
}

/// The tree that was written by hand.
fn means_what_is_wanted(case: &Case, manager: Manager) {
    let system = System::new();
    system.install(&case.etc_after());
    let (live, wanted) = (afterwards(case, manager, &system), case.booted(manager, case.wanted()));
    let unexplained = unexplained(case, manager, &live, &wanted);
    assert!(
        unexplained.is_empty(),
        "{}/{}: {manager:?} makes something else:\n{}\nlive:\n{live}",
        case.backend,
        case.name,
        unexplained.join("\n")
    );
}

/// The agent's own files.
fn is_the_same_after_a_reboot(case: &Case, manager: Manager) {
    let system = System::new();
    let live = now(case, &system);
    live.assert_is(&case.wanted());
    let rebooted = afterwards(case, manager, &system.reboot());
    let unexplained = unexplained(case, manager, &rebooted, &case.booted(manager, live));
    assert!(
        unexplained.is_empty(),
        "{}/{}: {manager:?} makes something else:\n{}\nlive:\n{rebooted}",
        case.backend,
        case.name,
        unexplained.join("\n")
    );
}
