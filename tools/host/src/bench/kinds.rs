//! Every kind of request: how long it takes and how many system calls it costs, on a guest with two links.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use nova_agent_host::scene;
use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::Guest;
use nova_agent_tests::host::{Answer, Host, base64};
use nova_agent_tests::password::{self, Digest, Key};
use nova_agent_tests::trace;

use crate::bare;
use crate::figures::Figures;
use crate::roundtrip::{Bare, Side};

/// One kind.
pub struct Kind {
    /// For the table.
    pub name: &'static str,
    /// From the host's write to the answer being read.
    pub took: Figures,
    /// From the event to sleeping in poll again, the median of several.
    pub calls: Figures,
}

/// What one round of requests gives: for each, its name and its answer.
type Told<'a> = &'a mut dyn FnMut(&'static str, Answer);

/// Times `rounds` of every kind, then counts the system calls of some more under strace.
pub fn measure(backend: Backend, rounds: usize, traced: usize) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let agent = Agent::start(&daemon, &guest);
        let mut host = furnish(&daemon, &agent);
        for number in 0..rounds {
            round(&mut host, number, &mut |name, answer| kind(&mut kinds, name).took.add(answer.us * 1000));
        }
    }
    let (daemon, guest) = (Daemon::start(backend), Guest::new());
    let file = guest.beside("trace");
    let agent = Agent::traced(&daemon.guest_socket(), &guest, &file);
    let mut host = furnish(&daemon, &agent);
    agent.wait_until_idle();
    let mut before = trace::since(&file, 0).len();
    for number in 0..traced {
        round(&mut host, number, &mut |name, _| {
            agent.wait_until_idle();
            let all = trace::since(&file, 0).len();
            kind(&mut kinds, name).calls.add((all - before) as u64);
            before = all;
        });
    }
    kinds
}

/// The system calls from exec to the first poll.
pub fn start(backend: Backend) -> Vec<String> {
    let (daemon, guest) = (Daemon::start(backend), Guest::new());
    let file = guest.beside("trace");
    let agent = Agent::traced(&daemon.guest_socket(), &guest, &file);
    Host::new(&daemon).ask("version", "agent");
    agent.wait_until_idle();
    let directories = [daemon.guest_socket().with_file_name(""), guest.beside("")].map(|d| d.display().to_string());
    let short = |call: String| directories.iter().fold(call, |call, directory| call.replace(directory, ""));
    let one_space = |call: String| call.split_whitespace().collect::<Vec<_>>().join(" ");
    trace::start(&file).into_iter().map(short).map(one_space).collect()
}

/// The system calls of the bare client for one `version`.
pub fn bare(backend: Backend) -> usize {
    let daemon = Daemon::start(backend);
    let guest = Guest::new();
    let file: PathBuf = guest.beside("trace");
    let _bare = Bare::start(&daemon, Some(&file));
    let mut side = Side::new(&daemon, bare::REQUESTS, bare::ANSWERS, true);
    side.trip();
    let settled = |file: &Path| {
        sleep(Duration::from_millis(300));
        trace::since(file, 0).len()
    };
    let before = settled(&file);
    side.trip();
    settled(&file) - before
}

/// A host of a guest with two links.
pub fn furnish(daemon: &Daemon, agent: &Agent) -> Host {
    let mut host = Host::new(daemon);
    // It is in its own network only once it has answered.
    host.ask("version", "agent");
    agent.in_network(scene::LINKS);
    host
}

/// Requests in a round.
pub const KINDS: usize = 9;

/// Every kind once. Links and files change with every round, and then are asked for again.
pub fn round(host: &mut Host, number: usize, told: Told<'_>) {
    let mut ask = |name: &'static str, answer: Answer| {
        assert!(["0", "D0", "404"].contains(&answer.returncode.as_str()), "{name}: {}", answer.message);
        told(name, answer);
    };
    ask("version", host.ask("version", "agent"));
    ask("features", host.ask("features", ""));
    let private = password::private();
    let answer = host.ask("keyinit", password::public(private));
    let key = Key::shared(private, &answer);
    ask("keyinit", answer);
    ask("password", host.ask("password", key.encrypt(b"correct horse battery staple\n", Digest::Default)));
    let file = base64(format!("/etc/file-{number},contents\n").as_bytes());
    ask("injectfile, a new file", host.ask("injectfile", file.as_str()));
    ask("injectfile, the same again", host.ask("injectfile", file));
    if number.is_multiple_of(2) {
        scene::describe(&mut host.xs, "web-1", &[scene::PUBLIC, scene::PRIVATE]);
    } else {
        scene::describe(&mut host.xs, "web-2", &[scene::MOVED_PUBLIC, scene::MOVED_PRIVATE]);
    }
    ask("resetnetwork, everything changes", host.ask("resetnetwork", ""));
    ask("resetnetwork, nothing changes", host.ask("resetnetwork", ""));
    ask("an unknown command", host.ask("make_coffee", ""));
}

fn kind<'a>(kinds: &'a mut Vec<Kind>, name: &'static str) -> &'a mut Kind {
    let at = kinds.iter().position(|kind| kind.name == name).unwrap_or_else(|| {
        kinds.push(Kind { name, took: Figures::default(), calls: Figures::default() });
        kinds.len() - 1
    });
    &mut kinds[at]
}
