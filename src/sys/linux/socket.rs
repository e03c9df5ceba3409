//! Opening sockets, and waiting for one. socket(2), poll(2).

use super::super::posix::fd::{Fd, check, retry};
use crate::error::Errno;

/// A socket that is closed on exec. Kernels before 2.6.27 know no `SOCK_CLOEXEC`.
///
/// # Errors
///
/// See socket(2).
pub fn open(family: libc::c_int, kind: libc::c_int, protocol: libc::c_int) -> Result<Fd, Errno> {
    // SAFETY: plain numbers.
    match Fd::adopt(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) }) {
        Err(Errno(libc::EINVAL)) => {}
        result => return result,
    }
    // SAFETY: plain numbers.
    let socket = Fd::adopt(unsafe { libc::socket(family, kind, protocol) })?;
    // SAFETY: plain numbers.
    check(unsafe { libc::fcntl(socket.raw(), libc::F_SETFD, libc::FD_CLOEXEC) })?;
    Ok(socket)
}

/// Waits until `fd` can be read, at most `for_ms` milliseconds: whether it can. A signal starts the wait anew.
///
/// # Errors
///
/// See poll(2).
pub fn wait_readable(fd: &Fd, for_ms: libc::c_int) -> Result<bool, Errno> {
    let mut wanted = libc::pollfd { fd: fd.raw(), events: libc::POLLIN, revents: 0 };
    // SAFETY: the pointer is to one pollfd that outlives the call.
    let ready = retry(|| check(unsafe { libc::poll(&raw mut wanted, 1, for_ms) }))?;
    Ok(ready > 0)
}
