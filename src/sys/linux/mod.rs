//! Linux from 2.6.18: what POSIX does not have. Newer calls have a fallback for kernels that answer ENOSYS.

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

/// How distributions of Linux keep the network's configuration.
pub use crate::network::config::backends::LINUX as BACKENDS;
pub use system::{
    clock, close_descriptors_from, errno_location, forbid_core_files, fork, kernel_log, nodename, on_xen, random, set_nodename, store_paths,
};
