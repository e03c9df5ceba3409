//! The state file below the agent's root: read once, written in place with one write(2), made when it is first needed.

use core::ops::ControlFlow;

use super::super::os::directory::for_each_name;
use super::fd::Fd;
use super::replace::is_temporary;
use super::walk::{self, Last, RealPath};
use crate::error::Errno;

/// How far the file is.
enum Stage {
    /// Not opened for writing yet.
    Closed,
    /// Open.
    Open(Fd),
    /// It cannot be written: not tried again.
    Unwritable,
}

/// The file.
pub struct StateFile<'r> {
    root: &'r Fd,
    path: &'static [u8],
    stage: Stage,
}

impl<'r> StateFile<'r> {
    /// The state file at `path` below `root`.
    pub fn new(root: &'r Fd, path: &'static [u8]) -> Self {
        Self { root, path, stage: Stage::Closed }
    }

    /// Reads what the file holds; nothing, if there is none.
    #[inline(never)]
    pub fn read<'b>(&mut self, buffer: &'b mut [u8]) -> &'b [u8] {
        let mut read = || {
            let place = walk::find(self.root, self.path, false, Last::Keep, &mut RealPath::new())?;
            place.directory.open_at(place.name.as_c(), libc::O_RDONLY | libc::O_NONBLOCK, 0)?.read_full(buffer)
        };
        let len = read().unwrap_or(0);
        buffer.get(..len).unwrap_or_default()
    }

    /// Removes the temporary files that an earlier process left in `directory`.
    pub fn remove_strays(&mut self, directory: &[u8]) {
        let Ok(directory) = walk::open_directory(self.root, directory) else { return };
        // What cannot be read or removed is harmless: the name begins with a dot and nothing reads it.
        let _ = for_each_name(&directory, &mut |name| {
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
    /// What opening or writing said, the first time only.
    #[inline(never)]
    pub fn write(&mut self, text: &[u8]) -> Result<(), Errno> {
        if let Stage::Closed = self.stage {
            self.stage = Stage::Unwritable;
            self.stage = Stage::Open(self.open()?);
        }
        let Stage::Open(file) = &self.stage else { return Ok(()) };
        file.write_at_start(text).inspect_err(|_| self.stage = Stage::Unwritable)
    }

    fn open(&self) -> Result<Fd, Errno> {
        let place = walk::find(self.root, self.path, true, Last::Keep, &mut RealPath::new())?;
        place.directory.open_at(place.name.as_c(), libc::O_WRONLY | libc::O_CREAT, 0o600)
    }
}
