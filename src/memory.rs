//! The ports in memory, for the unit tests of commands.

use core::ffi::CStr;
use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use crate::error::{Errno, Error};
use crate::log::Level;
use crate::ports::{Accounts, Edit, Files, Host, Journal, Kind, Outcome, Rule, Sink, Store};
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
    fn edit(&mut self, path: &[u8], rule: Rule, journal: &mut dyn Journal, edit: &mut Edit<'_>) -> Result<Outcome, Error> {
        let path = std::str::from_utf8(path).unwrap();
        let old = self.files.get(path).cloned();
        let mut new = Collect(Vec::new());
        if !edit(old.as_deref(), &mut new)? || old.as_ref() == Some(&new.0) || (old.is_none() && rule.create.is_none()) {
            return Ok(Outcome::Same);
        }
        journal.directory(path.rsplit_once('/').unwrap().0.as_bytes());
        if let Some(errno) = self.refuse {
            return Err(Error::System("write file", errno));
        }
        self.files.insert(path.into(), new.0);
        let Some(old) = old else { return Ok(Outcome::Created) };
        if rule.backup {
            self.files.insert(std::format!("{path}.0.bak~"), old);
        }
        Ok(Outcome::Replaced)
    }

    fn kind(&mut self, path: &[u8]) -> Result<Option<Kind>, Error> {
        let path = std::str::from_utf8(path).unwrap();
        if self.links.iter().any(|l| l == path) {
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
        self.not_run.map_or(Ok(self.status), |errno| Err(Error::System("run program", errno)))
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
