//! Replacing a file: the new content is written beside it, synced and renamed over it.
//!
//! As long as what is put equals the old content nothing is written at all; the temporary file is made at the first difference. It
//! has its final owner, mode and labels before any content arrives, and is removed again if anything fails. The rename itself is left to
//! [`super::pending`], so that several files can be prepared before the first is renamed.

use core::ffi::CStr;

use super::super::os::{attributes, random};
use super::backup;
use super::bytes::Bytes;
use super::fd::{Fd, Stat};
use super::name::{join, until_nul};
use super::walk::Place;
use crate::error::{Errno, Error, What};
use crate::ports::{Journal, Sink};

/// What temporary names begin with; 16 hex digits and `~` follow.
const TEMPORARY: &[u8] = b".nova-agent.";

/// A random temporary name.
#[derive(Clone, Copy)]
pub struct TemporaryName([u8; 30]);

impl TemporaryName {
    /// The name before it is made.
    pub const fn blank() -> Self {
        Self(*b".nova-agent.0123456789abcdef~\0")
    }

    /// Becomes a new name.
    ///
    /// # Errors
    ///
    /// See [`random`].
    #[inline(never)]
    pub fn make(&mut self) -> Result<(), Errno> {
        let digits = self.0.get_mut(TEMPORARY.len()..TEMPORARY.len() + 16).unwrap_or_default();
        random(digits)?;
        for digit in digits {
            *digit = b"0123456789abcdef".get(usize::from(*digit & 15)).copied().unwrap_or_default();
        }
        Ok(())
    }

    /// Becomes a new name, and makes a symbolic link to `target` under it.
    ///
    /// # Errors
    ///
    /// ENAMETOOLONG; see symlinkat(2).
    pub fn make_link(&mut self, directory: &Fd, target: &[u8]) -> Result<(), Errno> {
        let mut room = [0; 256];
        let target = join(&mut room, &[target, b"\0"]).ok_or(Errno(libc::ENAMETOOLONG))?;
        self.make()?;
        directory.symlink_at(until_nul(target), self.as_c())
    }

    /// The name with its NUL.
    pub fn as_c(&self) -> &CStr {
        until_nul(&self.0)
    }
}

/// Whether `name` is one that [`TemporaryName`] makes.
pub fn is_temporary(name: &[u8]) -> bool {
    let digits = name.strip_prefix(TEMPORARY).and_then(|n| n.strip_suffix(b"~"));
    digits.is_some_and(|d| d.len() == 16 && d.iter().all(u8::is_ascii_hexdigit))
}

/// The file as it is: open, and its content.
pub struct Old {
    /// The open file.
    pub file: Fd,
    /// Its owner, mode and size.
    pub stat: Stat,
    /// Its content.
    pub content: Bytes,
}

impl Old {
    /// There is no file.
    pub const NONE: Self = Self { file: Fd::NONE, stat: Stat::NONE, content: Bytes::EMPTY };

    /// Becomes the regular file at `place`, open and read.
    ///
    /// # Errors
    ///
    /// See openat(2), [`Bytes::read`].
    #[inline(never)]
    pub fn read(&mut self, place: &Place) -> Result<(), Errno> {
        self.file = place.open(libc::O_RDONLY)?;
        self.file.stat(&mut self.stat)?;
        self.content.read(&self.file, self.stat.size)
    }

    fn exists(&self) -> bool {
        self.stat.mode != 0
    }
}

/// A replacement in the making. Dropped before [`Replacement::take`], it leaves nothing behind.
pub struct Replacement<'a> {
    place: &'a Place,
    old: &'a Old,
    mode: u32,
    journal: &'a mut dyn Journal,
    /// So far the new content equals the old one up to this offset, ...
    equal: usize,
    /// ... or it differs and goes to this temporary file.
    file: Option<Fd>,
    name: TemporaryName,
    /// What an error says was being done.
    step: What,
}

impl<'a> Replacement<'a> {
    /// A replacement of `old` (`mode` is for a file that does not exist) at `place`.
    #[inline(never)]
    pub fn new(place: &'a Place, old: &'a Old, mode: u32, journal: &'a mut dyn Journal) -> Self {
        Self { place, old, mode, journal, equal: 0, file: None, name: TemporaryName::blank(), step: What::MakeTemporary }
    }

    /// Names what was being done when `errno` came.
    pub fn failed(&self, errno: Errno) -> Error {
        Error::System(self.step, errno)
    }

    /// Appends to the temporary file. It is made at the first call: with owner, mode and labels, and the old content as far as it is equal.
    #[inline(never)]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        if self.file.is_none() {
            self.journal.directory(self.place.real());
            self.step = What::MakeTemporary;
            self.name.make()?;
            let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
            // From here on, dropping removes the file.
            let file = self.file.insert(self.place.directory.open_at(self.name.as_c(), flags, 0o600)?);
            self.step = What::SetOwner;
            let (stat, exists) = (&self.old.stat, self.old.exists());
            file.set_owner_and_mode(stat.uid, stat.gid, if exists { stat.mode } else { self.mode as libc::mode_t })?;
            if exists {
                self.step = What::KeepAttributes;
                attributes::copy(&self.old.file, file)?;
            }
            self.step = What::WriteFile;
            file.write_all(self.old.content.get(..self.equal).unwrap_or_default())?;
        }
        self.file.as_ref().map_or(Ok(()), |file| file.write_all(bytes))
    }

    /// Makes a second file like the old one, with all its content, under the free name `name`.
    ///
    /// # Errors
    ///
    /// What creating and writing say.
    pub fn copy_to(&mut self, name: &CStr) -> Result<(), Errno> {
        self.equal = self.old.content.len();
        self.write(b"")?;
        self.sync()?;
        self.place.directory.rename_at(self.name.as_c(), name)?;
        self.file = None;
        Ok(())
    }

    /// Completes the temporary file, and keeps the old file if a `backup` is wanted; `false` if the contents are equal.
    ///
    /// # Errors
    ///
    /// What writing and the backup say.
    #[inline(never)]
    pub fn finish(&mut self, backup: bool) -> Result<bool, Errno> {
        if self.file.is_none() {
            if self.old.exists() && self.old.content.len() == self.equal {
                return Ok(false);
            }
            self.write(b"")?;
        }
        self.sync()?;
        self.keep(backup)
    }

    /// Removes the temporary file, and keeps the old file, which is to be removed, if a `backup` is wanted; `true`.
    ///
    /// # Errors
    ///
    /// What the backup says.
    pub fn give_up(&mut self, backup: bool) -> Result<bool, Errno> {
        self.remove();
        self.keep(backup)
    }

    #[inline(never)]
    fn keep(&mut self, backup: bool) -> Result<bool, Errno> {
        if backup {
            self.step = What::MakeBackup;
            backup::keep(self.place, self.old, self.journal)?;
        }
        Ok(true)
    }

    /// Hands over the temporary file, if there is one, which now is the caller's to rename or remove.
    pub fn take(&mut self) -> Option<TemporaryName> {
        self.file.take().map(|_| self.name)
    }

    #[inline(never)]
    fn remove(&mut self) {
        if self.file.take().is_some() {
            // What cannot be removed now is removed at the next start: the journal knows the directory.
            let _ = self.place.directory.unlink_at(self.name.as_c());
        }
    }

    fn sync(&mut self) -> Result<(), Errno> {
        self.step = What::SyncFile;
        self.file.as_ref().map_or(Ok(()), Fd::sync)
    }
}

impl Sink for Replacement<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.file.is_none() && self.old.content.get(self.equal..).unwrap_or_default().starts_with(bytes) {
            self.equal += bytes.len();
            return Ok(());
        }
        self.write(bytes).map_err(|errno| self.failed(errno))
    }
}

impl Drop for Replacement<'_> {
    fn drop(&mut self) {
        self.remove();
    }
}
