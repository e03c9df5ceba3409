//! Handling, blocking and awaiting signals: rt_sigaction(2), rt_sigprocmask(2), ppoll(2), with the kernel's own structures.

use core::ffi::c_long;
use core::ptr;

use super::super::posix::fd::check;
use super::calls;
use super::machine::{SIGNAL_FLAGS, restore};
use crate::error::Errno;

/// Signals, the first in the lowest bit.
type Set = u64;

/// The set of `signals`.
pub const fn set_of(signals: &[libc::c_int]) -> Set {
    let (mut set, mut rest) = (0, signals);
    while let [signal, others @ ..] = rest {
        set |= 1 << (*signal - 1);
        rest = others;
    }
    set
}

/// `struct sigaction` of the kernel.
#[repr(C)]
struct Action {
    handler: libc::sighandler_t,
    flags: libc::c_ulong,
    restorer: unsafe extern "C" fn(),
    mask: Set,
}

/// Sets what a signal does: calls `handler`, or one of `SIG_DFL` and `SIG_IGN`.
///
/// # Errors
///
/// See rt_sigaction(2).
///
/// # Safety
///
/// The handler does nothing but what may be done at any moment.
pub unsafe fn set_handler(signal: libc::c_int, handler: libc::sighandler_t) -> Result<(), Errno> {
    let action = Action { handler, flags: SIGNAL_FLAGS, restorer: restore, mask: 0 };
    // SAFETY: `action` is valid; the old one is not asked for.
    check(unsafe { calls::rt_sigaction(signal, (&raw const action).cast(), ptr::null_mut(), size_of::<Set>()) }).map(drop)
}

/// Blocks exactly the signals in `set`.
///
/// # Errors
///
/// None that can be met.
pub fn set_blocked(set: Set) -> Result<(), Errno> {
    // SAFETY: `set` outlives the call; the old one is not asked for.
    check(unsafe { calls::rt_sigprocmask(libc::SIG_SETMASK, &raw const set, ptr::null_mut(), size_of::<Set>()) }).map(drop)
}

/// Waits until `entry` is ready or, with a time-out, for these seconds and nanoseconds, with exactly the signals in `blocked` blocked.
///
/// # Errors
///
/// See ppoll(2).
pub fn poll(entry: &mut libc::pollfd, timeout: Option<[c_long; 2]>, blocked: Set) -> Result<libc::c_int, Errno> {
    // The kernel writes the time that is left, so it is a copy.
    let mut timeout = timeout;
    let time = timeout.as_mut().map_or(ptr::null_mut(), |time| time.as_mut_ptr());
    // SAFETY: one valid pollfd; the time-out is null or a timespec of the kernel, which is two longs; the mask outlives the call.
    check(unsafe { calls::ppoll(entry, 1, time.cast(), &raw const blocked, size_of::<Set>()) })
}
