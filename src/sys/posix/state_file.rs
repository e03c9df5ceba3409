//! The state file below the agent's root: read once, written in place with one write(2), made when it is first needed.
//!
//! Opened anew each time, since the root may become writable, or lose the file, while the agent runs.

use core::ops::ControlFlow;

use super::super::os::directory::for_each_name;
use super::fd::Fd;
use super::replace::is_temporary;
use super::walk::{Last, Place};
use crate::error::Errno;

/// The file.
pub struct StateFile<'r> {
    root: &'r Fd,
    path: &'static [u8],
}

impl<'r> StateFile<'r> {
    /// The state file at `path` below `root`.
    pub fn new(root: &'r Fd, path: &'static [u8]) -> Self {
        Self { root, path }
    }

    /// Reads what the file holds; nothing, if there is none.
    #[inline(never)]
    pub fn read<'b>(&self, buffer: &'b mut [u8]) -> &'b [u8] {
        let mut read = || self.open(false, libc::O_RDONLY)?.read_full(buffer);
        let len = read().unwrap_or(0);
        buffer.get(..len).unwrap_or_default()
    }

    /// Removes the temporary files that an earlier process left in `directory`.
    pub fn remove_strays(&self, directory: &[u8]) {
        let mut place = Place::none();
        if place.find_directory(self.root, directory).is_err() {
            return;
        }
        let directory = &place.directory;
        // What cannot be read or removed is harmless: the name begins with a dot and nothing reads it.
        let _ = for_each_name(directory, &mut |name| {
            if is_temporary(name.to_bytes()) {
                let _ = directory.unlink_at(name);
            }
            ControlFlow::Continue(())
        });
    }

    /// Writes `text` over the file's beginning.
    ///
    /// # Errors
    ///
    /// What opening or writing said.
    #[inline(never)]
    pub fn write(&self, text: &[u8]) -> Result<(), Errno> {
        self.open(true, libc::O_WRONLY | libc::O_CREAT)?.write_at_start(text)
    }

    #[inline(never)]
    fn open(&self, parents: bool, flags: libc::c_int) -> Result<Fd, Errno> {
        let mut place = Place::none();
        place.find(self.root, self.path, parents, Last::Keep)?;
        place.open(flags)
    }
}
