//! The network configuration of distributions.

pub mod out;
pub mod shell;
pub mod shellvars;
#[cfg(test)]
mod shellvars_tests;
