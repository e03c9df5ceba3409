//! The same operations against every daemon: the development server must answer as the real one it stands for, and the real ones as recorded.
//!
//! `conformance/script.txt` holds the operations, `conformance/<daemon>.txt` the answers of Xen 4.17's daemons.
//! `RECORD=1` writes the latter anew from the real daemons.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use nova_agent_devstore::Like;
use nova_agent_devstore::wire::strings;
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::xs::{Xs, kind};

const SCRIPT: &str = include_str!("conformance/script.txt");

struct Player {
    daemon: Daemon,
    clients: HashMap<String, Xs>,
    transactions: HashMap<String, u32>,
}

impl Player {
    fn client(&mut self, name: &str) -> &mut Xs {
        let socket = match name.as_bytes()[0] {
            b'0' => "socket".into(),
            domain => format!("dom{}.sock", domain as char),
        };
        let path = self.daemon.guest_socket().with_file_name(socket);
        self.clients.entry(name.into()).or_insert_with(|| Xs::connect(&path))
    }

    fn play(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        if words[1] == "repeat" {
            return self.repeat(words[0], words[2].parse().unwrap(), &words[3..].join(" "));
        }
        let (name, transaction) = words[0].split_once('@').map_or((words[0], 0), |(name, t)| (name, self.transaction(t)));
        if words[1] == "close" {
            self.clients.remove(name);
            return "closed".into();
        }
        let arguments: Vec<Vec<u8>> = words[2..].iter().map(|w| unescape(w)).collect();
        let client = self.client(name);
        if words[1] == "events" {
            let mut events: Vec<String> = client.events().iter().map(|(path, token)| format!("{path} {token}")).collect();
            // xenstored leaves out an event that is the same as one which it could not send yet: how fast it sends is no answer.
            events.dedup();
            return events.join(", ");
        }
        let all = strings(&arguments);
        let (kind, payload) = match words[1] {
            "read" => (kind::READ, all),
            "write" => (kind::WRITE, [arguments[0].as_slice(), b"\0", &arguments[1]].concat()),
            "mkdir" => (kind::MKDIR, all),
            "rm" => (kind::RM, all),
            "directory" => (kind::DIRECTORY, all),
            "part" => (kind::DIRECTORY_PART, all),
            "permissions" => (kind::GET_PERMS, all),
            "set_permissions" => (kind::SET_PERMS, all),
            "watch" => (kind::WATCH, all),
            "unwatch" => (kind::UNWATCH, all),
            "reset" => (kind::RESET_WATCHES, strings([""])),
            "start" => (kind::TRANSACTION_START, strings([""])),
            "commit" => (kind::TRANSACTION_END, strings(["T"])),
            "abort" => (kind::TRANSACTION_END, strings(["F"])),
            "home" => (kind::GET_DOMAIN_PATH, all),
            "introduced" => (kind::IS_DOMAIN_INTRODUCED, all),
            "introduce" => (kind::INTRODUCE, strings([arguments[0].as_slice(), b"1", b"1"])),
            "release" => (kind::RELEASE, all),
            "raw" => (kind_named(words[2]), arguments.get(1).cloned().unwrap_or_default()),
            other => panic!("no operation {other}"),
        };
        match client.request(kind, transaction, &payload) {
            Err(word) => word,
            Ok(reply) if kind == kind::TRANSACTION_START => {
                self.transactions.insert(words[2].into(), std::str::from_utf8(&reply[..reply.len() - 1]).unwrap().parse().unwrap());
                "started".into()
            }
            Ok(reply) if kind == kind::DIRECTORY_PART => {
                let generation = reply.iter().position(|b| *b == 0).unwrap();
                format!("{} octets, {:?}", reply.len() - generation - 1, shown(&reply[reply.len() - 2..]))
            }
            Ok(reply) => shown(&reply),
        }
    }

    fn transaction(&self, name: &str) -> u32 {
        self.transactions.get(name).copied().unwrap_or(999)
    }

    /// `1-54 OK, 55-60 ENOSPC`
    fn repeat(&mut self, client: &str, count: usize, rest: &str) -> String {
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        for i in 1..=count {
            let answer = self.play(&format!("{client} {}", rest.replace("$i", &format!("{:02}", i))));
            match runs.last_mut() {
                Some((_, last, same)) if *same == answer => *last = i,
                _ => runs.push((i, i, answer)),
            }
        }
        runs.iter().map(|(first, last, answer)| format!("{first}-{last} {answer}")).collect::<Vec<_>>().join(", ")
    }
}

fn kind_named(name: &str) -> u32 {
    match name {
        "READ" => kind::READ,
        "WRITE" => kind::WRITE,
        "WATCH" => kind::WATCH,
        "UNWATCH" => kind::UNWATCH,
        "RM" => kind::RM,
        "SET_PERMS" => kind::SET_PERMS,
        "ERROR" => kind::ERROR,
        "TRANSACTION_END" => kind::TRANSACTION_END,
        number => number.parse().unwrap(),
    }
}

fn unescape(word: &str) -> Vec<u8> {
    if let Some(count) = word.strip_prefix("x*") {
        return vec![b'x'; count.parse().unwrap()];
    }
    word.replace('~', "").replace("\\0", "\0").replace("\\n", "\n").replace("\\xff", "\u{ff}").chars().map(|c| c as u8).collect()
}

/// An answer, readable: what is long is counted.
fn shown(reply: &[u8]) -> String {
    if reply.len() > 200 { format!("{} octets", reply.len()) } else { reply.escape_ascii().to_string() }
}

fn transcript(backend: Backend) -> String {
    let daemon = Daemon::start(backend);
    daemon.host().introduce(2).unwrap();
    let mut player = Player { daemon, clients: HashMap::new(), transactions: HashMap::new() };
    let mut out = String::new();
    for line in SCRIPT.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        out += &format!("{line} => {}\n", player.play(line));
    }
    out
}

fn recorded(like: Like) -> PathBuf {
    let name = format!("{like:?}.txt").to_lowercase();
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(name)
}

fn compare(backend: Backend) {
    let (seen, file) = (transcript(backend), recorded(backend.like()));
    if std::env::var_os("RECORD").is_some() && !matches!(backend, Backend::Development(_)) {
        fs::write(&file, &seen).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap();
    let wrong: Vec<String> =
        expected.lines().zip(seen.lines()).filter(|(e, s)| e != s).map(|(e, s)| format!("recorded {e}\n    seen {s}")).collect();
    assert!(wrong.is_empty(), "{backend:?} differs in {} answers:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(expected.lines().count(), seen.lines().count());
}

#[test]
fn xenstored() {
    compare(Backend::Xenstored);
}

#[test]
fn oxenstored() {
    compare(Backend::Oxenstored);
}

#[test]
fn development_like_xenstored() {
    compare(Backend::Development(Like::Xenstored));
}

#[test]
fn development_like_oxenstored() {
    compare(Backend::Development(Like::Oxenstored));
}
