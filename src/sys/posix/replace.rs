//! Replacing a file: the new content is written beside it, synced and renamed over it.
//!
//! As long as what is put equals the old content nothing is written at all; the temporary file is made at the first difference. It
//! has its final owner, mode and labels before any content arrives, and is removed again if anything fails.

use super::super::os::{attributes, random};
use super::bytes::Bytes;
use super::fd::{Fd, Stat};
use super::name::Name;
use super::walk::Place;
use crate::error::{Errno, Error};
use crate::ports::{Journal, Outcome, Sink};
use crate::text::Hex;

/// What temporary names begin with; 16 hex digits and `~` follow.
const TEMPORARY: &[u8] = b".nova-agent.";

/// A new random temporary name.
///
/// # Errors
///
/// See [`random`].
pub fn temporary_name() -> Result<Name, Errno> {
    let mut bytes = [0; 8];
    random(&mut bytes)?;
    Name::of(".nova-agent.%~", &[&Hex(u64::from_ne_bytes(bytes), 16)])
}

/// Whether `name` is one that [`temporary_name`] makes.
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

/// How far the new content is.
#[expect(clippy::large_enum_variant, reason = "one at a time, on the stack, never moved")]
enum Progress {
    /// So far it equals the old content up to this offset.
    Equal(usize),
    /// It differs and goes to this temporary file.
    Writing(Fd, Name),
}

/// A replacement in the making. Dropped before [`Replacement::commit`], it leaves nothing behind.
pub struct Replacement<'a> {
    place: &'a Place,
    old: Option<&'a Old>,
    mode: u32,
    journal: &'a mut dyn Journal,
    real: &'a [u8],
    progress: Progress,
}

impl<'a> Replacement<'a> {
    /// A replacement of `old` (`mode` is for a file that does not exist) at `place`, whose directory's path is `real`.
    pub fn new(place: &'a Place, old: Option<&'a Old>, mode: u32, journal: &'a mut dyn Journal, real: &'a [u8]) -> Self {
        Self { place, old, mode, journal, real, progress: Progress::Equal(0) }
    }

    /// A second file like `old`, with all its content, under a temporary name.
    ///
    /// # Errors
    ///
    /// What creating and writing say.
    pub fn copy_of(place: &'a Place, old: &'a Old, journal: &'a mut dyn Journal, real: &'a [u8]) -> Result<Self, Error> {
        let mut copy = Self::new(place, Some(old), 0, journal, real);
        copy.start(old.content.len())?;
        Ok(copy)
    }

    /// The journal, for the backup that is made before the rename.
    pub fn journal(&mut self) -> &mut dyn Journal {
        self.journal
    }

    /// Makes the temporary file, with owner, mode and labels, and writes the old content's first `equal` octets.
    #[inline(never)]
    fn start(&mut self, equal: usize) -> Result<(), Error> {
        self.journal.directory(self.real)?;
        let name = temporary_name().map_err(|e| Error::System("make temporary name", e))?;
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
        let file = self.place.directory.open_at(name.as_c(), flags, 0o600).map_err(|e| Error::System("create temporary file", e))?;
        // From here on, dropping removes the file.
        self.progress = Progress::Writing(file, name);
        let Progress::Writing(file, _) = &self.progress else { return Err(Error::bug("replacement not started")) };
        let (uid, gid, mode) = self.old.map_or((0, 0, self.mode), |Old { stat, .. }| (stat.st_uid, stat.st_gid, stat.st_mode));
        file.set_owner_and_mode(uid, gid, mode as libc::mode_t).map_err(|e| Error::System("set owner and mode", e))?;
        if let Some(old) = self.old {
            attributes::copy(&old.file, file).map_err(|e| Error::System("keep labels and attributes", e))?;
            let same = old.content.get(..equal).unwrap_or_default();
            file.write_all(same).map_err(|e| Error::System("write file", e))?;
        }
        Ok(())
    }

    /// Whether the content differs from the old one; the temporary file is complete and synced then.
    ///
    /// # Errors
    ///
    /// What writing and syncing say.
    pub fn finish(&mut self) -> Result<bool, Error> {
        if let Progress::Equal(len) = self.progress {
            if self.old.is_some_and(|old| old.content.len() == len) {
                return Ok(false);
            }
            self.start(len)?;
        }
        if let Progress::Writing(file, _) = &self.progress {
            file.sync().map_err(|e| Error::System("sync file", e))?;
        }
        Ok(true)
    }

    /// Renames the temporary file to `name`: that of the old one, or a free one for a copy. Syncs the directory.
    ///
    /// # Errors
    ///
    /// What renaming and syncing say.
    pub fn commit(mut self, name: &Name) -> Result<Outcome, Error> {
        let Progress::Writing(_, temporary) = &self.progress else { return Ok(Outcome::Same) };
        let directory = &self.place.directory;
        directory.rename_at(temporary.as_c(), name.as_c()).map_err(|e| Error::System("rename file", e))?;
        self.progress = Progress::Equal(0);
        directory.sync().map_err(|e| Error::System("sync directory", e))?;
        Ok(if self.old.is_some() { Outcome::Replaced } else { Outcome::Created })
    }
}

impl Sink for Replacement<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if let Progress::Equal(len) = self.progress {
            let end = len + bytes.len();
            if self.old.is_some_and(|old| old.content.get(len..end) == Some(bytes)) {
                self.progress = Progress::Equal(end);
                return Ok(());
            }
            self.start(len)?;
        }
        let Progress::Writing(file, _) = &self.progress else { return Err(Error::bug("replacement not started")) };
        file.write_all(bytes).map_err(|e| Error::System("write file", e))
    }
}

impl Drop for Replacement<'_> {
    fn drop(&mut self) {
        if let Progress::Writing(_, name) = &self.progress {
            // What cannot be removed now is removed at the next start: the journal knows the directory.
            let _ = self.place.directory.unlink_at(name.as_c());
        }
    }
}
