//! `bench [--brief|--memory]`: measures the release binary (`NOVA_AGENT`) and prints Markdown. Times are of this machine; what is judged are
//! ratios and counts, which are not. Exit status 1 if one is over its budget.
//!
//! The real daemons are measured where `COUNTERPARTS` names them (`tests/fetch.sh`), else the development server alone.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a development tool on std")]

mod bare;
mod figures;
mod kinds;
mod memory;
mod purposes;
mod roundtrip;

use std::path::Path;
use std::process::ExitCode;

use nova_agent_host::{failure, namespaces};
use nova_agent_tests::daemon::Backend;

use kinds::Kind;

/// Ratio of the agent's median round trip to the bare client's.
const RATIO_BUDGET: f64 = 1.5;
/// System calls from exec to the first poll.
const START_BUDGET: usize = 20;

/// Requests after which memory must be what it was after the first ones.
const MANY: usize = 10_000;

/// How much is measured.
struct Effort {
    trips: usize,
    rounds: usize,
    traced: usize,
}

const FULL: Effort = Effort { trips: 2000, rounds: 50, traced: 5 };
/// For every test run: ends within 20 seconds.
const BRIEF: Effort = Effort { trips: 200, rounds: 4, traced: 1 };

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let effort = match words[..] {
        [] => FULL,
        ["--brief"] => BRIEF,
        ["--memory"] => {
            failure::end_on_panic("bench: ", None);
            namespaces::enter();
            return namespaces::status(memory::print(Backend::ALL[0], MANY));
        }
        ["--bare", socket] => {
            // The daemon's end is ours.
            let _ = bare::serve(Path::new(socket));
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("usage: bench [--brief|--memory]");
            return ExitCode::from(64);
        }
    };
    failure::end_on_panic("bench: ", None);
    namespaces::enter();
    let real = std::env::var_os("COUNTERPARTS").is_some();
    let backends = if real { &Backend::ALL[..] } else { &Backend::ALL[..1] };
    let backend = if real { Backend::Xenstored } else { Backend::ALL[0] };
    if !real {
        println!("COUNTERPARTS is not set (tests/fetch.sh): no real daemon is measured.\n");
    }
    let quick = round_trips(backends, effort.trips);
    requests(backend, &effort);
    let justified = purposes::print(backend);
    let few = start(backend);
    namespaces::status(quick && few && justified)
}

fn round_trips(backends: &[Backend], count: usize) -> bool {
    println!("Round trip of `version`, from the host's write to a readable answer, {count} of each client in turns:\n");
    println!("| XenStore daemon | agent p50 | agent p99 | bare client p50 | bare client p99 | ratio of p50 | budget {RATIO_BUDGET} |");
    println!("|---|---|---|---|---|---|---|");
    let mut all_ok = true;
    for backend in backends {
        let pair = roundtrip::measure(*backend, count);
        let (agent, bare, ok) = (&pair.agent, &pair.bare, pair.ratio() <= RATIO_BUDGET);
        let times = [agent.us(50), agent.us(99), bare.us(50), bare.us(99)].join(" | ");
        println!("| {} | {times} | {:.2} | {} |", name(*backend), pair.ratio(), verdict(ok));
        all_ok &= ok;
    }
    all_ok
}

fn requests(backend: Backend, effort: &Effort) {
    println!(
        "\nEvery kind of request, on {} (times of {}, system calls from its event to sleeping again):\n",
        name(backend),
        effort.rounds
    );
    println!("| request | p50 | p99 | system calls |");
    println!("|---|---|---|---|");
    let kinds = kinds::measure(backend, effort.rounds, effort.traced);
    for kind in &kinds {
        row(kind);
    }
    let named = |name: &str| kinds.iter().find(|kind| kind.name == name).expect("a kind of request");
    let (keyinit, password) = (named("keyinit"), named("password"));
    let (took, calls) = (keyinit.took.followed_by(&password.took), keyinit.calls.followed_by(&password.calls));
    row(&Kind { name: "keyinit and password, the whole exchange", took, calls });
    println!("| `version` by the bare client | | | {} |", kinds::bare(backend));
}

fn row(kind: &Kind) {
    println!("| {} | {} | {} | {} |", kind.name, kind.took.ms(50), kind.took.ms(99), kind.calls.percentile(50));
}

fn start(backend: Backend) -> bool {
    let calls = kinds::start(backend);
    let ok = calls.len() <= START_BUDGET;
    println!("\nFrom exec to the first poll: {} system calls (budget {START_BUDGET}: {}):\n", calls.len(), verdict(ok));
    for call in &calls {
        println!("    {call}");
    }
    ok
}

fn name(backend: Backend) -> &'static str {
    match backend {
        Backend::Development(_) => "development server",
        Backend::Xenstored => "xenstored",
        Backend::Oxenstored => "oxenstored",
    }
}

fn verdict(ok: bool) -> &'static str {
    if ok { "ok" } else { "over" }
}
