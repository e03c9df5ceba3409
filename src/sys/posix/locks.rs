//! The locks of programs that change accounts: lckpwdf(3)'s fcntl lock on `etc/.pwd.lock`, and shadow-utils' `etc/<database>.lock`.
//!
//! musl's lckpwdf does nothing, so both are taken here.

use core::ffi::CStr;

use super::fd::{Fd, check};
use super::process;
use super::replace::TemporaryName;
use crate::error::Errno;
use crate::text::Text;

/// Both locks, held until dropped.
pub struct AccountLock {
    etc: Fd,
    name: &'static CStr,
    /// The fcntl lock goes when this is closed.
    _pwd: Fd,
}

impl AccountLock {
    /// Tries to take both locks in `etc`; `None` if somebody else has one now. A lock file of a process that is gone is taken over.
    ///
    /// # Errors
    ///
    /// EROFS, ENOSPC, EACCES: what creating a file in `etc` says.
    #[inline(never)]
    pub fn try_take(etc: Fd, name: &'static CStr) -> Result<Option<Self>, Errno> {
        let pwd = etc.open_at(c".pwd.lock", libc::O_WRONLY | libc::O_CREAT | libc::O_NONBLOCK, 0o600)?;
        let taken = lock_whole(&pwd)? && make_lock(&etc, name)?;
        // Not before: what is dropped removes the lock file, be it another's.
        Ok(if taken { Some(Self { etc, name, _pwd: pwd }) } else { None })
    }
}

/// The fcntl lock; `false` if another process has it.
#[inline(never)]
fn lock_whole(file: &Fd) -> Result<bool, Errno> {
    // SAFETY: all-zero is a valid flock; it means the whole file.
    let mut whole: libc::flock = unsafe { core::mem::zeroed() };
    whole.l_type = libc::F_WRLCK as libc::c_short;
    // SAFETY: `whole` is a valid flock.
    match check(unsafe { libc::fcntl(file.raw(), libc::F_SETLK, &raw const whole) }) {
        Ok(_) => Ok(true),
        Err(Errno(libc::EACCES | libc::EAGAIN)) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// The lock file; `false` if it belongs to a living process.
#[inline(never)]
fn make_lock(etc: &Fd, name: &CStr) -> Result<bool, Errno> {
    let mut own = TemporaryName::blank();
    own.make()?;
    let own = own.as_c();
    let made = write_own(etc, own).and_then(|()| link_own(etc, own, name));
    let _ = etc.unlink_at(own);
    made
}

/// Makes the file that becomes the lock: our process id and a NUL, as shadow-utils writes it.
#[inline(never)]
fn write_own(etc: &Fd, own: &CStr) -> Result<(), Errno> {
    let file = etc.open_at(own, libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL, 0o600)?;
    file.write_all(Text::<32>::of("%\0", &[&process::id()]).as_bytes())
}

/// Links our file to the lock's name; `false` if the lock belongs to a living process.
#[inline(never)]
fn link_own(etc: &Fd, own: &CStr, name: &CStr) -> Result<bool, Errno> {
    match etc.link_at(own, name) {
        Ok(()) => return Ok(true),
        Err(Errno(libc::EEXIST)) => {}
        Err(errno) => return Err(errno),
    }
    match is_held(etc, name) {
        Ok(false) => {}
        Ok(true) | Err(Errno(libc::ENOENT)) => return Ok(false), // just given back: the caller tries again
        Err(errno) => return Err(errno),
    }
    // If it cannot be removed it is still there.
    let _ = etc.unlink_at(name);
    match etc.link_at(own, name) {
        Err(Errno(libc::EEXIST)) => Ok(false),
        result => result.map(|()| true),
    }
}

/// Whether the process whose number the lock file `name` begins with is alive, and not this one.
#[inline(never)]
fn is_held(etc: &Fd, name: &CStr) -> Result<bool, Errno> {
    let mut text = [0; 16];
    etc.open_at(name, libc::O_RDONLY | libc::O_NONBLOCK, 0)?.read_full(&mut text)?;
    let mut holder: libc::pid_t = 0;
    for byte in text {
        let digit @ 0..=9 = byte.wrapping_sub(b'0') else { break };
        // An empty or unreadable lock file tells nothing of its holder, so it is respected, as shadow-utils does.
        let Some(more) = holder.checked_mul(10).and_then(|h| h.checked_add(digit.into())) else { return Ok(true) };
        holder = more;
    }
    Ok(holder == 0 || holder != process::id() && process::exists(holder))
}

impl Drop for AccountLock {
    fn drop(&mut self) {
        // A lock file that cannot be removed holds our process id: it is taken over when we are gone.
        let _ = self.etc.unlink_at(self.name);
    }
}
