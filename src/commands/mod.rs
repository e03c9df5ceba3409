//! The commands a host can send: one file each, straight-line code over the ports.

pub mod inject;
pub mod keyinit;
pub mod password;
pub mod resetnetwork;
#[cfg(test)]
mod resetnetwork_tests;

use crate::error::Error;
use crate::json::JsonText;
use crate::ports::Ports;
use crate::reply::{Answer, Code};
use crate::request::Command;
pub use keyinit::Keys;

/// The agent's version: four numbers, above every 1.x and 2.x (hosts compare it number by number).
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), ".0");

/// Exactly the commands that work, comma separated, no spaces.
pub const FEATURES: &str = "features,file_inject,injectfile,keyinit,password,resetnetwork,version";

/// Does one command. `scratch` is memory for it; what it leaves there is wiped by the caller.
///
/// # Errors
///
/// Why it was not done; the host gets this as a 500.
pub fn run(command: &Command<'_>, ports: &mut Ports<'_>, keys: &mut Keys, scratch: &mut JsonText) -> Result<Answer, Error> {
    scratch.clear();
    // The new length is the capacity, so it fits.
    let _ = scratch.resize_default(scratch.capacity());
    match command {
        Command::Version => Ok(Answer::done("%", &[&VERSION])),
        Command::Features => Ok(Answer::done("%", &[&FEATURES])),
        Command::KeyInit(value) => keyinit::run(keys, ports.host, value),
        Command::Password(value) => password::run(keys, ports, value),
        Command::InjectFile(value) => inject::joined(ports, value, scratch),
        Command::FileInject { path, file } => inject::separate(ports, path, file, scratch),
        Command::ResetNetwork => resetnetwork::run(ports, scratch),
        Command::AgentUpdate => Err(Error::Request("update this agent through its package")),
        Command::Unknown(_) => Ok(Answer::new(Code::Unknown, "no such command", &[])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_has_four_numbers_and_is_above_the_older_agents() {
        let numbers: std::vec::Vec<u32> = VERSION.split('.').map(|n| n.parse().unwrap()).collect();
        assert_eq!(numbers.len(), 4);
        assert!(numbers[0] >= 3);
    }
}
