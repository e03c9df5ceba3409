//! The commands a host can send: one file each, straight-line code over the ports.

pub mod resetnetwork;
#[cfg(test)]
mod resetnetwork_tests;
