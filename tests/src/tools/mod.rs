//! The distributions' own network tools, and what they make of files.
//!
//! [`System`] is a throw-away system with the real tools in it, [`Live`] what its links look like in one comparable form, and
//! [`Manager`] knows how each tool is started. The tools come from the directory named by the environment variable `TOOLS` (made by
//! `tests/tools/fetch.sh`, set by the Makefile); everything runs in namespaces, as root or in `unshare -Urnum`.

mod ifupdown;
mod live;
mod manager;
pub mod netplan;
pub mod networkd;
pub mod networkmanager;
mod others;
pub mod readers;
mod sysconfig;
mod system;

pub use live::Live;
pub use manager::Manager;
pub use system::System;
