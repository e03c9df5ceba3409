//! The program: C `main`, argument vector to run loop. No agent logic here.

#![no_std]
#![no_main]
#![allow(unsafe_code)] // the C entry point

mod rt;

/// C entry point, called by musl's start code.
#[unsafe(no_mangle)]
pub extern "C" fn main(_argc: i32, _argv: *const *const u8) -> i32 {
    0
}
