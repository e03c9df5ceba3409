//! A small XenStore server for development. Never shipped: it lets the demo and the tests run where the real daemons are not
//! installed, and answers as the one named by [`Like`] does (error words, order, limits). Where it differs, it is wrong.
//!
//! `server` owns the state and runs in one thread; each connection has a thread that reads and one that writes.
//! A request goes `server` -> `session` (watches, transactions, domains) -> `nodes` (the operations) -> `tree`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a development tool on std")]

mod like;
mod nodes;
mod server;
mod session;
mod transaction;
mod tree;
pub mod wire;

pub use like::{Like, Limits};
pub use server::{Server, serve};

/// An error as the protocol names it, such as `ENOENT`.
pub type Word = &'static str;
