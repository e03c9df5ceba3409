//! nova-agent: lets a cloud configure a Xen guest from outside, through XenStore.
//!
//! Pure modules (bytes in, bytes or a plan out) never see a file descriptor; `sys` holds every system call.
//! `docs/ARCHITECTURE.md` is the map.

#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod account;
pub mod apply;
pub mod base64;
pub mod cli;
pub mod commands;
pub mod crypto;
pub mod error;
pub mod json;
pub mod limits;
pub mod log;
#[cfg(test)]
pub mod memory;
pub mod network;
pub mod packed;
pub mod ports;
pub mod reply;
pub mod request;
pub mod run;
pub mod settings;
pub mod state;
pub mod sys;
pub mod text;
pub mod what;
pub mod xenstore;
