//! The ports in memory, for the unit tests of commands.

use core::ffi::CStr;
use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use crate::error::{Errno, Error, What};
use crate::log::Level;
use crate::ports::{Accounts, Edit, Files, Host, Journal, Kind, Outcome, Rule, Sink, Store, Verdict};
use crate::text::{Parts, Text};

/// XenStore nodes below the guest's own directory: path to value.
#[derive(Default)]
pub struct MemoryStore(pub BTreeMap<String, Vec<u8>>, Vec<u8>);

impl MemoryStore {
    pub fn new(nodes: BTreeMap<String, Vec<u8>>) -> Self {
        Self(nodes, Vec::new())
    }
}

impl Store for MemoryStore {
    fn read(&mut self, path: &[u8]) -> Result<Option<&[u8]>, Error> {
        Ok(self.0.get(std::str::from_utf8(path).unwrap()).map(Vec::as_slice))
    }

    fn directory(&mut self, path: &[u8]) -> Result<Option<&[u8]>, Error> {
        let prefix = std::format!("{}/", std::str::from_utf8(path).unwrap());
        let mut names: Vec<&str> = self.0.keys().filter_map(|k| k.strip_prefix(&prefix)).filter_map(|k| k.split('/').next()).collect();
        names.dedup();
        self.1 = names.iter().flat_map(|n| n.bytes().chain([0])).collect();
        Ok((!self.1.is_empty()).then_some(&self.1))
    }
}

/// Files: path to content. Backups are kept under `PATH.0.bak~`.
#[derive(Default)]
pub struct MemoryFiles {
    pub files: BTreeMap<String, Vec<u8>>,
    pub links: Vec<String>,
    /// Symbolic links that [`Files::link`] makes: path to target.
    pub symlinks: BTreeMap<String, String>,
    pub pending: Vec<(String, Option<Vec<u8>>)>,
    pub locked: Option<Accounts>,
    pub held_by_other: bool,
    pub crypt: Option<Vec<u8>>,
    pub refuse: Option<Errno>,
}

/// A sink that keeps everything.
#[derive(Default)]
pub struct Collect(pub Vec<u8>);

impl Sink for Collect {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

impl Files for MemoryFiles {
    fn prepare(&mut self, path: &[u8], rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
        let path = std::str::from_utf8(path).unwrap();
        let old = self.files.get(path).cloned();
        let mut new = Collect(Vec::new());
        let new = match edit(old.as_deref(), &mut new)? {
            Verdict::Write if old.as_ref() != Some(&new.0) && (old.is_some() || rule.create.is_some()) => Some(new.0),
            Verdict::Remove if old.is_some() => None,
            _ => return Ok(Outcome::Same),
        };
        journal.directory(path.rsplit_once('/').unwrap().0.as_bytes());
        if let Some(errno) = self.refuse {
            return Err(Error::System(What::WriteFile, errno));
        }
        let outcome = match (&old, &new) {
            (_, None) => Outcome::Removed,
            (None, _) => Outcome::Created,
            (Some(_), _) => Outcome::Replaced,
        };
        assert!(!self.pending.iter().any(|(other, _)| other == path), "{path} is prepared twice");
        self.pending.push((path.into(), new));
        if let Some(old) = old.filter(|_| rule.backup) {
            self.pending.push((std::format!("{path}.0.bak~"), Some(old)));
        }
        Ok(outcome)
    }

    fn link(&mut self, path: &[u8], target: Option<&[u8]>, _: &mut dyn Journal) -> Result<Outcome, Error> {
        let path = String::from_utf8(path.to_vec()).unwrap();
        let before = self.symlinks.get(&path).cloned();
        match target {
            Some(target) => self.symlinks.entry(path).or_insert(String::from_utf8(target.to_vec()).unwrap()).clone(),
            None => self.symlinks.remove(&path).unwrap_or_default(),
        };
        Ok(match (before, target) {
            (None, Some(_)) => Outcome::Created,
            (Some(_), None) => Outcome::Removed,
            _ => Outcome::Same,
        })
    }

    fn commit(&mut self) -> Result<(), Error> {
        for (path, content) in std::mem::take(&mut self.pending) {
            match content {
                Some(content) => self.files.insert(path, content),
                None => self.files.remove(&path),
            };
        }
        Ok(())
    }

    fn abandon(&mut self) {
        self.pending.clear();
    }

    fn names(&mut self, directory: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        let prefix = std::format!("{}/", std::str::from_utf8(directory).unwrap());
        for path in self.files.keys().chain(self.symlinks.keys()) {
            if let Some(name) = path.strip_prefix(&prefix).filter(|name| !name.contains('/')) {
                each(name.as_bytes());
            }
        }
        Ok(())
    }

    fn kind(&mut self, path: &[u8]) -> Result<Option<Kind>, Error> {
        let path = std::str::from_utf8(path).unwrap();
        if self.links.iter().any(|l| l == path) || self.symlinks.contains_key(path) {
            return Ok(Some(Kind::Link));
        }
        Ok(self.files.contains_key(path).then_some(Kind::File))
    }

    fn lock_accounts(&mut self, accounts: Accounts, journal: &mut dyn Journal) -> Result<bool, Error> {
        journal.directory(b"/etc");
        assert_eq!(self.locked, None);
        if !self.held_by_other {
            self.locked = Some(accounts);
        }
        Ok(!self.held_by_other)
    }

    fn unlock_accounts(&mut self) {
        self.locked = None;
    }

    fn crypt_knows(&mut self, scheme: &[u8]) -> Result<Option<bool>, Error> {
        Ok(self.crypt.as_ref().map(|library| library.windows(scheme.len()).any(|w| w == scheme)))
    }
}

/// A host whose clock advances only by waiting and whose random source counts.
#[derive(Default)]
pub struct MemoryHost {
    pub now_ms: u64,
    pub next_random: u8,
    pub name: Vec<u8>,
    pub lines: Vec<String>,
    pub stopped: bool,
    /// The command lines that were run, with their input.
    pub ran: Vec<(String, String)>,
    /// What a program exits with, ...
    pub status: i32,
    /// ... unless it cannot be run.
    pub not_run: Option<Errno>,
}

impl Host for MemoryHost {
    fn now_ms(&self) -> u64 {
        self.now_ms
    }

    fn unix_time(&self) -> u64 {
        1_700_000_000 + self.now_ms / 1000
    }

    fn random(&mut self, out: &mut [u8]) -> Result<(), Error> {
        for byte in out {
            self.next_random = self.next_random.wrapping_mul(5).wrapping_add(89);
            *byte = self.next_random;
        }
        Ok(())
    }

    fn wait(&mut self, deadline_ms: u64) -> Result<(), Error> {
        if self.stopped {
            return Err(Error::Stopped);
        }
        self.now_ms = self.now_ms.max(deadline_ms);
        Ok(())
    }

    fn nodename<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8], Error> {
        buffer[..self.name.len()].copy_from_slice(&self.name);
        Ok(&buffer[..self.name.len()])
    }

    fn set_nodename(&mut self, name: &[u8]) -> Result<(), Error> {
        self.name = name.to_vec();
        Ok(())
    }

    fn run(&mut self, words: &[&CStr], input: &[u8], _: u64) -> Result<i32, Error> {
        if self.stopped {
            return Err(Error::Stopped);
        }
        let words: Vec<&str> = words.iter().map(|word| word.to_str().unwrap()).collect();
        self.ran.push((words.join(" "), String::from_utf8(input.to_vec()).unwrap()));
        self.not_run.map_or(Ok(self.status), |errno| Err(Error::System(What::RunProgram, errno)))
    }

    fn log(&mut self, level: Level, text: &str, parts: &Parts<'_>) {
        self.lines.push(std::format!("{level:?} {}", Text::<2048>::of(text, parts).as_str()));
    }
}

/// A journal that keeps everything.
#[derive(Default)]
pub struct MemoryJournal {
    pub directories: Vec<Vec<u8>>,
    pub applied: Option<(Vec<u8>, Vec<u8>)>,
}

impl Journal for MemoryJournal {
    fn directory(&mut self, directory: &[u8]) {
        self.directories.push(directory.to_vec());
    }

    fn applied_nodename(&self, uuid: &[u8]) -> Option<&[u8]> {
        self.applied.as_ref().filter(|(u, _)| u == uuid).map(|(_, name)| name.as_slice())
    }

    fn set_applied_nodename(&mut self, uuid: &[u8], name: &[u8]) -> Result<(), Error> {
        self.applied = Some((uuid.to_vec(), name.to_vec()));
        Ok(())
    }
}

/// `head`, as often `part` as makes a whole message of the store, and `tail`.
pub fn filled(head: &str, part: &str, tail: &str) -> String {
    let count = (crate::limits::PAYLOAD_LEN - head.len() - tail.len()) / part.len();
    std::format!("{head}{}{tail}", part.repeat(count))
}
