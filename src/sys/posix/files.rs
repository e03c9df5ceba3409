//! The `Files` port: the guest's own files below the agent's root.

use core::ops::ControlFlow;

use super::super::os::directory::for_each_name;
use super::fd::{Fd, Stat};
use super::library;
use super::locks::AccountLock;
use super::pending::Pending;
use super::replace::{Old, Replacement, TemporaryName};
use super::walk::{Last, Place};
use crate::error::{Errno, Error, What};
use crate::ports::{Accounts, Edit, Files, Journal, Kind, Outcome, Rule, Sink, Verdict};

/// Files below an open root directory.
pub struct GuestFiles<'r> {
    root: &'r Fd,
    pending: &'r mut Pending,
    lock: Option<AccountLock>,
}

impl<'r> GuestFiles<'r> {
    /// Files below `root`; `pending` is memory for what is prepared.
    pub fn new(root: &'r Fd, pending: &'r mut Pending) -> Self {
        Self { root, pending, lock: None }
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

/// Prepares the file at `place`; what it was and is to be is added to `pending`.
fn prepare(place: &mut Place, rule: Rule, journal: &mut dyn Journal, pending: &mut Pending, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
    let exists = match kind_of(&place.stat) {
        None => false,
        Some(Kind::File) => true,
        Some(Kind::Directory) => return Err(Error::System(What::ReplaceFile, Errno(libc::EISDIR))),
        _ => return Err(Error::Request(What::PathNotFree)),
    };
    let mut old = Old::NONE;
    if exists {
        old.read(place).map_err(|e| Error::System(What::ReadFile, e))?;
    }
    let writable = exists | rule.create.is_some();
    let backup = rule.backup & exists;
    let mut new = Replacement::new(place, &old, rule.create.unwrap_or(0), journal);
    let out: &mut dyn Sink = if writable { &mut new } else { &mut Nowhere };
    let changes = match edit(exists.then_some(&*old.content), out)? {
        Verdict::Remove if exists => new.give_up(backup),
        Verdict::Write if writable => new.finish(backup),
        _ => Ok(false),
    };
    if !changes.map_err(|errno| new.failed(errno))? {
        return Ok(Outcome::Same);
    }
    let temporary = new.take();
    drop(new);
    let outcome = match &temporary {
        None => Outcome::Removed,
        Some(_) if exists => Outcome::Replaced,
        Some(_) => Outcome::Created,
    };
    add(place, pending, temporary, backup)?;
    Ok(outcome)
}

/// Adds a change of what is at `place`, whose directory goes with it.
#[inline(never)]
fn add(place: &mut Place, pending: &mut Pending, temporary: Option<TemporaryName>, has_backup: bool) -> Result<(), Error> {
    let directory = core::mem::replace(&mut place.directory, Fd::NONE);
    pending.add(directory, place.name(), temporary, has_backup).map_err(|errno| Error::System(What::PrepareFile, errno))
}

/// No way to the directory of a file.
fn open_failed(errno: Errno) -> Error {
    Error::System(What::OpenDirectory, errno)
}

impl Files for GuestFiles<'_> {
    fn prepare(&mut self, path: &[u8], rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
        let mut place = Place::none();
        match place.find(self.root, path, rule.parents, Last::Follow) {
            Err(Errno(libc::ENOENT)) if rule.create.is_none() => place.stat = Stat::NONE,
            found => found.map_err(open_failed)?,
        }
        prepare(&mut place, rule, journal, self.pending, edit)
    }

    fn link(&mut self, path: &[u8], target: Option<&[u8]>, journal: &mut dyn Journal) -> Result<Outcome, Error> {
        let mut place = Place::none();
        match place.find(self.root, path, target.is_some(), Last::Keep) {
            Err(Errno(libc::ENOENT)) if target.is_none() => return Ok(Outcome::Same),
            found => found.map_err(open_failed)?,
        }
        let mut temporary = None;
        let outcome = match (target, kind_of(&place.stat)) {
            (Some(target), None) => {
                journal.directory(place.real());
                let name = temporary.insert(TemporaryName::blank());
                name.make_link(&place.directory, target).map_err(|errno| Error::System(What::MakeLink, errno))?;
                Outcome::Created
            }
            (None, Some(Kind::Link)) => Outcome::Removed,
            _ => return Ok(Outcome::Same),
        };
        add(&mut place, self.pending, temporary, false)?;
        Ok(outcome)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.pending.commit()
    }

    fn abandon(&mut self) {
        self.pending.abandon();
    }

    fn names(&mut self, directory: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        let names = Place::open_below(self.root, directory, libc::O_RDONLY | libc::O_DIRECTORY).and_then(|directory| {
            for_each_name(&directory, &mut |name| {
                each(name.to_bytes());
                ControlFlow::Continue(())
            })
        });
        match names {
            Ok(()) | Err(Errno(libc::ENOENT | libc::ENOTDIR)) => Ok(()),
            Err(errno) => Err(Error::System(What::ListDirectory, errno)),
        }
    }

    fn kind(&mut self, path: &[u8]) -> Result<Option<Kind>, Error> {
        let mut place = Place::none();
        match place.find(self.root, path, false, Last::Keep) {
            Ok(()) => Ok(kind_of(&place.stat)),
            Err(Errno(libc::ENOENT)) => Ok(None),
            Err(errno) => Err(Error::System(What::LookAtFile, errno)),
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
            Err(errno) => return Err(Error::System(What::LockAccounts, errno)),
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
