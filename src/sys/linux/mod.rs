//! Linux from 2.6.18: what POSIX does not have. Newer calls have a fallback for kernels that answer ENOSYS.

pub mod attributes;
pub mod directory;
pub mod links;
pub mod system;

pub use links::Links;
pub use system::{close_descriptors_from, errno_location, forbid_core_files, fork, kernel_log, on_xen, random, set_nodename, store_paths};
