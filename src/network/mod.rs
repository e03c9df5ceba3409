//! The network: what `vm-data` wants, what the kernel has, and the plan that makes them equal. Pure; `sys` talks to the kernel.

pub mod live;
pub mod plan;
