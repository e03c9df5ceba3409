//! Changes to directories that are prepared and wait for their commit, so that many files change together or not at all.
//!
//! A new content waits under a temporary name in the directory of the file, a removal as nothing but its name. What is dropped before the
//! commit leaves nothing behind.

use core::ffi::CStr;

use super::backup;
use super::fd::Fd;
use super::name::{join, until_nul};
use super::replace::TemporaryName;
use crate::error::{Errno, Error, What};
use crate::limits::PENDING_COUNT;

/// A file's name with its NUL: `NAME_MAX` of linux/limits.h.
const NAME_LEN: usize = 256;

/// One name in one directory that is about to change.
pub struct Change {
    directory: Fd,
    name: [u8; NAME_LEN],
    /// What takes the name's place; `None` removes it.
    temporary: Option<TemporaryName>,
    /// Whether a backup was made, so there may be one too many afterwards.
    has_backup: bool,
}

impl Change {
    #[inline(never)]
    fn commit(&mut self) -> Result<(), Error> {
        let name = until_nul(&self.name);
        let (what, done) = match &self.temporary {
            Some(temporary) => (What::RenameFile, self.directory.rename_at(temporary.as_c(), name)),
            None => (What::RemoveFile, self.directory.unlink_at(name)),
        };
        done.map_err(|errno| Error::System(what, errno))?;
        self.temporary = None;
        self.directory.sync().map_err(|errno| Error::System(What::SyncDirectory, errno))?;
        if self.has_backup {
            backup::prune(&self.directory, name);
        }
        Ok(())
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // What cannot be removed now is removed at the next start: the journal knows the directory.
            let _ = self.directory.unlink_at(temporary.as_c());
        }
    }
}

/// The changes that wait, in the order in which they were prepared.
pub struct Pending(heapless::Vec<Change, PENDING_COUNT>);

impl Pending {
    /// None.
    pub const fn new() -> Self {
        Self(heapless::Vec::new())
    }

    /// Adds a change: `name` in `directory` becomes what is there as `temporary`, or goes. If it cannot be added, the temporary file goes.
    ///
    /// # Errors
    ///
    /// E2BIG if there are too many.
    pub fn add(&mut self, directory: Fd, name: &CStr, temporary: Option<TemporaryName>, has_backup: bool) -> Result<(), Errno> {
        let mut change = Change { directory, name: [0; NAME_LEN], temporary, has_backup };
        let fits = join(&mut change.name, &[name.to_bytes_with_nul()]).is_some();
        if !fits || self.0.is_full() {
            return Err(Errno(libc::E2BIG));
        }
        self.0.push(change).map_err(|_| Errno(libc::E2BIG))
    }

    /// Makes every change. One that fails does not keep the others from being made.
    ///
    /// # Errors
    ///
    /// The first failure.
    #[inline(never)]
    pub fn commit(&mut self) -> Result<(), Error> {
        let mut result = Ok(());
        for change in &mut self.0 {
            result = result.and(change.commit());
        }
        self.0.clear();
        result
    }

    /// Makes none of them.
    pub fn abandon(&mut self) {
        self.0.clear();
    }
}

impl Default for Pending {
    fn default() -> Self {
        Self::new()
    }
}
