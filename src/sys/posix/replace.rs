//! Replacing a file: the new content is written beside it, synced and renamed over it.
//!
//! As long as what is put equals the old content nothing is written at all; the temporary file is made at the first difference. It
//! has its final owner, mode and labels before any content arrives, and is removed again if anything fails.

use core::ffi::CStr;

use super::super::os::{attributes, random};
use super::bytes::Bytes;
use super::fd::{Fd, Stat};
use super::name::until_nul;
use super::walk::Place;
use crate::error::{Errno, Error};
use crate::ports::{Journal, Sink};

/// What temporary names begin with; 16 hex digits and `~` follow.
const TEMPORARY: &[u8] = b".nova-agent.";

/// A random temporary name.
pub struct TemporaryName([u8; 30]);

impl TemporaryName {
    /// A new one.
    ///
    /// # Errors
    ///
    /// See [`random`].
    #[inline(never)]
    pub fn new() -> Result<Self, Errno> {
        let mut name = Self(*b".nova-agent.0123456789abcdef~\0");
        let digits = name.0.get_mut(TEMPORARY.len()..TEMPORARY.len() + 16).unwrap_or_default();
        random(digits)?;
        for digit in digits {
            *digit = b"0123456789abcdef".get(usize::from(*digit & 15)).copied().unwrap_or_default();
        }
        Ok(name)
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

/// A replacement in the making. Dropped before [`Replacement::commit`], it leaves nothing behind.
pub struct Replacement<'a> {
    place: &'a Place,
    old: Option<&'a Old>,
    mode: u32,
    journal: &'a mut dyn Journal,
    /// So far the new content equals the old one up to this offset, ...
    equal: usize,
    /// ... or it differs and goes to this temporary file.
    writing: Option<(Fd, TemporaryName)>,
    /// What an error says was being done.
    step: &'static str,
}

impl<'a> Replacement<'a> {
    /// A replacement of `old` (`mode` is for a file that does not exist) at `place`.
    pub fn new(place: &'a Place, old: Option<&'a Old>, mode: u32, journal: &'a mut dyn Journal) -> Self {
        Self { place, old, mode, journal, equal: 0, writing: None, step: "" }
    }

    /// The journal, for the backup that is made before the rename.
    pub fn journal(&mut self) -> &mut dyn Journal {
        self.journal
    }

    /// Names what was being done when `errno` came.
    pub fn failed(&self, errno: Errno) -> Error {
        Error::System(self.step, errno)
    }

    /// The temporary file, made at the first call: with owner, mode and labels, and the old content as far as it is equal.
    #[inline(never)]
    fn file(&mut self) -> Result<&Fd, Errno> {
        if self.writing.is_none() {
            self.journal.directory(self.place.real());
            self.step = "create temporary file";
            let name = TemporaryName::new()?;
            let file = self.place.directory.open_at(name.as_c(), libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL, 0o600)?;
            // From here on, dropping removes the file.
            let (file, _) = self.writing.insert((file, name));
            let (uid, gid, mode) = self.old.map_or((0, 0, self.mode), |Old { stat, .. }| (stat.uid, stat.gid, stat.mode));
            self.step = "set owner and mode";
            file.set_owner_and_mode(uid, gid, mode as libc::mode_t)?;
            if let Some(old) = self.old {
                self.step = "keep labels and attributes";
                attributes::copy(&old.file, file)?;
                self.step = "write file";
                file.write_all(old.content.get(..self.equal).unwrap_or_default())?;
            }
        }
        self.step = "write file";
        self.writing.as_ref().map(|(file, _)| file).ok_or(Errno(libc::EBADF))
    }

    /// Makes a second file like the old one, with all its content, under the free name `name`.
    ///
    /// # Errors
    ///
    /// What creating and writing say.
    pub fn copy_to(mut self, name: &CStr) -> Result<(), Errno> {
        self.equal = self.old.map_or(0, |old| old.content.len());
        self.file()?;
        self.finish()?;
        self.commit(name)
    }

    /// Whether the content differs from the old one; the temporary file is complete and synced then.
    ///
    /// # Errors
    ///
    /// What writing and syncing say.
    #[inline(never)]
    pub fn finish(&mut self) -> Result<bool, Errno> {
        if self.writing.is_none() && self.old.is_some_and(|old| old.content.len() == self.equal) {
            return Ok(false);
        }
        self.file()?.sync()?;
        Ok(true)
    }

    /// Renames the temporary file to `name`: that of the old one, or a free one for a copy. Syncs the directory.
    ///
    /// # Errors
    ///
    /// What renaming and syncing say.
    #[inline(never)]
    pub fn commit(&mut self, name: &CStr) -> Result<(), Errno> {
        self.step = "rename file";
        if let Some((_, temporary)) = &self.writing {
            self.place.directory.rename_at(temporary.as_c(), name)?;
            self.writing = None;
            self.place.directory.sync()?;
        }
        Ok(())
    }
}

impl Sink for Replacement<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.writing.is_none()
            && let Some(old) = self.old
            && old.content.get(self.equal..).is_some_and(|rest| rest.starts_with(bytes))
        {
            self.equal += bytes.len();
            return Ok(());
        }
        self.file().and_then(|file| file.write_all(bytes)).map_err(|errno| self.failed(errno))
    }
}

impl Drop for Replacement<'_> {
    fn drop(&mut self) {
        if let Some((_, name)) = &self.writing {
            // What cannot be removed now is removed at the next start: the journal knows the directory.
            let _ = self.place.directory.unlink_at(name.as_c());
        }
    }
}
