//! `demo`: plays a cloud's host to the release binary (`NOVA_AGENT`) without Xen and without root, shows every request and answer, and
//! what became of the guest. Exit status 0 only if everything was right.
//!
//! The guest is a temporary directory and two veth links in namespaces of our own; the store is the development server.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a development tool on std")]

mod kernel;
mod outcome;
mod report;
mod talk;

use std::process::ExitCode;

use nova_agent_devstore::Like;
use nova_agent_host::{failure, namespaces, scene};
use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::{Guest, agent_binary};

use report::Report;

const OLD_MOTD: &str = "Debian GNU/Linux\n";

fn main() -> ExitCode {
    if std::env::args().count() > 1 {
        eprintln!("usage: demo (takes no arguments; NOVA_AGENT names the agent's release binary)");
        return ExitCode::from(64);
    }
    namespaces::enter();
    let guest = Guest::new();
    failure::end_on_panic("\n    WRONG     ", Some(&guest));
    guest.write("etc/motd", 0o644, OLD_MOTD);
    scene::shell(scene::LINKS);
    scene::shell("ip link set eth0 up; ip addr add 192.0.2.200/24 dev eth0");

    let mut report = Report::new();
    let daemon = Daemon::start(Backend::Development(Like::Xenstored));
    report.heading("nova-agent: a host, a guest, and no Xen");
    println!("\n  All in namespaces of its own: this machine's links, host name and files stay as they are.");
    report.item("the guest before", "");
    report.fact("agent", &agent_binary().display().to_string());
    report.fact("root", &guest.root().display().to_string());
    report.fact("store", &format!("{}, the development server", daemon.guest_socket().display()));
    report.fact("host name", "localhost");
    report.fact("eth0", "40:40:27:5b:3a:01, up, with a stale address 192.0.2.200/24");
    report.fact("eth1", "40:40:8f:1c:22:02, down");
    let agent = Agent::spawn_in_place(&daemon.guest_socket(), &guest);

    report.heading("What the host asks");
    talk::talk(&daemon, &mut report);
    report.heading("What became of the guest");
    outcome::check(&guest, &agent, OLD_MOTD, &mut report);
    namespaces::status(report.end())
}
