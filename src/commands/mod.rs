//! The commands a host can send: one file each, straight-line code over the ports.

pub mod keyinit;
pub mod password;
