//! Backups of files that are replaced: `NAME.<unix seconds>.bak~`, the newest three kept, never two of the same content.
//!
//! Names that end in plain `.bak.<n>` are read as live configuration by some network scripts; these are not.

use core::ops::ControlFlow;

use super::super::os::directory::for_each_name;
use super::bytes::Bytes;
use super::clock::unix_time;
use super::fd::is_regular;
use super::name::Name;
use super::replace::{Old, Replacement};
use super::walk::Place;
use crate::error::{Errno, Error};
use crate::limits::BACKUPS_COUNT;
use crate::ports::Journal;

const WHAT: &str = "make backup";

/// The time in the name of a backup of `name`; `None` if it is none.
fn time_of(backup: &[u8], name: &[u8]) -> Option<u64> {
    let digits = backup.strip_prefix(name)?.strip_prefix(b".")?.strip_suffix(b".bak~")?;
    core::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}

/// The name of the backup of `name` at `time`.
#[inline(never)]
fn name_at(name: &Name, time: u64) -> Result<Name, Errno> {
    let mut text = heapless::Vec::<u8, 300>::new();
    let suffix = crate::text::Text::<32>::of(".%.bak~", &[&time]);
    let parts = text.extend_from_slice(name.as_bytes()).and(text.extend_from_slice(suffix.as_str().as_bytes()));
    parts.map_err(|_| Errno(libc::ENAMETOOLONG))?;
    Name::new(&text)
}

/// Keeps the file at `place`, whose content is `old`, under a backup name.
///
/// # Errors
///
/// ENAMETOOLONG; what linking or copying says. The file itself is untouched in any case.
#[inline(never)]
pub fn keep(place: &Place, old: &Old, journal: &mut dyn Journal, real: &[u8]) -> Result<(), Error> {
    if has_equal(place, old).map_err(|e| Error::System(WHAT, e))? {
        return Ok(());
    }
    let mut time = unix_time();
    loop {
        let backup = name_at(&place.name, time).map_err(|e| Error::System(WHAT, e))?;
        match place.directory.link_at(place.name.as_c(), backup.as_c()) {
            Ok(()) => return Ok(()),
            Err(Errno(libc::EEXIST)) => time += 1,
            Err(Errno(libc::EPERM | libc::EMLINK | libc::EOPNOTSUPP | libc::ENOSYS | libc::EXDEV)) => {
                return copy(place, old, &backup, journal, real);
            }
            Err(errno) => return Err(Error::System(WHAT, errno)),
        }
    }
}

/// A copy, for file systems without links.
fn copy(place: &Place, old: &Old, backup: &Name, journal: &mut dyn Journal, real: &[u8]) -> Result<(), Error> {
    let mut copy = Replacement::copy_of(place, old, journal, real)?;
    copy.finish()?;
    copy.commit_as(backup).map_err(|e| Error::System(WHAT, e))
}

/// Whether a backup of the same content exists.
#[inline(never)]
fn has_equal(place: &Place, old: &Old) -> Result<bool, Errno> {
    let mut equal = false;
    let listing = place.directory.again()?;
    for_each_name(&listing, &mut |name| {
        if time_of(name.to_bytes(), place.name.as_bytes()).is_some() {
            let same = place.directory.open_at(name, libc::O_RDONLY | libc::O_NONBLOCK, 0).and_then(|file| {
                let stat = file.stat()?;
                Ok(is_regular(&stat) && stat.st_size == old.stat.st_size && *Bytes::read(&file, stat.st_size as usize)? == *old.content)
            });
            equal |= same == Ok(true);
        }
        if equal { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(equal)
}

/// Removes all but the newest backups of the file at `place`.
///
/// # Errors
///
/// See getdents64(2). A backup that cannot be removed stays.
#[inline(never)]
pub fn prune(place: &Place) -> Result<(), Errno> {
    loop {
        let (mut count, mut oldest) = (0, u64::MAX);
        let listing = place.directory.again()?;
        for_each_name(&listing, &mut |name| {
            if let Some(time) = time_of(name.to_bytes(), place.name.as_bytes()) {
                count += 1;
                oldest = oldest.min(time);
            }
            ControlFlow::Continue(())
        })?;
        if count <= BACKUPS_COUNT {
            return Ok(());
        }
        place.directory.unlink_at(name_at(&place.name, oldest)?.as_c())?;
    }
}
