//! Backups of files that are replaced: `NAME.<unix seconds>.bak~`, the newest three kept, never two of the same content.
//!
//! Names that end in plain `.bak.<n>` are read as live configuration by some network scripts; these are not.

use core::ffi::CStr;
use core::ops::ControlFlow;

use super::super::os::directory::for_each_name;
use super::bytes::Bytes;
use super::clock::unix_time;
use super::fd::{Fd, Stat, is_regular};
use super::name::{join, until_nul};
use super::replace::{Old, Replacement};
use super::walk::Place;
use crate::error::Errno;
use crate::limits::BACKUPS_COUNT;
use crate::ports::Journal;
use crate::text::{Text, number};

/// Room for a file's name, at most 255 octets, with `.`, a time and `.bak~` behind it; what no file can be named is up to the kernel.
type Room = [u8; 288];

/// The time in the name of a backup of `name`; `None` if it is none of ours.
fn time_of(backup: &[u8], name: &[u8]) -> Option<u64> {
    let digits = backup.strip_prefix(name)?.strip_prefix(b".")?.strip_suffix(b".bak~")?;
    let [b'1'..=b'9', ..] = digits else { return None };
    number(digits).filter(|&time| time < u64::MAX)
}

/// The name of the backup of the file at `place` at `time`.
#[inline(never)]
fn name_at<'r>(name: &CStr, time: u64, room: &'r mut Room) -> &'r CStr {
    let digits = Text::<20>::of("%", &[&time]);
    until_nul(join(room, &[name.to_bytes(), b".", digits.as_bytes(), b".bak~\0"]).unwrap_or_default())
}

/// The backups of a file.
#[derive(Default)]
struct Backups {
    count: usize,
    /// The times in their names.
    oldest: u64,
    newest: u64,
    /// Whether one has the content that was asked for.
    equal: bool,
}

/// Looks at every backup of the file at `place`, and in it if `content` is asked for.
#[inline(never)]
fn look(directory: &Fd, of: &CStr, content: Option<&[u8]>, backups: &mut Backups) -> Result<(), Errno> {
    *backups = Backups { oldest: u64::MAX, ..Backups::default() };
    for_each_name(&directory.again()?, &mut |name| {
        let mut stat = Stat::NONE;
        if let Some(time) = time_of(name.to_bytes(), of.to_bytes())
            && directory.stat_at(name, &mut stat).is_ok()
            && is_regular(&stat)
        {
            backups.count += 1;
            backups.oldest = backups.oldest.min(time);
            backups.newest = backups.newest.max(time);
            backups.equal |= content.is_some_and(|content| stat.size == content.len() && holds(directory, name, content));
        }
        ControlFlow::Continue(())
    })
}

fn holds(directory: &Fd, name: &CStr, content: &[u8]) -> bool {
    let mut found = Bytes::EMPTY;
    let file = directory.open_at(name, libc::O_RDONLY | libc::O_NONBLOCK, 0);
    file.and_then(|file| found.read(&file, content.len())).is_ok() && *found == *content
}

/// Keeps the file at `place`, whose content is `old`, under a backup name; nothing to do if a backup has this content.
///
/// # Errors
///
/// ENAMETOOLONG; what listing or copying says. The file itself is untouched in any case.
pub fn keep(place: &Place, old: &Old, journal: &mut dyn Journal) -> Result<(), Errno> {
    let mut backups = Backups::default();
    look(&place.directory, place.name(), Some(&old.content), &mut backups)?;
    if backups.equal {
        return Ok(());
    }
    // Later than the others even if the clock was set back or they were made within this second: the names tell their order.
    let mut time = unix_time().max(backups.newest.wrapping_add(1));
    let mut room: Room = [0; 288];
    loop {
        let backup = name_at(place.name(), time, &mut room);
        match place.directory.link_at(place.name(), backup) {
            Err(Errno(libc::EEXIST)) => time = time.wrapping_add(1),
            done @ (Ok(()) | Err(Errno(libc::ENAMETOOLONG))) => return done,
            Err(_) => return Replacement::new(place, old, 0, journal).copy_to(backup),
        }
    }
}

/// Removes all but the newest backups of the file `name`, as far as they can be removed: the file itself is replaced already.
pub fn prune(directory: &Fd, name: &CStr) {
    let mut backups = Backups::default();
    let mut room: Room = [0; 288];
    while look(directory, name, None, &mut backups).is_ok()
        && backups.count > BACKUPS_COUNT
        && directory.unlink_at(name_at(name, backups.oldest, &mut room)).is_ok()
    {}
}
