//! The `Files` port: the guest's own files below the agent's root.

use super::backup;
use super::bytes::Bytes;
use super::fd::{Fd, is_directory, is_link, is_regular};
use super::library;
use super::locks::AccountLock;
use super::replace::{Old, Replacement};
use super::walk::{self, Last, Place, RealPath};
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

    /// The regular file at `place`, open and read.
    #[inline(never)]
    fn old(place: &Place) -> Result<Option<Old>, Error> {
        let Some(stat) = &place.stat else { return Ok(None) };
        if is_directory(stat) {
            return Err(Error::System("replace file", Errno(libc::EISDIR)));
        }
        if !is_regular(stat) {
            return Err(Error::Request("the path is neither a file nor free"));
        }
        let read = || {
            let file = place.directory.open_at(place.name.as_c(), libc::O_RDONLY | libc::O_NONBLOCK, 0)?;
            let stat = file.stat()?;
            let content = Bytes::read(&file, usize::try_from(stat.st_size).map_err(|_| Errno(libc::EFBIG))?)?;
            Ok(Old { file, stat, content })
        };
        read().map(Some).map_err(|e| Error::System("read file", e))
    }
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
        let mut real = RealPath::new();
        let place = match walk::find(self.root, path, rule.parents, Last::Follow, &mut real) {
            Ok(place) => place,
            Err(Errno(libc::ENOENT)) if rule.create.is_none() => return edit(None, &mut Nowhere).map(|_| Outcome::Same),
            Err(errno) => return Err(Error::System("open directory", errno)),
        };
        let old = Self::old(&place)?;
        let Some(mode) = rule.create.or(old.as_ref().map(|_| 0)) else {
            return edit(None, &mut Nowhere).map(|_| Outcome::Same);
        };
        let mut new = Replacement::new(&place, old.as_ref(), mode, journal, &real);
        if !edit(old.as_ref().map(|o| &*o.content), &mut new)? || !new.finish()? {
            return Ok(Outcome::Same);
        }
        let Some(old) = old.as_ref().filter(|_| rule.backup) else { return new.commit(&place.name) };
        backup::keep(&place, old, new.journal(), &real)?;
        let outcome = new.commit(&place.name)?;
        backup::prune(&place);
        Ok(outcome)
    }

    fn kind(&mut self, path: &[u8]) -> Result<Option<Kind>, Error> {
        match walk::find(self.root, path, false, Last::Keep, &mut RealPath::new()) {
            Ok(place) => Ok(place.stat.map(|stat| match stat {
                s if is_regular(&s) => Kind::File,
                s if is_link(&s) => Kind::Link,
                s if is_directory(&s) => Kind::Directory,
                _ => Kind::Other,
            })),
            Err(Errno(libc::ENOENT)) => Ok(None),
            Err(errno) => Err(Error::System("look at file", errno)),
        }
    }

    fn lock_accounts(&mut self, accounts: Accounts, journal: &mut dyn Journal) -> Result<bool, Error> {
        let (path, name): (&[u8], _) = match accounts {
            Accounts::Shadow => (b"/etc/shadow", c"shadow.lock"),
            Accounts::Passwd => (b"/etc/passwd", c"passwd.lock"),
        };
        let failed = |e| Error::System("lock accounts", e);
        let mut real = RealPath::new();
        let place = walk::find(self.root, path, false, Last::Keep, &mut real).map_err(failed)?;
        journal.directory(&real)?;
        self.lock = AccountLock::try_take(place.directory, name).map_err(failed)?;
        Ok(self.lock.is_some())
    }

    fn unlock_accounts(&mut self) {
        self.lock = None;
    }

    fn crypt_knows(&mut self, scheme: &[u8]) -> Result<Option<bool>, Error> {
        library::knows(self.root, scheme).map_err(|e| Error::System("search libcrypt", e))
    }
}
