//! The programs run to their end and find nothing wrong, and say what is missing where they cannot run.
//!
//! They need the agent's release binary (`NOVA_AGENT`) and the unpacked real daemons (`COUNTERPARTS`); the Makefile sets both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failing test panics")]

use std::process::{Command, Output};

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|octets| String::from_utf8_lossy(octets).into_owned()).concat()
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("run");
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

#[test]
fn the_demo_finds_everything_right() {
    let said = run(&mut Command::new(env!("CARGO_BIN_EXE_demo")));
    assert!(said.contains("checks right") && !said.contains("WRONG"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 100), "a line is longer than 100 columns:\n{said}");
    assert!(!said.contains('\x1b'), "colours where nobody looks");
}

/// Root without any capability, in a user namespace that may have no other: as where a sysctl forbids them.
#[test]
fn the_demo_says_what_forbids_it() {
    let script = "echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all \"$1\"";
    let output = Command::new("unshare").args(["-Ur", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_demo")]).output().unwrap();
    assert_eq!((output.status.code(), text(&output).as_str()), (Some(1), "namespaces are forbidden here: user.max_user_namespaces is 0\n"));
}

#[test]
fn the_bench_is_within_its_budgets() {
    let said = run(Command::new(env!("CARGO_BIN_EXE_bench")).arg("--brief"));
    for row in ["| development server |", "| xenstored |", "| oxenstored |"] {
        assert!(said.contains(row), "{said}");
    }
}

#[test]
fn unknown_words_are_refused() {
    for program in [env!("CARGO_BIN_EXE_demo"), env!("CARGO_BIN_EXE_bench")] {
        assert_eq!(Command::new(program).arg("--frobnicate").output().unwrap().status.code(), Some(64));
    }
}
