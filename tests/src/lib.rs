//! What the tests of the whole agent, the demo and the bench are made of: daemons, a XenStore client, the agent as a process, and
//! the host's part.
//!
//! The tests themselves are in `tests/tests/`. They need the agent's release binary (`NOVA_AGENT`) and the unpacked real daemons
//! (`COUNTERPARTS`); the Makefile sets both. Nothing here uses the agent's own code: it is what the agent is judged by.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

pub mod agent;
pub mod daemon;
pub mod directory;
pub mod guest;
pub mod host;
pub mod password;
pub mod pty;
pub mod trace;
pub mod xs;
