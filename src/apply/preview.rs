//! Files that are read and not written: every change is printed as a unified diff, or as what it does to a link.

use crate::apply::diff;
use crate::error::{Errno, Error, What};
use crate::network::config::out::Out;
use crate::ports::{Accounts, Edit, Files, Journal, Kind, Outcome, Rule, Sink, Verdict};
use crate::sys::posix::bytes::Bytes;
use crate::sys::posix::log::write_stdout;
use crate::text::Printable;

/// How much longer than the old one a new content may be. A longer one is EFBIG.
const GROWTH_LEN: usize = 64 << 10;

/// The real files behind a pane of glass.
pub struct Preview<'f> {
    files: &'f mut dyn Files,
}

impl<'f> Preview<'f> {
    /// Shows what would be done to `files`.
    pub fn new(files: &'f mut dyn Files) -> Self {
        Self { files }
    }
}

/// Takes a file's new content into memory.
struct Collect {
    bytes: Bytes,
    len: usize,
}

impl Sink for Collect {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let end = self.len + bytes.len();
        let to = self.bytes.bytes_mut().get_mut(self.len..end).ok_or(Error::System(What::ShowFile, Errno(libc::EFBIG)))?;
        to.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }
}

/// Prints what a diff consists of.
struct Stdout;

impl Sink for Stdout {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let text = core::str::from_utf8(bytes).map_err(|_| Error::State(What::FileNotUtf8))?;
        write_stdout(text).map_err(|errno| Error::System(What::WriteOutput, errno))
    }
}

impl Files for Preview<'_> {
    #[inline(never)]
    fn prepare(&mut self, path: &[u8], rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
        let mut outcome = Outcome::Same;
        let look = Rule { create: None, parents: false, backup: false };
        self.files.prepare(path, look, journal, &mut |old, _| {
            let mut after = Collect { bytes: Bytes::EMPTY, len: 0 };
            after.bytes.zero(old.unwrap_or_default().len() + GROWTH_LEN).map_err(|errno| Error::System(What::ShowFile, errno))?;
            let new = match edit(old, &mut after)? {
                Verdict::Leave => old,
                Verdict::Write => after.bytes.get(..after.len),
                Verdict::Remove => None,
            };
            outcome = match (old, new) {
                _ if old == new => Outcome::Same,
                (Some(_), Some(_)) => Outcome::Replaced,
                (Some(_), None) => Outcome::Removed,
                (None, _) if rule.create.is_some() => Outcome::Created,
                (None, _) => Outcome::Same,
            };
            if outcome != Outcome::Same {
                diff::unified(path, old, new, &mut Stdout)?;
            }
            Ok(Verdict::Leave)
        })?;
        Ok(outcome)
    }

    fn link(&mut self, path: &[u8], target: Option<&[u8]>, _: &mut dyn Journal) -> Result<Outcome, Error> {
        let mut stdout = Stdout;
        let mut out = Out::new(&mut stdout);
        let outcome = match (target, self.files.kind(path)?) {
            (Some(target), None) => {
                out.add("ln -s % %\n", &[&Printable(target), &Printable(path)]);
                Outcome::Created
            }
            (None, Some(Kind::Link)) => {
                out.add("rm %\n", &[&Printable(path)]);
                Outcome::Removed
            }
            _ => Outcome::Same,
        };
        out.finish()?;
        Ok(outcome)
    }

    fn commit(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn abandon(&mut self) {}

    fn names(&mut self, directory: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        self.files.names(directory, each)
    }

    fn kind(&mut self, path: &[u8]) -> Result<Option<Kind>, Error> {
        self.files.kind(path)
    }

    fn lock_accounts(&mut self, _: Accounts, _: &mut dyn Journal) -> Result<bool, Error> {
        Ok(false)
    }

    fn unlock_accounts(&mut self) {}

    fn crypt_knows(&mut self, scheme: &[u8]) -> Result<Option<bool>, Error> {
        self.files.crypt_knows(scheme)
    }
}
