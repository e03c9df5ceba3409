//! Opening sockets. socket(2).

use super::super::os::calls;
use super::fd::Fd;
use crate::error::Errno;

/// A socket; `kind` may hold `SOCK_NONBLOCK`, which Linux before 2.6.27 does not know. Not closed on exec, for the same kernels: a program
/// that is started finds nothing open in any case.
///
/// # Errors
///
/// See socket(2).
#[inline(never)]
pub fn open(family: libc::c_int, kind: libc::c_int, protocol: libc::c_int) -> Result<Fd, Errno> {
    // SAFETY: plain numbers.
    Fd::adopt(unsafe { calls::socket(family, kind, protocol) })
}
