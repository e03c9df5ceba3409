//! What the programs that play the host for people have in common: [`namespaces`] keeps them off the machine they run on,
//! [`scene`] is the guest they play with, [`failure`] how they end when something is amiss.
//!
//! `demo` shows every command and what became of the guest, `bench` measures. Their daemons, agent and requests are those of the
//! tests (`tests/src/`).
#![allow(clippy::expect_used, reason = "a development tool on std")]

pub mod failure;
pub mod namespaces;
pub mod scene;
