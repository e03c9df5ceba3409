//! The locks of programs that change accounts: lckpwdf(3)'s fcntl lock on `etc/.pwd.lock`, and shadow-utils' `etc/<database>.lock`.
//!
//! musl's lckpwdf does nothing, so both are taken here.

use core::ffi::CStr;

use super::super::os::calls;
use super::fd::{Fd, check};
use super::process;
use super::replace::TemporaryName;
use crate::error::Errno;
use crate::text::{Text, take_number};

/// Both locks, held until dropped.
pub struct AccountLock {
    etc: Fd,
    name: &'static CStr,
    /// The fcntl lock goes when this is closed.
    _pwd: Fd,
}

impl AccountLock {
    /// Tries to take both locks in `etc`. A lock file of a process that is gone is taken over.
    ///
    /// # Errors
    ///
    /// EAGAIN if somebody else has one now; EROFS, ENOSPC, EACCES: what creating a file in `etc` says.
    pub fn try_take(etc: Fd, name: &'static CStr) -> Result<Self, Errno> {
        let pwd = etc.open_at(c".pwd.lock", libc::O_WRONLY | libc::O_CREAT | libc::O_NONBLOCK, 0o600)?;
        lock_whole(&pwd)?;
        make_lock(&etc, name)?;
        // Not before: what is dropped removes the lock file, be it another's.
        Ok(Self { etc, name, _pwd: pwd })
    }
}

/// The fcntl lock.
fn lock_whole(file: &Fd) -> Result<(), Errno> {
    // SAFETY: all-zero is a valid flock; it means the whole file.
    let mut whole: libc::flock = unsafe { core::mem::zeroed() };
    whole.l_type = libc::F_WRLCK as libc::c_short;
    // SAFETY: `whole` is a valid flock.
    match check(unsafe { calls::fcntl(file.raw(), libc::F_SETLK, &raw const whole as usize) }) {
        Err(Errno(libc::EACCES)) => Err(Errno(libc::EAGAIN)),
        result => result.map(drop),
    }
}

/// The lock file.
fn make_lock(etc: &Fd, name: &CStr) -> Result<(), Errno> {
    let mut own = TemporaryName::blank();
    own.make()?;
    let own = own.as_c();
    let made = write_own(etc, own).and_then(|()| link_own(etc, own, name));
    let _ = etc.unlink_at(own);
    made
}

/// Makes the file that becomes the lock: our process id and a NUL, as shadow-utils writes it.
fn write_own(etc: &Fd, own: &CStr) -> Result<(), Errno> {
    let file = etc.open_at(own, libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL, 0o600)?;
    file.write_all(Text::<20>::of("%\0", &[&process::id()]).as_bytes())
}

/// Links our file to the lock's name, once more if the lock's owner is gone.
fn link_own(etc: &Fd, own: &CStr, name: &CStr) -> Result<(), Errno> {
    let linked = link(etc, own, name);
    if linked != Err(Errno(libc::EAGAIN)) {
        return linked;
    }
    stale(etc, name)?;
    // If it cannot be removed it is still there.
    let _ = etc.unlink_at(name);
    link(etc, own, name)
}

#[inline(never)]
fn link(etc: &Fd, own: &CStr, name: &CStr) -> Result<(), Errno> {
    match etc.link_at(own, name) {
        Err(Errno(libc::EEXIST)) => Err(Errno(libc::EAGAIN)),
        result => result,
    }
}

/// Nothing if the process whose number the lock file `name` begins with is gone, or this one in an earlier life; else EAGAIN.
fn stale(etc: &Fd, name: &CStr) -> Result<(), Errno> {
    let held = Err(Errno(libc::EAGAIN));
    let mut text = [0; 16];
    let read = etc.open_at(name, libc::O_RDONLY | libc::O_NONBLOCK, 0).and_then(|file| file.read_full(&mut text));
    // Just given back: the caller tries again.
    read.map_err(|errno| if errno.0 == libc::ENOENT { Errno(libc::EAGAIN) } else { errno })?;
    let holder = take_number(&mut text.as_slice(), 10).and_then(|number| libc::pid_t::try_from(number).ok()).unwrap_or(0);
    // An empty or unreadable lock file tells nothing of its holder, so it is respected, as shadow-utils does.
    if holder == 0 || holder != process::id() && process::exists(holder) { held } else { Ok(()) }
}

impl Drop for AccountLock {
    fn drop(&mut self) {
        // A lock file that cannot be removed holds our process id: it is taken over when we are gone.
        let _ = self.etc.unlink_at(self.name);
    }
}
