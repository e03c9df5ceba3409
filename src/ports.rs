//! The ports: what a command may ask of the world, as small traits.
//!
//! Implemented once per operating system in `sys`, and in memory by tests. A command gets a [`Ports`] and is straight-line code over
//! it. No trait here mentions a file descriptor, an `ioctl` or a socket.

use core::ffi::CStr;

use crate::error::{Errno, Error};
use crate::log::Level;
use crate::network::live::{Item, Link};
use crate::network::model::Mac;
use crate::network::plan::Change;
use crate::settings::Settings;
use crate::text::Parts;

/// Everything a command may use.
pub struct Ports<'a> {
    /// XenStore, for `vm-data`; requests and answers are the loop's business.
    pub store: &'a mut dyn Store,
    /// The guest's own files.
    pub files: &'a mut dyn Files,
    /// The guest's network links.
    pub links: &'a mut dyn Links,
    /// Clock, random source, host name, programs, log.
    pub host: &'a mut dyn Host,
    /// What outlives the process.
    pub journal: &'a mut dyn Journal,
    /// What the administrator decided.
    pub settings: Settings,
}

/// XenStore nodes, by path relative to the guest's own directory.
pub trait Store {
    /// A node's value, valid until the next call. `None` if the node does not exist.
    fn read(&mut self, path: &[u8]) -> Result<Option<&[u8]>, Error>;

    /// The names of a node's children, each ended by a NUL or a newline, valid until the next call. `None` if the node does not exist.
    fn directory(&mut self, path: &[u8]) -> Result<Option<&[u8]>, Error>;
}

/// Takes a file's new bytes, piece by piece, in order.
pub trait Sink {
    /// Appends `bytes` to the new content.
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error>;
}

/// Makes a file's new content: the old bytes in (`None`: there is no such file), the new bytes out through the sink.
pub type Edit<'a> = dyn FnMut(Option<&[u8]>, &mut dyn Sink) -> Result<Verdict, Error> + 'a;

/// What becomes of a file that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It stays as it is, whatever was put.
    Leave,
    /// What was put becomes its content.
    Write,
    /// It goes.
    Remove,
}

impl Verdict {
    /// [`Verdict::Write`] if something `changes`.
    pub fn write_if(changes: bool) -> Self {
        if changes { Self::Write } else { Self::Leave }
    }
}

/// How [`Files::prepare`] treats a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Mode of a file that does not exist yet; `None`: the edit is asked with `None` but nothing is created.
    pub create: Option<u32>,
    /// Whether missing parent directories are made (0755; `.ssh` 0700).
    pub parents: bool,
    /// Whether the old content is kept as `NAME.<unix seconds>.bak~`.
    pub backup: bool,
}

/// What [`Files::prepare`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The new content equals the old one, or the edit declined: nothing was written.
    Same,
    /// The file is replaced.
    Replaced,
    /// The file does not exist and is made.
    Created,
    /// The file is removed.
    Removed,
}

/// What a path names, its last component not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A directory.
    Directory,
    /// A device, socket or pipe.
    Other,
}

/// Which database of accounts is locked (by `etc/.pwd.lock` and the `.lock` file of its own).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// `/etc/shadow`
    Shadow,
    /// `/etc/passwd`
    Passwd,
}

/// Files of the guest. Paths are absolute; everything resolves inside the agent's root.
pub trait Files {
    /// Prepares to replace a file by what `edit` makes of it: written beside it, synced; owner, mode and labels kept; the backup made.
    /// Equal content writes nothing. On any error the old file is untouched and nothing of the new one is left behind.
    /// The journal learns the directory before the first temporary file is made in it. The old bytes are those on disk: what waits for
    /// its commit is not seen, so a file is prepared once.
    fn prepare(&mut self, path: &[u8], rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error>;

    /// Prepares a symbolic link to `target` where nothing is yet, or, without a target, the removal of one.
    fn link(&mut self, path: &[u8], target: Option<&[u8]>, journal: &mut dyn Journal) -> Result<Outcome, Error>;

    /// Does what was prepared, all of it, by renaming. One that fails does not keep the others from being done; the first failure is told.
    fn commit(&mut self) -> Result<(), Error>;

    /// Forgets what was prepared.
    fn abandon(&mut self);

    /// Prepares and commits one file.
    fn edit(&mut self, path: &[u8], rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
        let outcome = self.prepare(path, rule, journal, edit)?;
        self.commit()?;
        Ok(outcome)
    }

    /// Calls `each` with every name in a directory, in no order; with none if there is no such directory.
    fn names(&mut self, directory: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), Error>;

    /// What is at `path`; `None` if nothing is.
    fn kind(&mut self, path: &[u8]) -> Result<Option<Kind>, Error>;

    /// Tries to take the locks that programs changing accounts take; `false` if somebody else has them now.
    fn lock_accounts(&mut self, accounts: Accounts, journal: &mut dyn Journal) -> Result<bool, Error>;

    /// Gives those locks back.
    fn unlock_accounts(&mut self);

    /// Whether the guest's crypt library can check hashes that start with `scheme`: `None` if no such library is installed.
    fn crypt_knows(&mut self, scheme: &[u8]) -> Result<Option<bool>, Error>;
}

/// The guest's network links and what is configured on them now.
pub trait Links {
    /// Finds the link that `mac` belongs to, the Xen vif if several have it; `false` if there is none (yet).
    fn find(&mut self, mac: Mac, link: &mut Link) -> Result<bool, Errno>;

    /// Calls `each` with every address of the link and every unicast route of the main table through it.
    /// `EAGAIN`: the state changed meanwhile, what was told is worthless and reading it again will help.
    fn live(&mut self, link: &Link, each: &mut dyn FnMut(Item)) -> Result<(), Errno>;

    /// Makes one change and waits for the kernel's word on it. `EAFNOSUPPORT`: the kernel or the link does no IPv6.
    fn change(&mut self, link: &Link, change: &Change) -> Result<(), Errno>;

    /// Tells DHCP clients bound to the link to end; `each` gets the name and the process number of each one told.
    fn stop_dhcp(&mut self, link: &Link, each: &mut dyn FnMut(&str, u32)) -> Result<(), Errno>;

    /// Whether the process still runs.
    fn runs(&mut self, process: u32) -> bool;
}

/// The rest of the host system: time, randomness, host name, programs, log.
pub trait Host {
    /// Milliseconds on a clock that never steps.
    fn now_ms(&self) -> u64;

    /// Seconds since 1970-01-01 UTC.
    fn unix_time(&self) -> u64;

    /// Fills `out` from the kernel's random source.
    fn random(&mut self, out: &mut [u8]) -> Result<(), Error>;

    /// Sleeps until `deadline_ms` on the clock of [`Host::now_ms`]; `Err(Stopped)` if the agent is to end.
    fn wait(&mut self, deadline_ms: u64) -> Result<(), Error>;

    /// The kernel's host name (nodename), in `buffer`.
    fn nodename<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8], Error>;

    /// Sets the kernel's host name.
    fn set_nodename(&mut self, name: &[u8]) -> Result<(), Error>;

    /// Runs a program, `words` from its absolute path on, with `input` as its standard input and nothing else of ours, and waits for its
    /// exit status. `ENOENT`: there is no such program; `ETIMEDOUT`: it was killed after `limit_ms`; `Err(Stopped)` as [`Host::wait`].
    fn run(&mut self, words: &[&CStr], input: &[u8], limit_ms: u64) -> Result<i32, Error>;

    /// Writes one log line. Never request data, addresses or file contents at info or above.
    fn log(&mut self, level: Level, text: &str, parts: &Parts<'_>);
}

/// What the agent must know again after it died or was restarted.
pub trait Journal {
    /// Notes that a temporary file is about to be made in `directory` (real path inside the agent's root), besides those noted before.
    fn directory(&mut self, directory: &[u8]);

    /// The host name applied last, if that was in the domain `uuid`.
    fn applied_nodename(&self, uuid: &[u8]) -> Option<&[u8]>;

    /// Remembers `name` as the host name applied last, in the domain `uuid`.
    fn set_applied_nodename(&mut self, uuid: &[u8], name: &[u8]) -> Result<(), Error>;
}
