//! Many requests: a guest's directory holds about 54 answers in the C xenstored, a listing about 110 names.

use std::collections::HashSet;
use std::time::Duration;

use nova_agent_tests::agent::{Agent, within};
use nova_agent_tests::daemon::{Backend, Daemon, GUEST};
use nova_agent_tests::guest::Guest;
use nova_agent_tests::host::{Host, request, uuid};

/// Answers that the agent keeps.
const KEPT: usize = 32;

on_every_daemon! {
    /// Each of 200 is answered, and what is kept stays bounded.
    fn two_hundred_in_a_row(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        for _ in 0..200 {
            host.ask("version", "agent").done();
        }
        within(Duration::from_secs(2), || (host.answers().len() <= KEPT).then_some(())).expect("old answers stay");
        assert!(host.answers().len() >= KEPT - 1, "young answers go: {}", host.answers().len());
        assert!(!agent.log().contains("E2BIG") && !agent.log().contains("ENOSPC") && !agent.log().contains("EQUOTA"));
    }

    /// A burst is answered whole, without the host waiting between.
    fn a_burst(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        let ids: Vec<String> = (0..KEPT - 2).map(|_| uuid()).collect();
        for id in &ids {
            host.post(id, request("version", "agent"));
        }
        for id in &ids {
            host.answer(id).done();
            host.wait_gone(id);
        }
    }

    /// What waits at the start is answered in the order of the listing.
    fn pending_at_start(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let mut host = Host::new(&daemon);
        let ids: HashSet<String> = (0..KEPT - 2).map(|_| uuid()).collect();
        for id in &ids {
            host.post(id, request("version", "agent"));
        }
        let listed = host.xs.directory(&format!("{GUEST}/data/host")).unwrap();
        host.xs.watch(&format!("{GUEST}/data/guest"), "order").unwrap();
        let _agent = Agent::spawn(&daemon.guest_socket(), &guest, &[]);
        let mut answered = Vec::new();
        while answered.len() < ids.len() {
            let (path, _) = host.xs.event(Duration::from_secs(10)).expect("an answer");
            let id = path.rsplit('/').next().unwrap().to_owned();
            if ids.contains(&id) && !answered.contains(&id) {
                answered.push(id);
            }
        }
        assert_eq!(answered, listed);
        ids.iter().for_each(|id| host.wait_gone(id));
    }

    /// More than a listing can name: the agent says so, and answers what comes.
    fn too_many_at_start(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let mut host = Host::new(&daemon);
        let ids: Vec<String> = (0..140).map(|_| uuid()).collect();
        for id in &ids {
            host.post(id, request("version", "agent"));
        }
        assert_eq!(daemon.guest().directory("data/host"), Err("E2BIG".into()));
        let agent = Agent::spawn(&daemon.guest_socket(), &guest, &[]);
        // What comes before the watch is set is one more that no listing names.
        agent.wait_until_idle();
        host.ask("version", "agent").done();
        // nova gives up on the old ones; then all is well again.
        for id in &ids {
            host.xs.rm(&format!("{GUEST}/data/host/{id}")).unwrap();
        }
        host.ask("version", "agent").done();
    }

    /// The store is full with other nodes of the guest: the answer comes once there is room.
    fn a_guest_without_room(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let (mut host, mut tools) = (Host::new(&daemon), daemon.guest());
        let mut made = 0;
        while tools.write(&format!("attr/{made}/x"), "v").is_ok() {
            made += 1;
        }
        assert!(made > 30, "{made}");
        // Without room for the answer nobody can be told; the agent must survive and serve the next.
        host.post(&uuid(), request("version", "agent"));
        tools.rm("attr/1").unwrap();
        tools.rm("attr/2").unwrap();
        host.ask("version", "agent").done();
    }
}

#[test]
fn old_answers_of_another_life_go_too() {
    let (daemon, guest) = (Daemon::start(Backend::Xenstored), Guest::new());
    let mut tools = daemon.guest();
    for _ in 0..50 {
        tools.write(&format!("data/guest/{}", uuid()), "{\"returncode\": \"0\", \"message\": \"\"}").unwrap();
    }
    let _agent = Agent::start(&daemon, &guest);
    let mut host = Host::new(&daemon);
    for _ in 0..60 {
        host.ask("version", "agent").done();
    }
}
