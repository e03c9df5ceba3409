//! The commands a host can send: one file each, straight-line code over the ports.

pub mod inject;
pub mod interfaces;
pub mod keyinit;
mod nextboot;
pub mod password;
pub mod resetnetwork;
#[cfg(test)]
mod resetnetwork_tests;

use crate::error::{Error, What};
use crate::json::JsonText;
use crate::ports::Ports;
use crate::reply::{Answer, Code};
use crate::request::Command;
pub use keyinit::Keys;

/// The agent's version: four numbers, above every 1.x and 2.x (hosts compare it number by number).
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), ".0");

/// Exactly the commands that work, comma separated, no spaces.
pub const FEATURES: &str = "features,file_inject,injectfile,keyinit,password,resetnetwork,version";

/// Memory for one command. All zero octets are its empty state.
pub struct Room {
    /// The text of a request or of a value in `vm-data`.
    pub text: JsonText,
    /// What was understood of `vm-data`.
    pub interfaces: interfaces::Interfaces,
}

impl Room {
    /// Empty.
    pub const fn new() -> Self {
        Self { text: JsonText::new(), interfaces: interfaces::Interfaces::new() }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

/// Does one command and fills in the answer. `room` is memory for it; what it leaves there is wiped by the caller.
///
/// # Errors
///
/// Why it was not done; the host gets this as a 500.
pub fn run(command: &Command<'_>, ports: &mut Ports<'_>, keys: &mut Keys, room: &mut Room, answer: &mut Answer) -> Result<(), Error> {
    let Room { text: scratch, interfaces } = room;
    scratch.clear();
    // The new length is the capacity, so it fits.
    let _ = scratch.resize_default(scratch.capacity());
    match command {
        Command::Version => answer.set(Code::Done, VERSION, &[]),
        Command::Features => answer.set(Code::Done, FEATURES, &[]),
        Command::KeyInit(value) => return keyinit::run(keys, ports.host, value, answer),
        Command::Password(value) => return password::run(keys, ports, value, answer),
        Command::InjectFile(value) => return inject::joined(ports, value, scratch, answer),
        Command::FileInject { path, file } => return inject::separate(ports, path, file, scratch, answer),
        Command::ResetNetwork => return resetnetwork::run(ports, scratch, interfaces, answer),
        Command::AgentUpdate => return Err(Error::Request(What::UpdateByPackage)),
        Command::Unknown(_) => answer.set(Code::Unknown, "no such command", &[]),
    }
    Ok(())
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
