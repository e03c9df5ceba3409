//! Reboot equivalence: what the agent makes of vm-data now is what the distribution's tool makes of the agent's files at the next boot.
//!
//! [`now`] and [`afterwards`] give the two sides, [`unexplained`] what is left of their differences without those that a tool forces.

use std::fs;

use crate::case::Case;
use crate::daemon::{Backend, Daemon, GUEST};
use crate::guest::agent_binary;
use crate::host::{self, Host};
use crate::tools::{Live, Manager, System};

/// What the agent makes of a case's vm-data on a running system; it leaves its files there.
pub fn now(case: &Case, system: &System) -> Live {
    if case.etc_before().exists() {
        system.install(&case.etc_before());
    }
    case.make_links(system);
    reset(case, system)
}

/// What the agent makes of a case's vm-data on a system that has the case's files and links.
pub fn reset(case: &Case, system: &System) -> Live {
    let daemon = Daemon::start(Backend::ALL[0]);
    system.copy_program(&agent_binary(), "root/nova-agent");
    fs::hard_link(daemon.guest_socket(), system.path("run/xenstored.sock")).expect("link the store's socket");
    let socket = ["--xenstore", "/run/xenstored.sock"];
    let log = ["-l", "info", "-o", "-", "--no-fork", "True"];
    let agent = [&["/root/nova-agent", "--backend", &case.backend][..], &socket, &log].concat();
    let mut agent = system.start(&agent, &[]);
    let mut host = Host::new(&daemon);
    for (node, value) in case.nodes() {
        host.xs.write(&format!("{GUEST}/vm-data/networking/{node}"), value).expect("write vm-data");
    }
    if let Some(name) = case.hostname() {
        host.xs.write(&format!("{GUEST}/vm-data/hostname"), name).expect("write vm-data");
    }
    let id = host::uuid();
    host.post(&id, host::request("resetnetwork", ""));
    agent.wait_until("its answer", || host.answers().contains(&id));
    let answer = host.answer(&id);
    if case.is_refused() {
        answer.failed()
    } else {
        answer.done()
    };
    system.live()
}

/// What a tool makes of the files in /etc, on a system that has just booted.
pub fn afterwards(case: &Case, manager: Manager, system: &System) -> Live {
    case.make_links(system);
    manager.up(system);
    system.live()
}

/// A difference that a tool forces on us whatever the file says.
struct Forced {
    managers: &'static [Manager],
    /// Whether a line of [`Live::differences`] is one; the second is what is wanted.
    is: fn(&str, &Live) -> bool,
    /// Why nothing can be done about it.
    #[allow(dead_code, reason = "for the reader")]
    why: &'static str,
}

const FORCED: &[Forced] = &[
    Forced {
        managers: &[Manager::NetworkManager, Manager::NetplanToNetworkManager],
        is: |line, wanted| line.strip_prefix("+ ").and_then(|line| line.strip_suffix(" again")).is_some_and(|line| wanted.has(line)),
        why: "each address has a route to its subnet of its own, even if two are in the same subnet",
    },
    Forced {
        managers: &Manager::ALL,
        is: |line, wanted| host_route(line).is_some_and(|gateway| wanted.has_gateway(gateway)),
        why: "that a gateway is on the link is said by a route to it or by a flag of the route through it; one of them is needed",
    },
    Forced {
        managers: &Manager::ALL,
        is: |line, _| {
            line.rsplit_once(", not ").and_then(|(_, metric)| metric.parse().ok()).is_some_and(|metric| (512..1024).contains(&metric))
        },
        why: "the agent gives IPv6 routes the metric 512 + link number, which no file can name before the link is there",
    },
    Forced {
        managers: &[Manager::NetworkManager, Manager::NetplanToNetworkManager],
        is: |line, _| line.contains(": metric "),
        why: "every route has the metric of its link, 100 and up, unless a metric other than 0 is given",
    },
    Forced {
        managers: &[Manager::Dhcpcd],
        is: |line, _| line.contains(": metric ") || line.contains(": prefsrc "),
        why: "every route has the metric 1000 + ifindex and the address as its source",
    },
    Forced {
        managers: &[Manager::Dhcpcd],
        is: |line, _| line.contains(": broadcast ") && line.ends_with(", not none"),
        why: "/31 and /32 have no broadcast address, but it sets one",
    },
    Forced {
        managers: &[Manager::Dhcpcd],
        is: |line, _| line.contains(" route ::/0 via "),
        why: "there is no way to give an IPv6 gateway",
    },
    Forced {
        managers: &[Manager::IfupdownNg],
        is: |line, _| line.contains(" via ") && line.contains(": metric "),
        why: "the default route has the metric 1",
    },
    Forced {
        managers: &[Manager::IfupdownNg, Manager::Busybox],
        is: |line, _| line.contains(": broadcast none, not "),
        why: "the one knows no broadcast addresses, the other only those that a file names; then ifupdown2 fails. The kernel needs none",
    },
    Forced {
        managers: &[Manager::Ifupdown, Manager::Ifupdown2],
        is: |line, _| (line.contains("/31: broadcast ") || line.contains("/32: broadcast ")) && line.ends_with(", not none"),
        why: "every address has a broadcast address where a file names none",
    },
    Forced {
        managers: &[Manager::RedHat, Manager::Suse],
        is: |line, _| line.contains(": metric "),
        why: "an IPv6 route has the metric 1 or none, which is 1024; that of the user's METRIC is in one case",
    },
];

/// The destination of a line `LINK route IP/32` or `IP/128` without gateway.
fn host_route(line: &str) -> Option<&str> {
    let destination = line.split_once(" route ")?.1;
    destination.strip_suffix("/32").or(destination.strip_suffix("/128"))
}

/// The differences that neither a tool forces nor the user's part of the files makes.
pub fn unexplained(case: &Case, manager: Manager, live: &Live, wanted: &Live) -> Vec<String> {
    let forced = |line: &String| FORCED.iter().any(|forced| forced.managers.contains(&manager) && (forced.is)(line, wanted));
    live.differences(wanted).into_iter().filter(|line| !forced(line) && !case.is_the_users(manager, line)).collect()
}
