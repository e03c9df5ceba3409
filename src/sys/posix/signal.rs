//! Signals and waiting. Signals are blocked except inside [`wait`], so nothing but waiting is ever interrupted by them.
//! SIGPIPE stays blocked always, which spares a system call to ignore it: a write to a closed connection is an EPIPE. SIGCHLD wakes,
//! and says nothing more.

use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use super::fd::{Fd, check};
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

/// Installs the handlers and blocks their signals, and SIGPIPE for good. A SIGCHLD that is ignored, by whoever started the agent, would
/// leave nothing to wait for.
///
/// # Errors
///
/// See sigaction(2).
#[inline(never)]
pub fn install() -> Result<(), Errno> {
    let mut blocked = only_sigpipe();
    for &signal in &[libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGCHLD] {
        // SAFETY: `blocked` is an initialised set.
        unsafe { libc::sigaddset(&raw mut blocked, signal) };
        set_handler(signal, note as extern "C" fn(libc::c_int) as libc::sighandler_t)?;
    }
    set_blocked(&blocked)
}

/// No signals.
fn none() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `set` is writable and of the right type.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: sigemptyset initialises the set and cannot fail.
    unsafe { set.assume_init() }
}

/// The signals that stay blocked while waiting.
fn only_sigpipe() -> libc::sigset_t {
    let mut set = none();
    // SAFETY: `set` is an initialised set.
    unsafe { libc::sigaddset(&raw mut set, libc::SIGPIPE) };
    set
}

/// Blocks exactly the signals in `set`.
fn set_blocked(set: &libc::sigset_t) -> Result<(), Errno> {
    // SAFETY: `set` is an initialised set; the old one is not asked for.
    check(unsafe { libc::sigprocmask(libc::SIG_SETMASK, set, ptr::null_mut()) }).map(drop)
}

/// Blocks no signal, as a new program expects it.
pub fn unblock_all() {
    // Fails only for what SIG_SETMASK is not.
    let _ = set_blocked(&none());
}

/// Sets what a signal does: calls `handler`, or one of `SIG_DFL` and `SIG_IGN`.
///
/// # Errors
///
/// See sigaction(2).
pub fn set_handler(signal: libc::c_int, handler: libc::sighandler_t) -> Result<(), Errno> {
    // SAFETY: all-zero is a valid sigaction, with an empty mask.
    let mut action: libc::sigaction = unsafe { core::mem::zeroed() };
    action.sa_sigaction = handler;
    // SAFETY: the handler only stores to an atomic; the old action is not asked for.
    check(unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) }).map(drop)
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
    // SAFETY: all-zero is a valid timespec.
    let mut time: libc::timespec = unsafe { core::mem::zeroed() };
    let mut timeout = ptr::null();
    if for_ms != FOREVER {
        // A day is far beyond every interval here and fits the smallest time_t and long.
        let for_ms = for_ms.min(86_400_000) as u32;
        time.tv_sec = (for_ms / 1000) as _;
        time.tv_nsec = (for_ms % 1000 * 1_000_000) as _;
        timeout = &raw const time;
    }
    let unblocked = only_sigpipe();
    // SAFETY: one valid pollfd; the time-out is null or a valid timespec; the mask is an initialised set.
    match check(unsafe { libc::ppoll(&raw mut entry, 1, timeout, &raw const unblocked) }) {
        Ok(0) => Ok(Woken::TimeOver),
        Ok(_) => Ok(Woken::Ready),
        Err(Errno(libc::EINTR)) => Ok(Woken::Signal),
        Err(errno) => Err(errno),
    }
}
