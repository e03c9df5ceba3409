//! The OS contract: every name an operating system's module must define. The only place that says `target_os`.
//!
//! All `unsafe` code of the library is below this module: one operation per block, each with its reason.

#![allow(unsafe_code)]
