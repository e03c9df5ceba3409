//! Crashes: of the agent between its steps, of the daemon under it.

use std::time::Duration;

use nova_agent_tests::agent::{Agent, within};
use nova_agent_tests::daemon::{Backend, Daemon, GUEST};
use nova_agent_tests::guest::{Guest, SHADOW, crypt_accepts};
use nova_agent_tests::host::{Host, base64, request, uuid};
use nova_agent_tests::password::{Digest, Key, set_password};

on_every_daemon! {
    /// Died between answer and removal: the request is removed and not done again.
    fn answered_but_not_removed(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let (mut host, mut tools) = (Host::new(&daemon), daemon.guest());
        let (answered, open) = (uuid(), uuid());
        let earlier = "{\"returncode\": \"0\", \"message\": \"of an earlier life\"}";
        host.post(&answered, request("version", "agent"));
        tools.write(&format!("data/guest/{answered}"), earlier).unwrap();
        host.post(&open, request("version", "agent"));
        let _agent = Agent::spawn(&daemon.guest_socket(), &guest, &[]);
        host.wait_gone(&answered);
        host.answer(&open).done();
        assert_eq!(host.answer(&answered).message, "of an earlier life");
    }

    /// While it runs, a request under an id that has an answer is new.
    fn the_same_id_again(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        let id = uuid();
        assert_eq!(host.ask_as(&id, request("version", "agent")).returncode, "0");
        host.wait_gone(&id);
        host.post(&id, request("nope", ""));
        let path = format!("{GUEST}/data/guest/{id}");
        within(Duration::from_secs(10), || host.xs.text(&path).contains("404").then_some(())).expect("a second answer");
        host.wait_gone(&id);
    }

    /// The daemon goes and comes back empty: the agent connects again and watches again.
    fn daemon_restart(backend) {
        let (mut daemon, guest) = (Daemon::start(backend), Guest::new());
        let agent = Agent::start(&daemon, &guest);
        for pause in [0, 200] {
            daemon.kill();
            std::thread::sleep(Duration::from_millis(pause));
            daemon.boot();
            let mut host = Host::new(&daemon);
            host.ask("version", "agent").done();
            host.ask("version", "agent").done();
        }
        agent.wait_until_idle();
    }

    /// A killed agent leaves the store usable, and the next one finds what waits.
    fn agent_restart(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let mut host = Host::new(&daemon);
        Agent::start(&daemon, &guest).kill();
        let id = uuid();
        host.post(&id, request("version", "agent"));
        let _agent = Agent::spawn(&daemon.guest_socket(), &guest, &[]);
        host.answer(&id).done();
        host.wait_gone(&id);
    }

    /// A command in which the agent dies twice is given up.
    fn a_deadly_request(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let mut host = Host::new(&daemon);
        let id = uuid();
        let absent = r#"{"label": "x", "mac": "40:40:27:00:00:99", "ips": [{"ip": "192.0.2.7", "enabled": "1", "netmask": "255.255.255.0"}]}"#;
        host.xs.write(&format!("{GUEST}/vm-data/networking/404027000099"), absent).unwrap();
        host.post(&id, request("resetnetwork", ""));
        let state = guest.path("var/lib/nova-agent/state");
        for _ in 0..2 {
            // It waits for the link now; the state file names the request.
            let agent = Agent::spawn(&daemon.guest_socket(), &guest, &[]);
            let begun = || std::fs::read(&state).is_ok_and(|s| s.windows(id.len()).any(|w| w == id.as_bytes())).then_some(());
            within(Duration::from_secs(5), begun).expect("the request in the state file");
            std::thread::sleep(Duration::from_millis(300));
            agent.kill();
            assert!(host.is_pending(&id) && host.answers().is_empty());
        }
        let _agent = Agent::spawn(&daemon.guest_socket(), &guest, &[]);
        host.answer(&id).failed();
        host.wait_gone(&id);
        host.ask("version", "agent").done();
    }
}

/// Has an agent killed in each system call of a request that changes something, each time with a guest of its own. `begin` posts the
/// request when the agent runs; `check` sees the guest when the next agent runs.
fn killed_everywhere(begin: impl Fn(&mut Host) -> String, check: impl Fn(&Guest, &mut Host, &str)) {
    for name in ["fsync", "pwrite64", "mkdirat", "fchown", "fchmod", "linkat", "renameat", "unlinkat"] {
        for nth in 1.. {
            let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
            guest.write("etc/motd", 0o640, "old\n");
            let mut host = Host::new(&daemon);
            let mut agent = Agent::killed_in(&daemon.guest_socket(), &guest, name, nth);
            let id = begin(&mut host);
            let over = || (agent.has_ended() || !host.is_pending(&id)).then_some(());
            within(Duration::from_secs(10), over).expect("the request's end, or the agent's");
            if !agent.has_ended() {
                assert!(nth > 1 || name == "mkdirat" || name == "unlinkat", "{name} was not called");
                break;
            }
            let _agent = Agent::start(&daemon, &guest);
            check(&guest, &mut host, &id);
            let left =
                |names: Vec<String>| names.into_iter().find(|n| n.starts_with(".nova-agent.") || n.ends_with(".lock") && n != ".pwd.lock");
            assert_eq!(left(guest.names("etc")), None, "{name} {nth}");
        }
    }
}

#[test]
fn a_file_is_injected_wherever_the_agent_dies() {
    let begin = |host: &mut Host| {
        let id = uuid();
        host.post(&id, request("injectfile", base64(b"/etc/motd,new\n")));
        id
    };
    killed_everywhere(begin, |guest, host, id| {
        host.answer(id).done();
        host.wait_gone(id);
        assert_eq!((guest.read("etc/motd").as_str(), guest.mode("etc/motd")), ("new\n", 0o640));
        let [backup] = guest.names("etc").into_iter().filter(|n| n.starts_with("motd.")).collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(guest.read(&format!("etc/{backup}")), "old\n");
    });
}

#[test]
fn a_password_is_set_or_not_wherever_the_agent_dies() {
    let begin = |host: &mut Host| {
        let (id, text) = (uuid(), Key::agree(host).encrypt(b"first\n", Digest::Default));
        host.post(&id, request("password", text));
        id
    };
    killed_everywhere(begin, |guest, host, id| {
        host.wait_gone(id);
        let hash = guest.root_hash();
        assert!(hash == "*" || crypt_accepts(&hash, "first"), "{hash}");
        assert_eq!(guest.read("etc/shadow").lines().skip(1).collect::<Vec<_>>(), SHADOW.lines().skip(1).collect::<Vec<_>>());
        set_password(host, "second", Digest::Default).done();
        assert!(crypt_accepts(&guest.root_hash(), "second"));
    });
}
