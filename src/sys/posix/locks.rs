//! The locks of programs that change accounts: lckpwdf(3)'s fcntl lock on `etc/.pwd.lock`, and shadow-utils' `etc/<database>.lock`.
//!
//! musl's lckpwdf does nothing, so both are taken here.

use super::fd::{Fd, check};
use super::process;
use super::replace::temporary_name;
use crate::error::Errno;
use crate::text::Text;

/// Both locks, held until dropped.
pub struct AccountLock {
    etc: Fd,
    name: &'static core::ffi::CStr,
    /// The fcntl lock goes when this is closed.
    _pwd: Fd,
}

impl AccountLock {
    /// Tries to take both locks in `etc`; `None` if somebody else has one now. A lock file of a process that is gone is taken over.
    ///
    /// # Errors
    ///
    /// EROFS, ENOSPC, EACCES: what creating a file in `etc` says.
    pub fn try_take(etc: Fd, name: &'static core::ffi::CStr) -> Result<Option<Self>, Errno> {
        let pwd = etc.open_at(c".pwd.lock", libc::O_WRONLY | libc::O_CREAT | libc::O_NONBLOCK, 0o600)?;
        // SAFETY: all-zero is a valid flock; it means the whole file.
        let mut whole: libc::flock = unsafe { core::mem::zeroed() };
        whole.l_type = libc::F_WRLCK as libc::c_short;
        // SAFETY: `whole` is a valid flock.
        match check(unsafe { libc::fcntl(pwd.raw(), libc::F_SETLK, &raw const whole) }) {
            Ok(_) => {}
            Err(Errno(libc::EACCES | libc::EAGAIN)) => return Ok(None),
            Err(errno) => return Err(errno),
        }
        let own = temporary_name()?;
        let made = write_own(&etc, &own).and_then(|()| link_own(&etc, &own, name));
        let _ = etc.unlink_at(own.as_c());
        // Not before: what is dropped removes the lock file, be it another's.
        Ok(made?.then(|| Self { etc, name, _pwd: pwd }))
    }
}

/// Makes the file that becomes the lock: our process id and a NUL, as shadow-utils writes it.
fn write_own(etc: &Fd, own: &super::name::Name) -> Result<(), Errno> {
    let file = etc.open_at(own.as_c(), libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL, 0o600)?;
    file.write_all(Text::<16>::of("%\0", &[&process::id()]).as_str().as_bytes())
}

/// Links our file to the lock's name; `false` if the lock belongs to a living process.
fn link_own(etc: &Fd, own: &super::name::Name, name: &core::ffi::CStr) -> Result<bool, Errno> {
    match etc.link_at(own.as_c(), name) {
        Err(Errno(libc::EEXIST)) => {}
        result => return result.map(|()| true),
    }
    let mut digits = [0; 16];
    let holder = match etc.open_at(name, libc::O_RDONLY | libc::O_NONBLOCK, 0) {
        Ok(file) => file.read_full(&mut digits)?,
        Err(Errno(libc::ENOENT)) => return Ok(false), // just given back; the caller tries again
        Err(errno) => return Err(errno),
    };
    let text = digits.get(..holder).unwrap_or_default().split(|b| !b.is_ascii_digit()).next().unwrap_or_default();
    let pid = core::str::from_utf8(text).ok().and_then(|t| t.parse().ok());
    // An empty or unreadable lock file tells nothing of its holder, so it is respected, as shadow-utils does.
    let Some(pid) = pid.filter(|&p: &libc::pid_t| p > 0) else { return Ok(false) };
    if pid != process::id() && process::exists(pid) {
        return Ok(false);
    }
    match etc.unlink_at(name) {
        Ok(()) | Err(Errno(libc::ENOENT)) => {}
        Err(errno) => return Err(errno),
    }
    match etc.link_at(own.as_c(), name) {
        Err(Errno(libc::EEXIST)) => Ok(false),
        result => result.map(|()| true),
    }
}

impl Drop for AccountLock {
    fn drop(&mut self) {
        // A lock file that cannot be removed holds our process id: it is taken over when we are gone.
        let _ = self.etc.unlink_at(self.name);
    }
}
