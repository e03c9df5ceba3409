//! The network: what `vm-data` wants, what the kernel has, and the plan that makes them equal. Pure; `sys` talks to the kernel.

pub mod apply;
pub mod config;
pub mod dhcp;
mod entry;
pub mod ip;
pub mod items;
pub mod lines;
pub mod live;
pub mod model;
pub mod nodename;
pub mod parse;
pub mod plan;
pub mod resolv;
pub mod rtnetlink;

#[cfg(test)]
pub mod fake;
#[cfg(test)]
mod parse_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod rtnetlink_tests;
