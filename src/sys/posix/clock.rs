//! Clocks (clock_gettime(2)).

/// Seconds and nanoseconds of `clock`; zero if the kernel has no such clock.
fn get(clock: libc::clockid_t) -> (u64, u64) {
    // SAFETY: all-zero is a valid timespec.
    let mut time: libc::timespec = unsafe { core::mem::zeroed() };
    // SAFETY: `time` is writable and of the right type.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    (u64::try_from(time.tv_sec).unwrap_or(0), u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// Milliseconds since some fixed moment; never steps.
pub fn now_ms() -> u64 {
    let (seconds, nanoseconds) = get(libc::CLOCK_MONOTONIC);
    seconds * 1000 + nanoseconds / 1_000_000
}

/// Seconds since 1970-01-01 UTC.
pub fn unix_time() -> u64 {
    get(libc::CLOCK_REALTIME).0
}
