//! A plain blocking XenStore client over a Unix socket: the host's and the guest's hands in the tests.
//!
//! Errors are the words of the protocol ("ENOENT"); a silent or vanished daemon fails the test.

use std::collections::VecDeque;
use std::io::{ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

pub use nova_agent_devstore::wire::kind;
use nova_agent_devstore::wire::{Message, strings};

/// How long a daemon may take for anything.
const PATIENCE: Duration = Duration::from_secs(10);

/// One connection.
pub struct Xs {
    stream: UnixStream,
    request: u32,
    events: VecDeque<(String, String)>,
}

impl Xs {
    /// Connects, waiting for the socket to appear.
    pub fn connect(socket: &Path) -> Self {
        let start = Instant::now();
        let stream = loop {
            match UnixStream::connect(socket) {
                Ok(stream) => break stream,
                Err(error) if start.elapsed() > PATIENCE => panic!("no XenStore at {}: {error}", socket.display()),
                Err(_) => sleep(Duration::from_millis(2)),
            }
        };
        Self { stream, request: 0, events: VecDeque::new() }
    }

    /// One request with its payload as it is. Events that come before the reply are kept.
    pub fn request(&mut self, kind: u32, transaction: u32, payload: &[u8]) -> Result<Vec<u8>, String> {
        self.request += 1;
        let message = Message { kind, request: self.request, transaction, payload: payload.to_vec() };
        self.stream.write_all(&message.bytes()).expect("XenStore went away");
        loop {
            let reply = self.message(PATIENCE).expect("XenStore does not answer");
            match reply.kind {
                kind::WATCH_EVENT => self.keep(&reply),
                kind::ERROR => return Err(text(reply.payload.strip_suffix(b"\0").unwrap_or(&reply.payload))),
                _ => {
                    assert_eq!((reply.request, reply.kind), (self.request, kind), "reply to another request");
                    return Ok(reply.payload);
                }
            }
        }
    }

    /// Reads a value.
    pub fn read(&mut self, path: &str) -> Result<Vec<u8>, String> {
        self.request(kind::READ, 0, &strings([path]))
    }

    /// Reads a value that must exist, as text.
    pub fn text(&mut self, path: &str) -> String {
        text(&self.read(path).unwrap_or_else(|word| panic!("{path}: {word}")))
    }

    /// Writes a value.
    pub fn write(&mut self, path: &str, value: impl AsRef<[u8]>) -> Result<(), String> {
        self.request(kind::WRITE, 0, &[path.as_bytes(), b"\0", value.as_ref()].concat()).map(drop)
    }

    /// Makes an empty node.
    pub fn mkdir(&mut self, path: &str) -> Result<(), String> {
        self.request(kind::MKDIR, 0, &strings([path])).map(drop)
    }

    /// Removes a node and everything below.
    pub fn rm(&mut self, path: &str) -> Result<(), String> {
        self.request(kind::RM, 0, &strings([path])).map(drop)
    }

    /// Names of the children, in the daemon's order.
    pub fn directory(&mut self, path: &str) -> Result<Vec<String>, String> {
        self.request(kind::DIRECTORY, 0, &strings([path])).map(|names| split(&names))
    }

    /// Permissions, such as `["n1", "r0"]`.
    pub fn permissions(&mut self, path: &str) -> Result<Vec<String>, String> {
        self.request(kind::GET_PERMS, 0, &strings([path])).map(|names| split(&names))
    }

    /// Sets permissions.
    pub fn set_permissions(&mut self, path: &str, permissions: &[&str]) -> Result<(), String> {
        self.request(kind::SET_PERMS, 0, &strings([&[path], permissions].concat())).map(drop)
    }

    /// Watches a node and everything below. The first event comes at once.
    pub fn watch(&mut self, path: &str, token: &str) -> Result<(), String> {
        self.request(kind::WATCH, 0, &strings([path, token])).map(drop)
    }

    /// Ends a watch.
    pub fn unwatch(&mut self, path: &str, token: &str) -> Result<(), String> {
        self.request(kind::UNWATCH, 0, &strings([path, token])).map(drop)
    }

    /// Dom0 tells the daemon of a domain.
    pub fn introduce(&mut self, domain: u32) -> Result<(), String> {
        self.request(kind::INTRODUCE, 0, &strings([domain.to_string().as_str(), "1", "1"])).map(drop)
    }

    /// The next watch event (path, token), if one comes in time.
    pub fn event(&mut self, timeout: Duration) -> Option<(String, String)> {
        if self.events.is_empty() {
            let message = self.message(timeout)?;
            assert_eq!(message.kind, kind::WATCH_EVENT, "a reply nobody asked for");
            self.keep(&message);
        }
        self.events.pop_front()
    }

    /// All events that the daemon sent until now.
    pub fn events(&mut self) -> Vec<(String, String)> {
        // Events are sent in order with replies, so those of earlier changes are here once this is answered.
        self.request(kind::GET_DOMAIN_PATH, 0, &strings(["1"])).expect("GET_DOMAIN_PATH");
        self.events.drain(..).collect()
    }

    fn keep(&mut self, message: &Message) {
        let mut words = split(&message.payload).into_iter();
        self.events.push_back((words.next().unwrap(), words.next().unwrap()));
    }

    /// `None` if no message begins in time.
    fn message(&mut self, timeout: Duration) -> Option<Message> {
        self.stream.set_read_timeout(Some(timeout.max(Duration::from_millis(1)))).unwrap();
        match Message::read(&mut self.stream, 1 << 20) {
            Ok(message) => Some(message),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
            Err(error) => panic!("XenStore went away: {error}"),
        }
    }
}

/// Octets as text; what is not UTF-8 is shown as U+FFFD.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn split(names: &[u8]) -> Vec<String> {
    names.strip_suffix(b"\0").map_or(Vec::new(), |all| all.split(|b| *b == 0).map(text).collect())
}
