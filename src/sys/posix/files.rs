//! The `Files` port: the guest's own files below the agent's root.

use super::backup;
use super::bytes::Bytes;
use super::fd::{Fd, Stat};
use super::library;
use super::locks::AccountLock;
use super::replace::{Old, Replacement};
use super::walk::{Last, Place};
use crate::error::{Errno, Error};
use crate::ports::{Accounts, Edit, Files, Journal, Kind, Outcome, Rule, Sink};

/// Files below an open root directory.
pub struct GuestFiles<'r> {
    root: &'r Fd,
    lock: Option<AccountLock>,
}

impl<'r> GuestFiles<'r> {
    /// Files below `root`.
    pub fn new(root: &'r Fd) -> Self {
        Self { root, lock: None }
    }
}

/// What a path names.
fn kind_of(stat: &Stat) -> Option<Kind> {
    match stat.mode & libc::S_IFMT {
        0 => None,
        libc::S_IFREG => Some(Kind::File),
        libc::S_IFLNK => Some(Kind::Link),
        libc::S_IFDIR => Some(Kind::Directory),
        _ => Some(Kind::Other),
    }
}

/// The regular file at `place`, open and read.
#[inline(never)]
fn read(place: &Place) -> Result<Old, Errno> {
    let file = place.open(libc::O_RDONLY)?;
    let mut stat = Stat::NONE;
    file.stat(&mut stat)?;
    let content = Bytes::read(&file, stat.size)?;
    Ok(Old { file, stat, content })
}

/// Takes what an edit puts when no file may be made.
struct Nowhere;

impl Sink for Nowhere {
    fn put(&mut self, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }
}

impl Files for GuestFiles<'_> {
    fn edit(&mut self, path: &[u8], rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
        let mut place = Place::new();
        match place.find(self.root, path, rule.parents, Last::Follow) {
            Ok(()) => {}
            Err(Errno(libc::ENOENT)) if rule.create.is_none() => place.stat = Stat::NONE,
            Err(errno) => return Err(Error::System("open directory", errno)),
        }
        let old = match (kind_of(&place.stat), rule.create) {
            (None, None) => return edit(None, &mut Nowhere).map(|_| Outcome::Same),
            (None, _) => None,
            (Some(Kind::File), _) => Some(read(&place).map_err(|e| Error::System("read file", e))?),
            (Some(Kind::Directory), _) => return Err(Error::System("replace file", Errno(libc::EISDIR))),
            _ => return Err(Error::Request("the path is neither a file nor free")),
        };
        let old = old.as_ref();
        let mut new = Replacement::new(&place, old, rule.create.unwrap_or(0), journal);
        if !edit(old.map(|o| &*o.content), &mut new)? {
            return Ok(Outcome::Same);
        }
        match new.finish() {
            Ok(false) => return Ok(Outcome::Same),
            Err(errno) => return Err(new.failed(errno)),
            Ok(true) => {}
        }
        let backup = old.filter(|_| rule.backup);
        if let Some(old) = backup {
            backup::keep(&place, old, new.journal()).map_err(|e| Error::System("make backup", e))?;
        }
        new.commit(place.name()).map_err(|e| new.failed(e))?;
        if backup.is_some() {
            backup::prune(&place);
        }
        Ok(if old.is_some() { Outcome::Replaced } else { Outcome::Created })
    }

    fn kind(&mut self, path: &[u8]) -> Result<Option<Kind>, Error> {
        let mut place = Place::new();
        match place.find(self.root, path, false, Last::Keep) {
            Ok(()) => Ok(kind_of(&place.stat)),
            Err(Errno(libc::ENOENT)) => Ok(None),
            Err(errno) => Err(Error::System("look at file", errno)),
        }
    }

    fn lock_accounts(&mut self, accounts: Accounts, journal: &mut dyn Journal) -> Result<bool, Error> {
        let (path, name): (&[u8], _) = match accounts {
            Accounts::Shadow => (b"/etc/shadow", c"shadow.lock"),
            Accounts::Passwd => (b"/etc/passwd", c"passwd.lock"),
        };
        let mut place = Place::new();
        let taken = place.find(self.root, path, false, Last::Keep).and_then(|()| {
            journal.directory(place.real());
            AccountLock::try_take(place.directory, name)
        });
        self.lock = taken.map_err(|e| Error::System("lock accounts", e))?;
        Ok(self.lock.is_some())
    }

    fn unlock_accounts(&mut self) {
        self.lock = None;
    }

    fn crypt_knows(&mut self, scheme: &[u8]) -> Result<Option<bool>, Error> {
        Ok(library::knows(self.root, scheme))
    }
}
