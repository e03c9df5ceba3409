//! Linux from 2.6.18: what POSIX does not have, and every system call, made without the C library. Newer calls have a fallback for kernels
//! that answer ENOSYS.

pub mod attributes;
pub mod calls;
pub mod dhcp;
pub mod directory;
pub mod driver;
pub mod links;
#[cfg(test)]
mod links_tests;
pub mod memory;
pub mod netlink;
pub mod offline;
mod path;
pub mod signals;
pub mod system;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "x86_64")]
use x86_64 as machine;
#[cfg(not(target_arch = "x86_64"))]
compile_error!("a machine needs its start, its system call and its return from signal handlers, as in x86_64.rs");

/// How distributions of Linux keep the network's configuration.
pub use crate::network::config::backends::LINUX as BACKENDS;
pub use system::{clock, close_descriptors_from, forbid_core_files, fork, kernel_log, nodename, on_xen, random, set_nodename, store_paths};
