//! The locks of programs that change accounts: lckpwdf(3)'s fcntl lock on `etc/.pwd.lock`, and shadow-utils' `etc/<database>.lock`.
//!
//! musl's lckpwdf does nothing, so both are taken here.

use core::ffi::CStr;

use super::fd::{Fd, check};
use super::name::Name;
use super::process;
use super::replace::temporary_name;
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
    pub fn try_take(etc: Fd, name: &'static CStr) -> Result<Option<Self>, Errno> {
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
fn write_own(etc: &Fd, own: &Name) -> Result<(), Errno> {
    let file = etc.open_at(own.as_c(), libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL, 0o600)?;
    file.write_all(Text::<16>::of("%\0", &[&process::id()]).as_str().as_bytes())
}

/// Links our file to the lock's name; `false` if the lock belongs to a living process.
fn link_own(etc: &Fd, own: &Name, name: &CStr) -> Result<bool, Errno> {
    let link = || match etc.link_at(own.as_c(), name) {
        Err(Errno(libc::EEXIST)) => Ok(false),
        result => result.map(|()| true),
    };
    if link()? {
        return Ok(true);
    }
    let mut text = [0; 16];
    let len = match etc.open_at(name, libc::O_RDONLY | libc::O_NONBLOCK, 0) {
        Ok(file) => file.read_full(&mut text)?,
        Err(Errno(libc::ENOENT)) => return Ok(false), // just given back; the caller tries again
        Err(errno) => return Err(errno),
    };
    let mut digits = text.iter().take(len).map_while(|&byte| char::from(byte).to_digit(10));
    let holder = digits.try_fold(0, |pid: libc::pid_t, digit| pid.checked_mul(10)?.checked_add(digit as libc::pid_t));
    // An empty or unreadable lock file tells nothing of its holder, so it is respected, as shadow-utils does.
    let Some(holder @ 1..) = holder else { return Ok(false) };
    if holder != process::id() && process::exists(holder) {
        return Ok(false);
    }
    // If it cannot be removed it is still there.
    let _ = etc.unlink_at(name);
    link()
}

impl Drop for AccountLock {
    fn drop(&mut self) {
        // A lock file that cannot be removed holds our process id: it is taken over when we are gone.
        let _ = self.etc.unlink_at(self.name);
    }
}
