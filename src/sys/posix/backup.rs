//! Backups of files that are replaced: `NAME.<unix seconds>.bak~`, the newest three kept, never two of the same content.
//!
//! Names that end in plain `.bak.<n>` are read as live configuration by some network scripts; these are not.

use core::ffi::CStr;
use core::ops::ControlFlow;

use super::super::os::directory::for_each_name;
use super::bytes::Bytes;
use super::clock::unix_time;
use super::fd::{Stat, is_regular};
use super::name::Name;
use super::replace::{Old, Replacement};
use super::walk::Place;
use crate::error::{Errno, Error};
use crate::limits::BACKUPS_COUNT;
use crate::ports::Journal;

/// The time in the name of a backup of `name`; `None` if it is none of ours.
fn time_of(backup: &[u8], name: &[u8]) -> Option<u64> {
    let digits = backup.strip_prefix(name)?.strip_prefix(b".")?.strip_suffix(b".bak~")?;
    let [b'1'..=b'9', ..] = digits else { return None };
    digits.iter().try_fold(0u64, |time, &digit| time.checked_mul(10)?.checked_add(u64::from(char::from(digit).to_digit(10)?)))
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

/// Calls `each` with every backup of the file at `place`: its name, its status and the time in its name.
fn for_each(place: &Place, each: &mut dyn FnMut(&CStr, &Stat, u64)) -> Result<(), Errno> {
    let listing = place.directory.again()?;
    for_each_name(&listing, &mut |name| {
        if let Some(time) = time_of(name.to_bytes(), place.name.as_bytes())
            && let Ok(Some(stat)) = place.directory.stat_at(name)
            && is_regular(&stat)
        {
            each(name, &stat, time);
        }
        ControlFlow::Continue(())
    })
}

/// Keeps the file at `place`, whose content is `old`, under a backup name; nothing to do if a backup has this content.
///
/// # Errors
///
/// ENAMETOOLONG; what listing or copying says. The file itself is untouched in any case.
#[inline(never)]
pub fn keep(place: &Place, old: &Old, journal: &mut dyn Journal, real: &[u8]) -> Result<(), Error> {
    let failed = |errno| Error::System("make backup", errno);
    let mut equal = false;
    // Later than the others even if the clock was set back or they were made within this second: the names tell their order.
    let mut time = unix_time();
    for_each(place, &mut |name, stat, at| {
        time = time.max(at.wrapping_add(1));
        equal = equal || stat.st_size == old.stat.st_size && read(place, name, stat).is_ok_and(|content| *content == *old.content);
    })
    .map_err(failed)?;
    if equal {
        return Ok(());
    }
    loop {
        let backup = name_at(&place.name, time).map_err(failed)?;
        match place.directory.link_at(place.name.as_c(), backup.as_c()) {
            Ok(()) => return Ok(()),
            Err(Errno(libc::EEXIST)) => time = time.wrapping_add(1),
            Err(_) => {
                let mut copy = Replacement::copy_of(place, old, journal, real)?;
                copy.finish()?;
                return copy.commit(&backup).map(drop);
            }
        }
    }
}

fn read(place: &Place, name: &CStr, stat: &Stat) -> Result<Bytes, Errno> {
    Bytes::read(&place.directory.open_at(name, libc::O_RDONLY | libc::O_NONBLOCK, 0)?, stat.st_size as usize)
}

/// Removes all but the newest backups of the file at `place`, as far as they can be removed: the file itself is replaced already.
#[inline(never)]
pub fn prune(place: &Place) {
    loop {
        let (mut count, mut oldest) = (0, u64::MAX);
        let listed = for_each(place, &mut |_, _, time| {
            count += 1;
            oldest = oldest.min(time);
        });
        let remove = || place.directory.unlink_at(name_at(&place.name, oldest)?.as_c());
        if count <= BACKUPS_COUNT || listed.and_then(|()| remove()).is_err() {
            return;
        }
    }
}
