//! The commands a host can send: one file each, straight-line code over the ports.
