//! What Linux and FreeBSD share: POSIX.1-2008 calls, made safe.

pub mod backup;
#[cfg(test)]
mod backup_tests;
pub mod bytes;
pub mod channel;
pub mod clock;
pub mod exec;
#[cfg(test)]
mod exec_tests;
pub mod fd;
pub mod files;
#[cfg(test)]
mod files_tests;
#[cfg(test)]
pub mod guest;
pub mod host;
pub mod library;
pub mod locks;
#[cfg(test)]
mod locks_tests;
pub mod log;
pub mod name;
pub mod pending;
#[cfg(test)]
mod pending_tests;
pub mod process;
pub mod replace;
pub mod signal;
pub mod socket;
pub mod state_file;
pub mod walk;
#[cfg(test)]
mod walk_tests;
