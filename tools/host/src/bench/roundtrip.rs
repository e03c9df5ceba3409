//! Round trips of `version`: from the host's write to the answer being readable, of the agent and of the bare client, in turns on the
//! same daemon, so that whatever else the machine does hits both.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{sleep, yield_now};
use std::time::{Duration, Instant};

use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Backend, Daemon, GUEST, die_with_us};
use nova_agent_tests::guest::Guest;
use nova_agent_tests::host::{request, uuid};
use nova_agent_tests::xs::Xs;

use crate::bare;
use crate::figures::Figures;

/// Answers that stay in the store: as many as the agent keeps, so that both write into a directory of the same size.
const KEPT: usize = 32;
/// How long a client may still be busy with what follows an answer.
const QUIET: Duration = Duration::from_micros(500);
/// Round trips before the counted ones.
const WARM_UP: usize = 50;

/// Both clients' figures.
pub struct Pair {
    /// The agent's.
    pub agent: Figures,
    /// The bare client's.
    pub bare: Figures,
}

impl Pair {
    /// The agent's median over the bare client's.
    pub fn ratio(&self) -> f64 {
        self.agent.percentile(50) as f64 / self.bare.percentile(50) as f64
    }
}

/// `count` round trips of each.
pub fn measure(backend: Backend, count: usize) -> Pair {
    let (daemon, guest) = (Daemon::start(backend), Guest::new());
    let _agent = Agent::start(&daemon, &guest);
    let _bare = Bare::start(&daemon, None);
    let mut agent = Side::new(&daemon, "data/host", "data/guest", false);
    let mut bare = Side::new(&daemon, bare::REQUESTS, bare::ANSWERS, true);
    let mut pair = Pair { agent: Figures::default(), bare: Figures::default() };
    for round in 0..WARM_UP + count {
        // Whoever comes first may find the machine in another state.
        let (a, b) = if round.is_multiple_of(2) {
            let a = agent.trip();
            (a, bare.trip())
        } else {
            let b = bare.trip();
            (agent.trip(), b)
        };
        if round >= WARM_UP {
            pair.agent.add(a);
            pair.bare.add(b);
        }
    }
    pair
}

/// The bare client as a process.
pub struct Bare(Child);

impl Bare {
    /// Starts it, under strace if there is a file for the trace, and waits until it is ready.
    pub fn start(daemon: &Daemon, trace: Option<&Path>) -> Self {
        let us = std::env::current_exe().expect("our own path");
        let mut command = Command::new(if trace.is_some() { Path::new("strace") } else { &us });
        if let Some(trace) = trace {
            command.args(["-D", "-o"]).arg(trace).arg(&us);
        }
        command.arg("--bare").arg(daemon.guest_socket()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = die_with_us(&mut command).spawn().expect("start the bare client");
        let said = child.stdout.as_mut().map(|out| BufReader::new(out).lines().next());
        assert!(matches!(said, Some(Some(Ok(_)))), "the bare client is not ready");
        Self(child)
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The host's connection to one of the two.
pub struct Side {
    xs: Xs,
    requests: String,
    answers: String,
    /// Answers that we remove since the client does not.
    old: Option<VecDeque<String>>,
}

impl Side {
    /// Watches the answers.
    pub fn new(daemon: &Daemon, requests: &str, answers: &str, tidy: bool) -> Self {
        let (requests, answers) = (format!("{GUEST}/{requests}"), format!("{GUEST}/{answers}"));
        let mut xs = daemon.host();
        xs.watch(&answers, "answer").expect("watch the answers");
        Self { xs, requests, answers, old: tidy.then(VecDeque::new) }
    }

    /// One round trip in nanoseconds.
    pub fn trip(&mut self) -> u64 {
        let id = uuid();
        let (to, from) = (format!("{}/{id}", self.requests), format!("{}/{id}", self.answers));
        let value = request("version", "agent");
        let start = Instant::now();
        self.xs.write(&to, value).expect("write the request");
        loop {
            let (path, _) = self.xs.event(Duration::from_secs(10)).expect("an answer");
            if path == from {
                break;
            }
        }
        let ns = start.elapsed().as_nanos() as u64;
        assert!(self.xs.text(&from).starts_with(r#"{"returncode": "0""#), "an answer to version");
        while self.xs.read(&to).is_ok() {
            yield_now();
        }
        self.tidy(from);
        sleep(QUIET);
        ns
    }

    fn tidy(&mut self, newest: String) {
        let Some(old) = &mut self.old else { return };
        old.push_back(newest);
        if old.len() > KEPT
            && let Some(oldest) = old.pop_front()
        {
            self.xs.rm(&oldest).expect("remove an old answer");
        }
    }
}
