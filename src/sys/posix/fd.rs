//! An owned file descriptor and the calls on files below an open directory (openat family, Linux 2.6.16).
//!
//! Signals are blocked but while waiting (`signal`), so no call here is interrupted by one.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::super::os::calls;
use crate::error::Errno;

/// What fstat(2) tells, as far as anything here asks. Mode 0: there is nothing.
#[derive(Clone, Copy)]
pub struct Stat {
    /// Type and permissions.
    pub mode: libc::mode_t,
    /// Owner.
    pub uid: libc::uid_t,
    /// Group.
    pub gid: libc::gid_t,
    /// Octets.
    pub size: usize,
    /// File system and number in it: two of the same are the same file.
    pub id: (libc::dev_t, libc::ino_t),
}

impl Stat {
    /// There is nothing.
    pub const NONE: Self = Self { mode: 0, uid: 0, gid: 0, size: 0, id: (0, 0) };

    #[inline(never)]
    fn set(&mut self, stat: &libc::stat) {
        let size = usize::try_from(stat.st_size).unwrap_or(usize::MAX);
        *self = Self { mode: stat.st_mode, uid: stat.st_uid, gid: stat.st_gid, size, id: (stat.st_dev, stat.st_ino) };
    }
}

/// A descriptor that is closed when dropped. Never 0, 1 or 2, so that what is written to a closed stderr cannot end up in a file.
#[derive(Debug)]
pub struct Fd(libc::c_int);

/// A system call's result: below zero it is an error.
///
/// # Errors
///
/// The error whose number that is, negated.
pub fn check(result: libc::c_int) -> Result<libc::c_int, Errno> {
    if result < 0 { Err(Errno(-result)) } else { Ok(result) }
}

/// The same for calls that return a length; none here is as long as to need more bits.
///
/// # Errors
///
/// As [`check`].
pub fn check_len(result: libc::c_int) -> Result<usize, Errno> {
    check(result).map(|len| len as usize)
}

impl Fd {
    /// No descriptor: every call on it is EBADF.
    pub const NONE: Self = Self(-1);

    /// Takes ownership of a descriptor that a system call just made; moves it above 2 and sets close-on-exec.
    ///
    /// # Errors
    ///
    /// The call's error, or EMFILE.
    pub fn adopt(made: libc::c_int) -> Result<Self, Errno> {
        let fd = Self(check(made)?);
        if fd.0 > 2 {
            return Ok(fd);
        }
        // SAFETY: duplicates a descriptor we own.
        let above = unsafe { calls::fcntl(fd.0, libc::F_DUPFD, 3) };
        Ok(Self(check(above)?))
    }

    /// The number, for system calls.
    pub fn raw(&self) -> libc::c_int {
        self.0
    }

    /// open(2), close-on-exec, never a controlling terminal.
    ///
    /// # Errors
    ///
    /// See open(2).
    pub fn open(path: &CStr, flags: libc::c_int, mode: libc::mode_t) -> Result<Self, Errno> {
        Self::open_from(libc::AT_FDCWD, path, flags, mode)
    }

    /// openat(2) of a name in this directory, close-on-exec, a symbolic link is ELOOP.
    ///
    /// # Errors
    ///
    /// See openat(2).
    #[inline(never)]
    pub fn open_at(&self, name: &CStr, flags: libc::c_int, mode: libc::mode_t) -> Result<Self, Errno> {
        Self::open_from(self.0, name, flags | libc::O_NOFOLLOW, mode)
    }

    /// openat(2) in any case. Kernels before 2.6.23 lose close-on-exec, and a program that is started finds nothing open all the same.
    #[inline(never)]
    fn open_from(directory: libc::c_int, path: &CStr, flags: libc::c_int, mode: libc::mode_t) -> Result<Self, Errno> {
        let flags = flags | libc::O_CLOEXEC | libc::O_NOCTTY;
        // SAFETY: `path` is NUL-terminated and outlives the call.
        Self::adopt(unsafe { calls::openat(directory, path.as_ptr(), flags, mode) })
    }

    /// This directory, opened again: one that can be walked or listed on its own.
    ///
    /// # Errors
    ///
    /// See openat(2).
    pub fn again(&self) -> Result<Self, Errno> {
        self.open_at(c".", libc::O_RDONLY | libc::O_DIRECTORY, 0)
    }

    /// read(2) into `buffer`; 0 at the end.
    ///
    /// # Errors
    ///
    /// See read(2).
    pub fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        // SAFETY: the pointer and the length are those of a writable slice.
        check_len(unsafe { calls::read(self.0, buffer.as_mut_ptr(), buffer.len()) })
    }

    /// write(2) of some of `bytes`.
    ///
    /// # Errors
    ///
    /// See write(2).
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        // SAFETY: the pointer and the length are those of a readable slice.
        check_len(unsafe { calls::write(self.0, bytes.as_ptr(), bytes.len()) })
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    ///
    /// See write(2); a write of nothing is EIO.
    pub fn write_all(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match self.write(bytes)? {
                0 => return Err(Errno(libc::EIO)),
                n => bytes = bytes.get(n..).unwrap_or_default(),
            }
        }
        Ok(())
    }

    /// Writes `bytes` with one pwrite(2) at the file's start and syncs them.
    ///
    /// # Errors
    ///
    /// See pwrite(2), fsync(2); EIO for a short write.
    pub fn write_at_start(&self, bytes: &[u8]) -> Result<(), Errno> {
        // SAFETY: the pointer and the length are those of a readable slice.
        let written = check_len(unsafe { calls::pwrite(self.0, bytes.as_ptr(), bytes.len(), 0) })?;
        if written == bytes.len() { self.sync() } else { Err(Errno(libc::EIO)) }
    }

    /// Fills `buffer` as far as the file goes; the length read.
    ///
    /// # Errors
    ///
    /// See read(2).
    pub fn read_full(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        let mut have = 0;
        while let Some(room) = buffer.get_mut(have..).filter(|r| !r.is_empty()) {
            match self.read(room)? {
                0 => break,
                n => have += n,
            }
        }
        Ok(have)
    }

    /// fstat(2).
    ///
    /// # Errors
    ///
    /// See fstat(2).
    #[inline(never)]
    pub fn stat(&self, stat: &mut Stat) -> Result<(), Errno> {
        let mut found = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: `found` is writable and of the right type.
        check(unsafe { calls::fstat(self.0, found.as_mut_ptr()) })?;
        // SAFETY: fstat succeeded, so it filled the structure.
        stat.set(unsafe { found.assume_init_ref() });
        Ok(())
    }

    /// fstatat(2) of a name in this directory, links not followed; mode 0 if there is nothing.
    ///
    /// # Errors
    ///
    /// See fstatat(2).
    #[inline(never)]
    pub fn stat_at(&self, name: &CStr, stat: &mut Stat) -> Result<(), Errno> {
        let mut found = MaybeUninit::<libc::stat>::uninit();
        *stat = Stat::NONE;
        // SAFETY: `name` is NUL-terminated, `found` is writable and of the right type.
        match check(unsafe { calls::fstatat(self.0, name.as_ptr(), found.as_mut_ptr(), libc::AT_SYMLINK_NOFOLLOW) }) {
            // SAFETY: fstatat succeeded, so it filled the structure.
            Ok(_) => stat.set(unsafe { found.assume_init_ref() }),
            Err(Errno(libc::ENOENT)) => {}
            Err(errno) => return Err(errno),
        }
        Ok(())
    }

    /// readlinkat(2) of a name in this directory; the target's length. A target that fills `buffer` may be cut: ENAMETOOLONG.
    ///
    /// # Errors
    ///
    /// See readlinkat(2); EINVAL if it is no link.
    pub fn read_link_at(&self, name: &CStr, buffer: &mut [u8]) -> Result<usize, Errno> {
        // SAFETY: `name` is NUL-terminated; pointer and length are those of a writable slice.
        let len = check_len(unsafe { calls::readlinkat(self.0, name.as_ptr(), buffer.as_mut_ptr(), buffer.len()) })?;
        if len < buffer.len() { Ok(len) } else { Err(Errno(libc::ENAMETOOLONG)) }
    }

    /// mkdirat(2).
    ///
    /// # Errors
    ///
    /// See mkdirat(2).
    pub fn make_directory_at(&self, name: &CStr, mode: libc::mode_t) -> Result<(), Errno> {
        // SAFETY: `name` is NUL-terminated.
        check(unsafe { calls::mkdirat(self.0, name.as_ptr(), mode) }).map(drop)
    }

    /// unlinkat(2) of a name that is no directory.
    ///
    /// # Errors
    ///
    /// See unlinkat(2).
    pub fn unlink_at(&self, name: &CStr) -> Result<(), Errno> {
        // SAFETY: `name` is NUL-terminated.
        check(unsafe { calls::unlinkat(self.0, name.as_ptr(), 0) }).map(drop)
    }

    /// linkat(2) of a name to another one in the same directory.
    ///
    /// # Errors
    ///
    /// See linkat(2).
    pub fn link_at(&self, old: &CStr, new: &CStr) -> Result<(), Errno> {
        // SAFETY: both names are NUL-terminated.
        check(unsafe { calls::linkat(self.0, old.as_ptr(), self.0, new.as_ptr(), 0) }).map(drop)
    }

    /// symlinkat(2): `name` becomes a symbolic link to `target`.
    ///
    /// # Errors
    ///
    /// See symlinkat(2).
    pub fn symlink_at(&self, target: &CStr, name: &CStr) -> Result<(), Errno> {
        // SAFETY: both strings are NUL-terminated.
        check(unsafe { calls::symlinkat(target.as_ptr(), self.0, name.as_ptr()) }).map(drop)
    }

    /// renameat(2) of a name to another one in the same directory.
    ///
    /// # Errors
    ///
    /// See renameat(2).
    pub fn rename_at(&self, old: &CStr, new: &CStr) -> Result<(), Errno> {
        // SAFETY: both names are NUL-terminated.
        check(unsafe { calls::renameat(self.0, old.as_ptr(), self.0, new.as_ptr()) }).map(drop)
    }

    /// Gives the file to `uid` and `gid`, then sets its mode (in this order, since a change of owner clears mode bits).
    ///
    /// # Errors
    ///
    /// See fchown(2), fchmod(2).
    pub fn set_owner_and_mode(&self, uid: libc::uid_t, gid: libc::gid_t, mode: libc::mode_t) -> Result<(), Errno> {
        // SAFETY: plain numbers.
        check(unsafe { calls::fchown(self.0, uid, gid) })?;
        // SAFETY: plain numbers.
        check(unsafe { calls::fchmod(self.0, mode & 0o7777) }).map(drop)
    }

    /// fsync(2). A directory whose file system has no fsync (EINVAL) counts as synced.
    ///
    /// # Errors
    ///
    /// See fsync(2).
    pub fn sync(&self) -> Result<(), Errno> {
        // SAFETY: plain number.
        match check(unsafe { calls::fsync(self.0) }) {
            Ok(_) | Err(Errno(libc::EINVAL)) => Ok(()),
            Err(errno) => Err(errno),
        }
    }
}

impl Drop for Fd {
    #[inline(never)]
    fn drop(&mut self) {
        if self.0 >= 0 {
            // SAFETY: the descriptor is ours and is not used afterwards. Errors of close(2) lose nothing that fsync did not report.
            unsafe { calls::close(self.0) };
        }
    }
}

/// A regular file?
pub fn is_regular(stat: &Stat) -> bool {
    stat.mode & libc::S_IFMT == libc::S_IFREG
}

/// A directory?
pub fn is_directory(stat: &Stat) -> bool {
    stat.mode & libc::S_IFMT == libc::S_IFDIR
}

/// A symbolic link?
pub fn is_link(stat: &Stat) -> bool {
    stat.mode & libc::S_IFMT == libc::S_IFLNK
}
