//! Nodes that the guest may not read, write or remove, or that are not there.

use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Daemon, GUEST};
use nova_agent_tests::guest::Guest;
use nova_agent_tests::host::{Host, request, uuid};

on_every_daemon! {
    /// data/host may go and come at any time.
    fn directory_comes_and_goes(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let directory = format!("{GUEST}/data/host");
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        for _ in 0..3 {
            host.xs.rm(&directory).unwrap();
            host.ask("version", "agent").done();
        }
        host.xs.rm(&format!("{GUEST}/data/guest")).unwrap();
        host.ask("version", "agent").done();
        host.xs.rm(&format!("{GUEST}/data")).unwrap();
        host.xs.mkdir(&format!("{GUEST}/data")).unwrap();
        host.xs.set_permissions(&format!("{GUEST}/data"), &["n1"]).unwrap();
        host.ask("version", "agent").done();
    }

    /// An unreadable directory is no error; once readable, what waits in it is answered.
    fn unreadable_directory(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let directory = format!("{GUEST}/data/host");
        let mut host = Host::new(&daemon);
        host.xs.mkdir(&directory).unwrap();
        host.xs.set_permissions(&directory, &["n0"]).unwrap();
        let id = uuid();
        host.post(&id, request("version", "agent"));
        let agent = Agent::spawn(&daemon.guest_socket(), &guest, &[]);
        agent.wait_until_idle();
        assert!(host.is_pending(&id) && host.answers().is_empty());
        host.xs.set_permissions(&format!("{directory}/{id}"), &["n1"]).unwrap();
        host.xs.set_permissions(&directory, &["n1"]).unwrap();
        host.answer(&id).done();
        host.wait_gone(&id);
        host.ask("version", "agent").done();
    }

    /// A request that may be read but not removed is answered once.
    fn removal_refused(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let directory = format!("{GUEST}/data/host");
        let mut host = Host::new(&daemon);
        host.xs.mkdir(&directory).unwrap();
        host.xs.set_permissions(&directory, &["n0", "r1"]).unwrap();
        let agent = Agent::spawn(&daemon.guest_socket(), &guest, &[]);
        agent.wait_until_idle();
        let (id, other) = (uuid(), uuid());
        host.ask_as(&id, request("version", "agent")).done();
        host.xs.rm(&format!("{GUEST}/data/guest/{id}")).unwrap();
        // The directory itself changes, then another request comes: the first one is not answered again.
        host.xs.set_permissions(&directory, &["n0", "r1"]).unwrap();
        host.ask_as(&other, request("version", "agent")).done();
        agent.wait_until_idle();
        assert!(host.is_pending(&id) && host.is_pending(&other));
        assert!(!host.answers().contains(&id), "answered again");
    }

    /// Other writers under data/host: removed before it is read, empty directories, nodes below a request.
    fn noise(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        for _ in 0..20 {
            let id = uuid();
            host.post(&id, request("version", "agent"));
            // May be gone already.
            host.xs.rm(&format!("{GUEST}/data/host/{id}")).unwrap();
        }
        host.xs.write(&format!("{GUEST}/data/host/nested/below"), "x").unwrap();
        host.xs.write(&format!("{GUEST}/data/hostile"), "x").unwrap();
        host.ask("version", "agent").done();
        assert_eq!(host.xs.text(&format!("{GUEST}/data/hostile")), "x");
    }
}
