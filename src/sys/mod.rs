//! The OS contract: every name an operating system's module must define. The only place that says `target_os`.
//!
//! All `unsafe` code of the library is below this module: one operation per block, each with its reason. A system defines, as `os`:
//!
//! * `store_paths`, `on_xen`: where XenStore's device is, and whether it will come;
//! * `close_descriptors_from`, `forbid_core_files`, `fork`, `random`, `clock`, `nodename`, `set_nodename`, `kernel_log`;
//! * `calls`: system calls as POSIX has them, but an error is its number, negated;
//! * `signals`: sets of signals, handlers, and waiting with signals;
//! * `directory::for_each_name`: the names in an open directory;
//! * `links::Links` and `links::Buffer`: the `Links` port and the memory it is given;
//! * `offline::OfflineLinks`: the `Links` port of a system that does not run;
//! * `memory::map`: new memory; `memory::give_back`, `memory::give_back_stack`: what a sleeping agent does not need;
//! * `BACKENDS`: how its distributions keep the network's configuration;
//! * `attributes::copy`: labels, ACLs and user attributes from one open file to another.
//!
//! What POSIX has is in `posix` and shared.

#![allow(unsafe_code)]

pub mod arena;
#[cfg(test)]
pub mod measured;
pub mod posix;

#[cfg(target_os = "linux")]
pub mod linux;
#[cfg(target_os = "linux")]
pub use linux as os;
