//! What the host's part finds wrong by itself (no answer, an answer that nova could not read, a missing package) ends the program: one
//! line, what the agent said, exit status 1.

use std::fs;
use std::path::PathBuf;
use std::process::exit;

use nova_agent_tests::guest::Guest;

/// Makes panics end the program so; with a guest, its agent's log and errors are shown.
pub fn end_on_panic(label: &'static str, guest: Option<&Guest>) {
    let said: Vec<PathBuf> = guest.into_iter().flat_map(|guest| ["log", "stderr"].map(|name| guest.beside(name))).collect();
    std::panic::set_hook(Box::new(move |what| {
        let payload = what.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref().copied());
        eprintln!("{label}{}", text.unwrap_or("?"));
        for file in &said {
            fs::read_to_string(file).unwrap_or_default().lines().for_each(|line| eprintln!("    agent     {line}"));
        }
        exit(1);
    }));
}
