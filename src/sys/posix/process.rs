//! The process itself: a clean start, becoming a daemon, the pid file.

use core::ffi::CStr;

use super::super::os::calls;
use super::fd::{Fd, check};
use crate::error::Errno;
use crate::text::Text;

/// Resets what a parent may have left: mode mask and inherited descriptors. No core file of this program is ever written.
pub fn reset() {
    // SAFETY: plain number.
    unsafe { calls::umask(0o022) };
    super::super::os::close_descriptors_from(3);
    super::super::os::forbid_core_files();
}

/// Leaves the working directory for `/`, so that its file system can be unmounted.
///
/// # Errors
///
/// See chdir(2).
pub fn leave_directory() -> Result<(), Errno> {
    // SAFETY: a NUL-terminated literal.
    check(unsafe { calls::chdir(c"/".as_ptr()) }).map(drop)
}

/// Ends the process with `status`.
pub fn end(status: libc::c_int) -> ! {
    loop {
        // SAFETY: plain number; nothing is left to flush.
        unsafe { calls::exit_group(status) };
    }
}

/// Which side of a fork this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The process that was started; it may end now. Holds the daemon's process id.
    Parent(libc::pid_t),
    /// The daemon: its own session, nothing on its standard descriptors.
    Daemon,
}

/// Forks a daemon.
///
/// # Errors
///
/// See fork(2); ENOENT without `/dev/null`.
pub fn daemonise() -> Result<Side, Errno> {
    let null = Fd::open(c"/dev/null", libc::O_RDWR, 0)?;
    // SAFETY: there is one thread, so the child may go on with everything.
    let child = check(unsafe { super::super::os::fork() })?;
    if child != 0 {
        return Ok(Side::Parent(child));
    }
    // SAFETY: no arguments; fails only for a group leader, which a new child is not.
    check(unsafe { calls::setsid() })?;
    for standard in 0..3 {
        // SAFETY: both are valid descriptor numbers.
        check(unsafe { calls::dup2(null.raw(), standard) })?;
    }
    Ok(Side::Daemon)
}

/// This process's id.
pub fn id() -> libc::pid_t {
    // SAFETY: no arguments.
    unsafe { calls::getpid() }
}

/// Whether process `pid` exists.
pub fn exists(pid: libc::pid_t) -> bool {
    // SAFETY: signal 0 only asks.
    check(unsafe { calls::kill(pid, 0) }) != Err(Errno(libc::ESRCH))
}

/// Sends `signal` to process `pid`.
///
/// # Errors
///
/// See kill(2).
pub fn send_signal(pid: libc::pid_t, signal: libc::c_int) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    check(unsafe { calls::kill(pid, signal) }).map(drop)
}

/// Writes `pid` to the pid file at `path`, which must not be a symbolic link.
///
/// # Errors
///
/// See open(2), write(2).
pub fn write_pid_file(path: &CStr, pid: libc::pid_t) -> Result<(), Errno> {
    let file = Fd::open(path, libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC | libc::O_NOFOLLOW, 0o644)?;
    file.write_all(Text::<20>::of("%\n", &[&pid]).as_bytes())
}

/// Removes the pid file. One that is gone already is fine.
pub fn remove_pid_file(path: &CStr) {
    // SAFETY: `path` is NUL-terminated.
    unsafe { calls::unlinkat(libc::AT_FDCWD, path.as_ptr(), 0) };
}

/// Stops this process until its service manager continues it (upstart's `expect stop`).
pub fn stop_self() {
    // SAFETY: plain number.
    unsafe { calls::kill(id(), libc::SIGSTOP) };
}
