//! Path resolution inside the agent's root, one component at a time, as under chroot(2).
//!
//! Absolute links and `..` stay inside. A symbolic link is followed only if root owns it and the directory that holds it:
//! nobody else may lead the agent anywhere. Works from Linux 2.6.16 on (openat2 with RESOLVE_IN_ROOT is Linux 5.6).

use core::ffi::CStr;

use super::fd::{Fd, Stat, is_link};
use super::name::until_nul;
use crate::error::Errno;
use crate::limits::{LINKS_COUNT, PATH_LEN};
use crate::text::holds;

/// Room for a link's own name while its target, which may be as long as a path, takes the name's place: `NAME_MAX` and a NUL.
const SPARE_LEN: usize = 256;
/// Where a path ends in its buffer; a NUL follows.
const END: usize = SPARE_LEN + PATH_LEN;

/// Where a path leads: the open directory, the last component in it, and what is there (never a followed link).
pub struct Place {
    /// The directory that holds the file.
    pub directory: Fd,
    /// What is there now.
    pub stat: Stat,
    /// In front the directory's real path, at the end what is still to be walked, so that a link's target can be put in front of it.
    bytes: [u8; END + 1],
    real_len: usize,
    /// Where the component starts, ...
    name: usize,
    /// ... and where its NUL is, in the place of a slash or at the end.
    name_end: usize,
}

/// What happens to a symbolic link as the last component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// Followed, if it may be.
    Follow,
    /// Returned.
    Keep,
}

impl Place {
    /// No place yet.
    #[inline(never)]
    pub const fn none() -> Self {
        Self { directory: Fd::NONE, stat: Stat::NONE, bytes: [0; END + 1], real_len: 0, name: END, name_end: END }
    }

    /// The file's name in its directory.
    #[inline(never)]
    pub fn name(&self) -> &CStr {
        until_nul(self.bytes.get(self.name..).unwrap_or_default())
    }

    /// The directory's path inside the root, without links, for the journal: begins and ends in `/`.
    #[inline(never)]
    pub fn real(&self) -> &[u8] {
        self.bytes.get(..self.real_len).unwrap_or_default()
    }

    /// openat(2) of what is there, which does not wait for a peer of a FIFO.
    ///
    /// # Errors
    ///
    /// See openat(2).
    #[inline(never)]
    pub fn open(&self, flags: libc::c_int) -> Result<Fd, Errno> {
        self.directory.open_at(self.name(), flags | libc::O_NONBLOCK, 0o600)
    }

    /// Finds the place of `path` below `root`. `parents`: make missing directories.
    ///
    /// # Errors
    ///
    /// ELOOP for a link that may not be followed and for more than 40; EISDIR for a path that ends in `/`, `.` or `..`; see openat(2).
    #[inline(never)]
    pub fn find(&mut self, root: &Fd, path: &[u8], parents: bool, last: Last) -> Result<(), Errno> {
        if path.len() > PATH_LEN {
            return Err(Errno(libc::ENAMETOOLONG));
        }
        if holds(path, 0) {
            return Err(Errno(libc::EINVAL));
        }
        self.name_end = END - path.len();
        self.bytes.get_mut(self.name_end..END).unwrap_or_default().copy_from_slice(path);
        self.restart(root)?;
        let mut links = 0;
        loop {
            let is_last = self.next();
            let dots = match self.name().to_bytes() {
                b"" | b"." => 1,
                b".." => 2,
                _ => 0,
            };
            if dots > 0 {
                if is_last {
                    return Err(Errno(libc::EISDIR));
                }
                if dots == 2 {
                    self.leave(root)?;
                }
                continue;
            }
            let name = until_nul(self.bytes.get(self.name..).unwrap_or_default());
            self.directory.stat_at(name, &mut self.stat)?;
            if is_link(&self.stat) && !(is_last && last == Last::Keep) {
                links += 1;
                if links > LINKS_COUNT {
                    return Err(Errno(libc::ELOOP));
                }
                self.follow(root)?;
            } else if is_last {
                return Ok(());
            } else {
                self.enter(parents)?;
            }
        }
    }

    /// Finds and opens what `path` below `root` names, links followed.
    ///
    /// # Errors
    ///
    /// As [`Place::find`] and openat(2).
    #[inline(never)]
    pub fn open_below(root: &Fd, path: &[u8], flags: libc::c_int) -> Result<Fd, Errno> {
        let mut place = Self::none();
        place.find(root, path, false, Last::Follow)?;
        place.open(flags)
    }

    /// Opens the directory whose path was once told by [`Place::real`]: EISDIR from [`Place::find`] is the end of the walk, and if it
    /// went through a link by now, it ended elsewhere.
    ///
    /// # Errors
    ///
    /// ENOENT if it is not there any more.
    pub fn find_directory(&mut self, root: &Fd, real: &[u8]) -> Result<(), Errno> {
        match self.find(root, real, false, Last::Keep) {
            Err(Errno(libc::EISDIR)) if self.real() == real => Ok(()),
            _ => Err(Errno(libc::ENOENT)),
        }
    }

    /// Takes the next component off; whether nothing but its trailing slashes would follow. A path that ends in a slash has an empty last
    /// component.
    #[inline(never)]
    fn next(&mut self) -> bool {
        let mut at = self.name_end;
        while at < END && matches!(self.bytes.get(at), Some(0 | b'/')) {
            at += 1;
        }
        self.name = at;
        while let Some(byte @ 1..) = self.bytes.get_mut(at) {
            if *byte == b'/' {
                *byte = 0;
                break;
            }
            at += 1;
        }
        self.name_end = at;
        at == END
    }

    fn restart(&mut self, root: &Fd) -> Result<(), Errno> {
        self.directory = root.again()?;
        self.real_len = 1;
        if let Some(first) = self.bytes.first_mut() {
            *first = b'/';
        }
        Ok(())
    }

    /// `..`; the root is its own parent.
    fn leave(&mut self, root: &Fd) -> Result<(), Errno> {
        let (mut here, mut top) = (Stat::NONE, Stat::NONE);
        self.directory.stat(&mut here)?;
        root.stat(&mut top)?;
        if here.id == top.id {
            return Ok(());
        }
        let [above @ .., _] = self.real() else { return Ok(()) };
        self.real_len = above.iter().rposition(|&b| b == b'/').map_or(1, |slash| slash + 1);
        self.directory = self.directory.open_at(c"..", libc::O_RDONLY | libc::O_DIRECTORY, 0)?;
        Ok(())
    }

    /// Goes into the directory that the component names.
    #[inline(never)]
    fn enter(&mut self, make: bool) -> Result<(), Errno> {
        let name = self.name();
        if make && self.stat.mode == 0 {
            let mode = if name == c".ssh" { 0o700 } else { 0o755 };
            match self.directory.make_directory_at(name, mode) {
                Ok(()) => self.directory.sync()?,
                Err(Errno(libc::EEXIST)) => {}
                Err(errno) => return Err(errno),
            }
        }
        self.directory = self.directory.open_at(name, libc::O_RDONLY | libc::O_DIRECTORY, 0)?;
        // The path in front, which is never longer than what was walked, grows by what is taken off behind.
        self.bytes.copy_within(self.name..self.name_end, self.real_len);
        self.real_len += self.name_end - self.name;
        if let Some(slash) = self.bytes.get_mut(self.real_len) {
            *slash = b'/';
        }
        self.real_len += 1;
        Ok(())
    }

    /// Puts the target of the link that the component names in front of what follows, if root made it.
    #[inline(never)]
    fn follow(&mut self, root: &Fd) -> Result<(), Errno> {
        let mut holder = Stat::NONE;
        self.directory.stat(&mut holder)?;
        if self.stat.uid != 0 || holder.uid != 0 {
            return Err(Errno(libc::ELOOP));
        }
        let (front, name) = self.bytes.split_at_mut_checked(self.name).unwrap_or_default();
        let len = self.directory.read_link_at(until_nul(name), front.get_mut(self.real_len..).unwrap_or_default())?;
        if len == 0 {
            return Err(Errno(libc::ENOENT));
        }
        let start = self.name_end.saturating_sub(len);
        if start <= SPARE_LEN {
            return Err(Errno(libc::ENAMETOOLONG));
        }
        if self.name_end < END
            && let Some(slash) = self.bytes.get_mut(self.name_end)
        {
            *slash = b'/';
        }
        self.bytes.copy_within(self.real_len..self.real_len + len, start);
        self.name_end = start;
        if self.bytes.get(start) == Some(&b'/') { self.restart(root) } else { Ok(()) }
    }
}
