//! What the tests of the whole agent, the demo and the bench are made of: daemons, a XenStore client, the agent as a process, the
//! host's part, and systems with the distributions' network tools.
//!
//! The tests themselves are in `tests/tests/`. They need the agent's release binary (`NOVA_AGENT`) and the unpacked real daemons
//! (`COUNTERPARTS`, made by `tests/fetch.sh`; the network tools are `TOOLS`, made by `tests/tools/fetch.sh`), as absolute paths; the
//! Makefile sets them. Most of their time is waiting: with more
//! threads than processors (`--test-threads 6`) 75 s of idleness hide all the rest.
//!
//! Nothing here uses the agent's own code: it is what the agent is judged by.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

pub mod agent;
pub mod case;
pub mod daemon;
pub mod directory;
pub mod guest;
pub mod host;
pub mod password;
pub mod pty;
pub mod reboot;
pub mod tools;
pub mod trace;
pub mod xs;
