//! The agent as the host sees it: the release binary as unprivileged domain 1, on the development store and on both real daemons.
//!
//! Each test has a daemon, a guest and an agent of its own, in a network of its own. A test written with `on_every_daemon!` runs three times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

/// Makes three tests of each function: one per daemon.
macro_rules! on_every_daemon {
    ($($(#[doc = $doc:literal])* fn $name:ident($backend:ident) $body:block)*) => {$(
        $(#[doc = $doc])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs all")]
            use super::*;

            fn run($backend: nova_agent_tests::daemon::Backend) $body

            #[test]
            fn development() {
                run(nova_agent_tests::daemon::Backend::ALL[0]);
            }

            #[test]
            fn xenstored() {
                run(nova_agent_tests::daemon::Backend::ALL[1]);
            }

            #[test]
            fn oxenstored() {
                run(nova_agent_tests::daemon::Backend::ALL[2]);
            }
        }
    )*};
}

mod commands;
mod files;
mod limits;
mod malformed;
mod passwords;
mod permissions;
mod process;
mod recovery;
mod service;
