//! What Linux and FreeBSD share: POSIX.1-2008 calls, made safe..

pub mod backup;
pub mod bytes;
pub mod channel;
pub mod clock;
pub mod fd;
pub mod files;
pub mod host;
pub mod library;
pub mod locks;
pub mod log;
pub mod name;
pub mod process;
pub mod replace;
pub mod signal;
pub mod state_file;
pub mod walk;
