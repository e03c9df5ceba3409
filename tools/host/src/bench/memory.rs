//! Memory of a sleeping agent: after every kind of request was served once, and again after many.

use nova_agent_tests::agent::{Agent, Memory};
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::{Guest, agent_binary};

use crate::kinds;

/// Rss may exceed the file's size by this much, in KiB.
const RSS_BUDGET: u64 = 24;
/// Private_Dirty, in KiB.
const DIRTY_BUDGET: u64 = 48;

/// Prints both measurements; whether they are alike and within the budgets.
pub fn print(backend: Backend, count: usize) -> bool {
    let (daemon, guest) = (Daemon::start(backend), Guest::new());
    let agent = Agent::start(&daemon, &guest);
    let mut host = kinds::furnish(&daemon, &agent);
    let mut measured = |rounds: usize| -> Memory {
        for number in 0..rounds {
            kinds::round(&mut host, number, &mut |_, _| ());
        }
        agent.wait_until_idle();
        agent.memory()
    };
    let once = measured(1);
    let many = measured(count / kinds::KINDS);
    let file = std::fs::metadata(agent_binary()).expect("the agent").len() / 1024;
    let ok = once == many && many.rss <= file + RSS_BUDGET && many.private_dirty <= DIRTY_BUDGET;
    println!(
        "Memory of a sleeping agent, the file being {file} KiB (budgets: Rss file + {RSS_BUDGET}, Private_Dirty {DIRTY_BUDGET} KiB):\n"
    );
    println!("| after | Rss | Private_Dirty |");
    println!("|---|---|---|");
    for (after, memory) in [("every kind of request once".to_owned(), &once), (format!("{count} requests of all kinds"), &many)] {
        println!("| {after} | {} KiB | {} KiB |", memory.rss, memory.private_dirty);
    }
    println!("\n{}", if ok { "within the budgets, and the same" } else { "OVER a budget, or not the same" });
    ok
}
