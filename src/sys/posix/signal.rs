//! Signals and waiting. Signals are blocked except inside [`wait`], so nothing but waiting is ever interrupted by them.
//! SIGPIPE stays blocked always, which spares a system call to ignore it: a write to a closed connection is an EPIPE. SIGCHLD wakes,
//! and says nothing more.

use core::sync::atomic::{AtomicBool, Ordering};

use super::super::os::signals;
use super::fd::Fd;
use crate::error::Errno;

static STOP: AtomicBool = AtomicBool::new(false);
static REOPEN: AtomicBool = AtomicBool::new(false);

/// Why [`wait`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// The descriptor is ready (or failed: the next call on it tells).
    Ready,
    /// The time is over.
    TimeOver,
    /// A signal came: ask [`stopping`] and [`must_reopen`].
    Signal,
}

extern "C" fn note(signal: libc::c_int) {
    if signal != libc::SIGCHLD {
        let flag = if signal == libc::SIGHUP { &REOPEN } else { &STOP };
        flag.store(true, Ordering::Relaxed);
    }
}

/// Whether SIGTERM or SIGINT came.
pub fn stopping() -> bool {
    STOP.load(Ordering::Relaxed)
}

/// Whether SIGHUP came since this was asked last.
pub fn must_reopen() -> bool {
    REOPEN.swap(false, Ordering::Relaxed)
}

/// The signals that have handlers.
const HANDLED: [libc::c_int; 4] = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGCHLD];

/// Installs the handlers and blocks their signals, and SIGPIPE for good. A SIGCHLD that is ignored, by whoever started the agent, would
/// leave nothing to wait for.
///
/// # Errors
///
/// See sigaction(2).
#[inline(never)]
pub fn install() -> Result<(), Errno> {
    for &signal in &HANDLED {
        set_handler(signal, note as extern "C" fn(libc::c_int) as libc::sighandler_t)?;
    }
    signals::set_blocked(const { signals::set_of(&HANDLED) | signals::set_of(&[libc::SIGPIPE]) })
}

/// Blocks no signal, as a new program expects it.
pub fn unblock_all() {
    // Fails only for what SIG_SETMASK is not.
    let _ = signals::set_blocked(signals::set_of(&[]));
}

/// Sets what a signal does: calls `handler`, or one of `SIG_DFL` and `SIG_IGN`.
///
/// # Errors
///
/// See sigaction(2).
#[inline(never)]
pub fn set_handler(signal: libc::c_int, handler: libc::sighandler_t) -> Result<(), Errno> {
    // SAFETY: the handler only stores to an atomic.
    unsafe { signals::set_handler(signal, handler) }
}

/// The length of a wait without end.
pub const FOREVER: u64 = u64::MAX;

/// Waits until `fd` has one of `events` (poll(2)), `for_ms` milliseconds are over, or a signal comes.
///
/// # Errors
///
/// See ppoll(2).
#[inline(never)]
pub fn wait(fd: Option<&Fd>, events: libc::c_short, for_ms: u64) -> Result<Woken, Errno> {
    // poll(2) ignores an entry whose descriptor is negative.
    let mut entry = libc::pollfd { fd: fd.map_or(-1, Fd::raw), events, revents: 0 };
    // A day is far beyond every interval here and fits the smallest time_t and long.
    let ms = for_ms.min(86_400_000) as u32;
    let timeout = (for_ms != FOREVER).then_some([(ms / 1000).into(), (ms % 1000 * 1_000_000).into()]);
    match signals::poll(&mut entry, timeout, const { signals::set_of(&[libc::SIGPIPE]) }) {
        Ok(0) => Ok(Woken::TimeOver),
        Ok(_) => Ok(Woken::Ready),
        Err(Errno(libc::EINTR)) => Ok(Woken::Signal),
        Err(errno) => Err(errno),
    }
}
