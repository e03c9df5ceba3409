//! up MANAGER ETC LINK=MAC…: brings links up from a tree of /etc with a real tool and prints what they look like then.
//!
//! For trying files by hand: `TOOLS=$PWD/.cache/tools cargo run --package nova-agent-tests --example up -- Busybox
//! tests/golden/ifupdown/plain/etc-after eth0=40:40:aa:bb:cc:01`. As root, or in `unshare -Urnum`.

use std::path::Path;
use std::process::ExitCode;

use nova_agent_tests::tools::{Manager, System};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (manager, etc, links) = match arguments.as_slice() {
        [manager, etc, links @ ..] => (Manager::ALL.into_iter().find(|m| format!("{m:?}").eq_ignore_ascii_case(manager)), etc, links),
        _ => (None, &String::new(), [].as_slice()),
    };
    let Some(manager) = manager else {
        eprintln!("usage: up MANAGER ETC LINK=MAC…, MANAGER one of {:?}", Manager::ALL);
        return ExitCode::from(64);
    };
    let system = System::new();
    for (name, mac) in links.iter().filter_map(|link| link.split_once('=')) {
        system.link(name, mac);
    }
    system.install(Path::new(etc));
    manager.up(&system);
    print!("{}", system.live());
    ExitCode::SUCCESS
}
