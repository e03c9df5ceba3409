//! Clocks (clock_gettime(2)).

use super::super::os::clock;

/// Milliseconds since some fixed moment; never steps.
#[inline(never)]
pub fn now_ms() -> u64 {
    let (seconds, nanoseconds) = clock(libc::CLOCK_MONOTONIC);
    seconds * 1000 + nanoseconds / 1_000_000
}

/// Seconds since 1970-01-01 UTC.
pub fn unix_time() -> u64 {
    clock(libc::CLOCK_REALTIME).0
}
