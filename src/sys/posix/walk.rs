//! Path resolution inside the agent's root, one component at a time, as under chroot(2).
//!
//! Absolute links and `..` stay inside. A symbolic link is followed only if root owns it and the directory that holds it:
//! nobody else may lead the agent anywhere. Works from Linux 2.6.16 on (openat2 with RESOLVE_IN_ROOT is Linux 5.6).

use super::fd::{Fd, Stat, is_link};
use super::name::Name;
use crate::error::Errno;
use crate::limits::{LINKS_COUNT, PATH_LEN};

/// A real directory path inside the root, for the journal: begins and ends in `/`.
pub type RealPath = heapless::Vec<u8, PATH_LEN>;

/// Where a path leads: the open directory, the last component in it, and what is there (never a followed link).
pub struct Place {
    /// The directory that holds the file.
    pub directory: Fd,
    /// The file's name in it.
    pub name: Name,
    /// What is there now.
    pub stat: Option<Stat>,
}

/// What happens to a symbolic link as the last component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// Followed, if it may be.
    Follow,
    /// Returned.
    Keep,
}

/// Finds the place of `path` below `root`; `real` becomes the directory's path without links. `parents`: make missing directories.
///
/// # Errors
///
/// ELOOP for a link that may not be followed and for more than 40; EISDIR for a path that ends in `/`, `.` or `..`; see openat(2).
#[inline(never)]
pub fn find(root: &Fd, path: &[u8], parents: bool, last: Last, real: &mut RealPath) -> Result<Place, Errno> {
    let mut pending = Pending::new(path)?;
    let mut directory = root.again()?;
    let mut links = 0;
    to_top(real);
    loop {
        let (range, is_last) = pending.next();
        let name = match pending.bytes.get(range).unwrap_or_default() {
            b"" | b"." | b".." if is_last => return Err(Errno(libc::EISDIR)),
            b"." => continue,
            b".." => {
                directory = parent(root, &directory, real)?;
                continue;
            }
            name => Name::new(name)?,
        };
        let stat = directory.stat_at(name.as_c())?;
        match &stat {
            Some(stat) if is_link(stat) && !(is_last && last == Last::Keep) => {
                links += 1;
                if links > LINKS_COUNT || stat.st_uid != 0 || directory.stat()?.st_uid != 0 {
                    return Err(Errno(libc::ELOOP));
                }
                if pending.insert_link(&directory, &name)? {
                    directory = root.again()?;
                    to_top(real);
                }
            }
            _ if is_last => return Ok(Place { directory, name, stat }),
            found => {
                directory = enter(&directory, &name, found.is_none() && parents)?;
                real.extend_from_slice(name.as_bytes()).map_err(|_| 0).and(real.push(b'/')).map_err(|_| Errno(libc::ENAMETOOLONG))?;
            }
        }
    }
}

/// Opens a directory whose path has no links, as [`find`] gave it in `real`.
///
/// # Errors
///
/// See openat(2).
pub fn open_directory(root: &Fd, real: &[u8]) -> Result<Fd, Errno> {
    let mut directory = root.again()?;
    for component in real.split(|&b| b == b'/').filter(|c| !c.is_empty()) {
        directory = enter(&directory, &Name::new(component)?, false)?;
    }
    Ok(directory)
}

#[inline(never)]
fn enter(directory: &Fd, name: &Name, make: bool) -> Result<Fd, Errno> {
    if make {
        let mode = if name.as_bytes() == b".ssh" { 0o700 } else { 0o755 };
        match directory.make_directory_at(name.as_c(), mode) {
            Ok(()) => directory.sync()?,
            Err(Errno(libc::EEXIST)) => {}
            Err(errno) => return Err(errno),
        }
    }
    directory.open_at(name.as_c(), libc::O_RDONLY | libc::O_DIRECTORY, 0)
}

fn to_top(real: &mut RealPath) {
    real.clear();
    let _ = real.push(b'/'); // there is room for more than that
}

/// `..` of a directory; the root is its own parent.
fn parent(root: &Fd, directory: &Fd, real: &mut RealPath) -> Result<Fd, Errno> {
    let (here, top) = (directory.stat()?, root.stat()?);
    if (here.st_dev, here.st_ino) == (top.st_dev, top.st_ino) {
        return root.again();
    }
    real.pop();
    real.truncate(real.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1));
    directory.open_at(c"..", libc::O_RDONLY | libc::O_DIRECTORY, 0)
}

/// What is still to be walked: the tail of a fixed buffer, so that a link's target can be put in front of it.
struct Pending {
    bytes: [u8; PATH_LEN],
    at: usize,
}

impl Pending {
    fn new(path: &[u8]) -> Result<Self, Errno> {
        let mut pending = Self { bytes: [0; PATH_LEN], at: 0 };
        pending.at = PATH_LEN.checked_sub(path.len()).ok_or(Errno(libc::ENAMETOOLONG))?;
        pending.bytes.get_mut(pending.at..).unwrap_or_default().copy_from_slice(path);
        Ok(pending)
    }

    /// Takes the next component off: where it stands, and whether nothing but its trailing slashes would follow. A path that ends in a
    /// slash has an empty last component.
    fn next(&mut self) -> (core::ops::Range<usize>, bool) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let start = self.at + rest.iter().take_while(|&&b| b == b'/').count();
        let len = self.bytes.get(start..).unwrap_or_default().iter().take_while(|&&b| b != b'/').count();
        self.at = start + len;
        (start..self.at, self.at == PATH_LEN)
    }

    /// Puts the target of the link `name` in front of the rest; whether the target is absolute.
    fn insert_link(&mut self, directory: &Fd, name: &Name) -> Result<bool, Errno> {
        let len = directory.read_link_at(name.as_c(), self.bytes.get_mut(..self.at).unwrap_or_default())?;
        if len == 0 {
            return Err(Errno(libc::ENOENT));
        }
        self.bytes.copy_within(..len, self.at - len);
        self.at -= len;
        Ok(self.bytes.get(self.at) == Some(&b'/'))
    }
}
