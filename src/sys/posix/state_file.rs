//! The state file below the agent's root: read once, written in place with one write(2), made when it is first needed.

use core::ops::ControlFlow;

use super::super::os::directory::for_each_name;
use super::fd::Fd;
use super::replace::is_temporary;
use super::walk::{self, Last, RealPath};
use crate::error::Errno;

/// The file, and whether it can be written.
pub enum StateFile {
    /// Not opened for writing yet: root directory and path.
    Closed(Fd, &'static [u8]),
    /// Open.
    Open(Fd),
    /// It cannot be written; why.
    Unwritable(Errno),
}

impl StateFile {
    /// The state file at `path` below `root`.
    pub fn new(root: Fd, path: &'static [u8]) -> Self {
        Self::Closed(root, path)
    }

    /// Reads what the file holds; nothing, if there is none.
    #[inline(never)]
    pub fn read<'b>(&mut self, buffer: &'b mut [u8]) -> &'b [u8] {
        let Self::Closed(root, path) = self else { return &[] };
        let mut read = || {
            let place = walk::find(root, path, false, Last::Keep, &mut RealPath::new())?;
            place.directory.open_at(place.name.as_c(), libc::O_RDONLY | libc::O_NONBLOCK, 0)?.read_full(buffer)
        };
        let len = read().unwrap_or(0);
        buffer.get(..len).unwrap_or_default()
    }

    /// Removes the temporary files that an earlier process left in `directory`.
    pub fn remove_strays(&mut self, directory: &[u8]) {
        let Self::Closed(root, _) = self else { return };
        let Ok(directory) = walk::open_directory(root, directory) else { return };
        // What cannot be read or removed is harmless: the name begins with a dot and nothing reads it.
        let _ = for_each_name(&directory, &mut |name| {
            if is_temporary(name.to_bytes()) {
                let _ = directory.unlink_at(name);
            }
            ControlFlow::Continue(())
        });
    }

    /// Writes `text` over the file's beginning.
    #[inline(never)]
    pub fn write(&mut self, text: &[u8]) {
        if let Self::Closed(root, path) = self {
            *self = open(root, path).map_or_else(Self::Unwritable, Self::Open);
        }
        if let Self::Open(file) = self
            && let Err(errno) = file.write_at_start(text)
        {
            *self = Self::Unwritable(errno);
        }
    }
}

#[inline(never)]
fn open(root: &Fd, path: &[u8]) -> Result<Fd, Errno> {
    let place = walk::find(root, path, true, Last::Keep, &mut RealPath::new())?;
    place.directory.open_at(place.name.as_c(), libc::O_WRONLY | libc::O_CREAT, 0o600)
}
