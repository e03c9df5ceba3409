//! The `Files` port: the guest's own files below the agent's root.

use super::backup;
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

/// Takes what an edit puts when no file may be made.
struct Nowhere;

impl Sink for Nowhere {
    fn put(&mut self, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }
}

/// Replaces the file at `place`, or makes it.
#[inline(never)]
fn edit(place: &Place, rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
    let exists = match kind_of(&place.stat) {
        None => false,
        Some(Kind::File) => true,
        Some(Kind::Directory) => return Err(Error::System("replace file", Errno(libc::EISDIR))),
        _ => return Err(Error::Request("the path is neither a file nor free")),
    };
    let mut old = Old::NONE;
    if exists {
        old.read(place).map_err(|e| Error::System("read file", e))?;
    }
    let writable = exists | rule.create.is_some();
    let mut new = Replacement::new(place, &old, rule.create.unwrap_or(0), journal);
    let out: &mut dyn Sink = if writable { &mut new } else { &mut Nowhere };
    if !edit(exists.then_some(&*old.content), out)? || !writable {
        return Ok(Outcome::Same);
    }
    let backup = rule.backup & exists;
    match new.finish(backup) {
        Ok(true) => {}
        Ok(false) => return Ok(Outcome::Same),
        Err(errno) => return Err(new.failed(errno)),
    }
    if backup {
        backup::prune(place);
    }
    Ok(if exists { Outcome::Replaced } else { Outcome::Created })
}

impl Files for GuestFiles<'_> {
    fn edit(&mut self, path: &[u8], rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
        let mut place = Place::none();
        match place.find(self.root, path, rule.parents, Last::Follow) {
            Ok(()) => {}
            Err(Errno(libc::ENOENT)) if rule.create.is_none() => place.stat = Stat::NONE,
            Err(errno) => return Err(Error::System("open directory", errno)),
        }
        self::edit(&place, rule, journal, edit)
    }

    fn kind(&mut self, path: &[u8]) -> Result<Option<Kind>, Error> {
        let mut place = Place::none();
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
        let mut place = Place::none();
        let taken = place.find(self.root, path, false, Last::Keep).and_then(|()| {
            journal.directory(place.real());
            AccountLock::try_take(core::mem::replace(&mut place.directory, Fd::NONE), name)
        });
        match taken {
            Ok(lock) => self.lock = Some(lock),
            Err(Errno(libc::EAGAIN)) => return Ok(false),
            Err(errno) => return Err(Error::System("lock accounts", errno)),
        }
        Ok(true)
    }

    fn unlock_accounts(&mut self) {
        self.lock = None;
    }

    fn crypt_knows(&mut self, scheme: &[u8]) -> Result<Option<bool>, Error> {
        Ok(library::knows(self.root, scheme))
    }
}
