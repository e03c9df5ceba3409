//! Opening sockets. socket(2).

use super::fd::Fd;
use crate::error::Errno;

/// A socket that is closed on exec; `kind` may hold `SOCK_NONBLOCK`. musl does without the flags on kernels before 2.6.27.
///
/// # Errors
///
/// See socket(2).
#[inline(never)]
pub fn open(family: libc::c_int, kind: libc::c_int, protocol: libc::c_int) -> Result<Fd, Errno> {
    // SAFETY: plain numbers.
    Fd::adopt(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
}
