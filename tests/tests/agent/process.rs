//! The process itself: signals, memory, wake-ups, system calls, the device node.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use nova_agent_tests::agent::{Agent, within};
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::{Guest, agent_binary};
use nova_agent_tests::host::Host;
use nova_agent_tests::password::{Digest, set_password};
use nova_agent_tests::pty::Pty;
use nova_agent_tests::trace;

/// SIGTERM and SIGINT end it cleanly, also with a connection to a live daemon.
#[test]
fn signals_end_it() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let mut agent = Agent::start(&daemon, &guest);
        agent.signal(signal);
        assert_eq!(agent.wait(Duration::from_secs(5)).code(), Some(0));
    }
}

/// SIGTERM is honoured while it waits for a daemon that is gone.
#[test]
fn a_signal_ends_it_without_a_daemon() {
    let (mut daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let mut agent = Agent::start(&daemon, &guest);
    daemon.kill();
    sleep(Duration::from_millis(300));
    agent.signal(libc::SIGTERM);
    assert_eq!(agent.wait(Duration::from_secs(2)).code(), Some(0));
}

/// After logrotate moved the log away, SIGHUP makes a new one of mode 0600.
#[test]
fn sighup_reopens_the_log() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let agent = Agent::start(&daemon, &guest);
    let mut host = Host::new(&daemon);
    fs::rename(guest.beside("log"), guest.beside("log.1")).unwrap();
    agent.signal(libc::SIGHUP);
    within(Duration::from_secs(5), || guest.beside("log").exists().then_some(())).expect("a new log");
    host.ask("version", "agent").done();
    agent.wait_for_log("version");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(guest.beside("log")).unwrap().permissions().mode() & 0o777, 0o600);
}

/// SIGPIPE and the like do not end it.
#[test]
fn other_signals_are_ignored() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let agent = Agent::start(&daemon, &guest);
    agent.signal(libc::SIGPIPE);
    Host::new(&daemon).ask("version", "agent").done();
}

/// An idle agent never wakes: 60 seconds on each of the three daemons.
#[test]
fn sixty_idle_seconds() {
    let guests = [Guest::new(), Guest::new(), Guest::new()];
    let daemons = Backend::ALL.map(Daemon::start);
    let agents: Vec<Agent> = daemons.iter().zip(&guests).map(|(daemon, guest)| Agent::start(daemon, guest)).collect();
    // READY and old answers are timed too; after them there is nothing left to wake for.
    sleep(Duration::from_secs(15));
    let before: Vec<u64> = agents.iter().map(Agent::wakeups).collect();
    for second in (5..=60).step_by(5) {
        sleep(Duration::from_secs(5));
        let after: Vec<u64> = agents.iter().map(Agent::wakeups).collect();
        assert_eq!(after, before, "voluntary context switches after {second} s");
    }
    for daemon in &daemons {
        Host::new(daemon).ask("version", "agent").done();
    }
}

/// Within the budget after each kind of request, and no more after many.
#[test]
fn memory_stays() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let agent = Agent::start(&daemon, &guest);
    let mut host = Host::new(&daemon);
    set_password(&mut host, "one", Digest::Md5).done();
    for name in ["features", "resetnetwork", "agentupdate", "nope"] {
        host.ask(name, "");
    }
    host.ask("injectfile", "L2V0Yy94LGhlbGxvCg==");
    host.ask_raw("[".repeat(4000)).failed();
    for _ in 0..40 {
        host.ask("version", "agent").done();
    }
    agent.wait_until_idle();
    let first = agent.memory();
    for i in 0..400 {
        host.ask("version", "agent").done();
        if i % 100 == 0 {
            set_password(&mut host, "two", Digest::Default).done();
        }
    }
    agent.wait_until_idle();
    let file = fs::metadata(agent_binary()).unwrap().len() / 1024;
    assert_eq!(agent.memory(), first, "memory grows");
    assert!(first.private_dirty <= 48, "{first:?}");
    assert!(first.rss <= file + 24, "{first:?}, file {file} KiB");
}

/// At most 20 system calls from exec to the first poll.
#[test]
fn system_calls_at_start() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let file = guest.beside("trace");
    let agent = Agent::traced(&daemon.guest_socket(), &guest, &file);
    Host::new(&daemon).ask("version", "agent").done();
    agent.wait_until_idle();
    let calls = trace::start(&file);
    assert!(calls.len() <= 20, "{} system calls:\n{}", calls.len(), calls.join("\n"));
}

/// A device node instead of a socket: only open, read, write and poll.
#[test]
fn a_device_node() {
    let (daemon, guest) = (Daemon::start(Backend::Xenstored), Guest::new());
    let pty = Pty::new(&daemon.guest_socket());
    let agent = Agent::spawn(pty.path(), &guest, &[]);
    let mut host = Host::new(&daemon);
    host.ask("version", "agent").done();
    set_password(&mut host, "over-a-device", Digest::Default).done();
    for _ in 0..40 {
        host.ask("features", "").done();
    }
    host.ask_raw(format!("{{\"name\": \"version\", \"value\": \"{}\"}}", "x".repeat(3900))).done();
    agent.wait_until_idle();
}
