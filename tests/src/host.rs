//! Plays nova: writes requests, waits for answers, and judges every answer by the rules that the host's programs impose.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::daemon::{Daemon, GUEST};
use crate::xs::{Xs, text};

/// nova's `agent_timeout` is 30 s; a healthy agent needs milliseconds.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What the agent said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What nova decides by.
    pub returncode: String,
    /// For people, or the value asked for.
    pub message: String,
    /// From the request being written to the answer being read, in microseconds.
    pub us: u64,
}

impl Answer {
    /// The message of an answer that must be `0`.
    pub fn done(self) -> String {
        assert_eq!(self.returncode, "0", "{}", self.message);
        self.message
    }

    /// The message of an answer that must be `500`.
    pub fn failed(self) -> String {
        assert_eq!(self.returncode, "500", "{}", self.message);
        assert!(!self.message.is_empty(), "a failure says why");
        self.message
    }
}

/// The host's side of one guest.
pub struct Host {
    /// Its connection, as dom0.
    pub xs: Xs,
}

impl Host {
    /// A host on this daemon.
    pub fn new(daemon: &Daemon) -> Self {
        Self { xs: daemon.host() }
    }

    /// Asks as nova does and waits for the answer. The request must be gone then.
    pub fn ask(&mut self, name: &str, value: impl Into<serde_json::Value>) -> Answer {
        self.ask_raw(request(name, value))
    }

    /// Asks whatever the octets say.
    pub fn ask_raw(&mut self, value: impl AsRef<[u8]>) -> Answer {
        let id = uuid();
        let answer = self.ask_as(&id, value);
        self.wait_gone(&id);
        answer
    }

    /// Asks under an id of the caller's and does not care for the request afterwards.
    pub fn ask_as(&mut self, id: &str, value: impl AsRef<[u8]>) -> Answer {
        let path = format!("{GUEST}/data/guest/{id}");
        self.xs.watch(&path, id).expect("watch the answer");
        let start = Instant::now();
        self.post(id, value);
        let answer = self.read_answer(id, start);
        self.xs.unwatch(&path, id).expect("unwatch");
        answer.unwrap_or_else(|| panic!("no answer to {id}"))
    }

    /// Writes a request.
    pub fn post(&mut self, id: &str, value: impl AsRef<[u8]>) {
        self.xs.write(&format!("{GUEST}/data/host/{id}"), value).expect("write the request");
    }

    /// Waits for the answer to a request that was posted.
    pub fn answer(&mut self, id: &str) -> Answer {
        let path = format!("{GUEST}/data/guest/{id}");
        self.xs.watch(&path, id).expect("watch the answer");
        let answer = self.read_answer(id, Instant::now());
        self.xs.unwatch(&path, id).expect("unwatch");
        answer.unwrap_or_else(|| panic!("no answer to {id}"))
    }

    fn read_answer(&mut self, id: &str, start: Instant) -> Option<Answer> {
        let path = format!("{GUEST}/data/guest/{id}");
        loop {
            // The daemon tells of the change; a value that is there already was told at once.
            let (_, token) = self.xs.event(TIMEOUT.checked_sub(start.elapsed())?)?;
            if token != id {
                continue;
            }
            match self.xs.read(&path) {
                Ok(value) => return Some(judge(&value, start.elapsed())),
                Err(word) => assert_eq!(word, "ENOENT"),
            }
        }
    }

    /// Whether a request is still there.
    pub fn is_pending(&mut self, id: &str) -> bool {
        self.xs.read(&format!("{GUEST}/data/host/{id}")).is_ok()
    }

    /// Waits until the agent has removed a request.
    pub fn wait_gone(&mut self, id: &str) {
        crate::agent::within(TIMEOUT, || (!self.is_pending(id)).then_some(())).unwrap_or_else(|| panic!("{id} was not removed"));
    }

    /// The answers in the store.
    pub fn answers(&mut self) -> Vec<String> {
        self.xs.directory(&format!("{GUEST}/data/guest")).unwrap_or_default()
    }
}

/// The request as nova's `json.dumps` writes it.
pub fn request(name: &str, value: impl Into<serde_json::Value>) -> String {
    format!("{{\"name\": {}, \"value\": {}}}", serde_json::Value::from(name), value.into())
}

/// base64 by the real program, in one line.
pub fn base64(octets: &[u8]) -> String {
    let mut child = Command::new("base64").arg("-w0").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("package coreutils");
    child.stdin.take().expect("a pipe").write_all(octets).expect("write to base64");
    String::from_utf8(child.wait_with_output().expect("base64").stdout).expect("base64")
}

/// A version 4 UUID in lower case, as nova makes one per call.
pub fn uuid() -> String {
    let mut octets = [0; 16];
    File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut octets)).expect("random octets");
    octets[6] = octets[6] & 0x0f | 0x40;
    octets[8] = octets[8] & 0x3f | 0x80;
    let hex: String = octets.iter().map(|o| format!("{o:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// What `xenstore-read`, the plugin's JSON parser and nova accept: one object on one line of printable ASCII that holds no backslash,
/// with two strings in it.
fn judge(value: &[u8], took: Duration) -> Answer {
    let shown = text(value);
    assert!(
        value.iter().all(|b| (0x20..0x7f).contains(b) && *b != b'\\'),
        "an answer must be printable ASCII without backslash: {shown:?}"
    );
    assert!(value.len() <= 2048, "oxenstored takes no longer value");
    let json: serde_json::Value = serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{error}: {shown}"));
    let member = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{name} is not a string: {shown}")).to_owned();
    assert_eq!(json.as_object().map(|o| o.len()), Some(2), "{shown}");
    Answer { returncode: member("returncode"), message: member("message"), us: took.as_micros() as u64 }
}
