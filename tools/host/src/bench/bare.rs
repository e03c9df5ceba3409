//! The bare client: the least that any agent does for a `version`, which is to wait for the event, read the request, write the answer
//! and remove the request. What the agent is measured against. It has its own directories, so that both can serve one domain at once.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use nova_agent_devstore::wire::kind;

/// Where its requests are: as long a path as the agent's.
pub const REQUESTS: &str = "data/hosT";
/// Where its answers go: as long a path as the agent's.
pub const ANSWERS: &str = "data/guesT";
/// As long an answer as the agent's to `version`.
const ANSWER: &[u8] = br#"{"returncode": "0", "message": "3.0.0.0"}"#;

struct Client {
    stream: UnixStream,
    buffer: [u8; 8192],
    filled: usize,
    events: VecDeque<String>,
}

/// Says a line when it is ready, and serves until the daemon goes.
pub fn serve(socket: &Path) -> io::Result<()> {
    let mut client = Client { stream: UnixStream::connect(socket)?, buffer: [0; 8192], filled: 0, events: VecDeque::new() };
    client.request(kind::WATCH, &[REQUESTS.as_bytes(), b"\0bare\0"])?;
    println!("ready");
    let mut removed = String::new();
    loop {
        let request = client.event()?;
        // The first event names the directory alone, and the removal below makes one too.
        let Some(id) = request.strip_prefix(REQUESTS).and_then(|rest| rest.strip_prefix('/')).filter(|_| request != removed) else {
            continue;
        };
        client.request(kind::READ, &[request.as_bytes(), b"\0"])?;
        client.request(kind::WRITE, &[ANSWERS.as_bytes(), b"/", id.as_bytes(), b"\0", ANSWER])?;
        client.request(kind::RM, &[request.as_bytes(), b"\0"])?;
        removed = request;
    }
}

impl Client {
    /// Sends a request in one write and waits for the reply; events are kept.
    fn request(&mut self, kind: u32, payload: &[&[u8]]) -> io::Result<()> {
        let payload = payload.concat();
        let head = [kind, 0, 0, payload.len() as u32].map(u32::to_ne_bytes);
        self.stream.write_all(&[head.as_flattened(), &payload].concat())?;
        loop {
            match self.message()? {
                (kind::WATCH_EVENT, payload) => self.events.push_back(payload),
                (kind::ERROR, word) => return Err(io::Error::other(word)),
                _ => return Ok(()),
            }
        }
    }

    /// The path of the next event.
    fn event(&mut self) -> io::Result<String> {
        match self.events.pop_front() {
            Some(path) => Ok(path),
            None => self.message().map(|(_, path)| path),
        }
    }

    /// The next message: its type and the first string in it.
    fn message(&mut self) -> io::Result<(u32, String)> {
        loop {
            let word = |at: usize| u32::from_ne_bytes([0, 1, 2, 3].map(|i| self.buffer[at + i]));
            let end = 16 + word(12) as usize;
            if self.filled >= 16 && self.filled >= end {
                let text = self.buffer[16..end].split(|b| *b == 0).next().unwrap_or_default();
                let message = (word(0), String::from_utf8_lossy(text).into_owned());
                self.buffer.copy_within(end..self.filled, 0);
                self.filled -= end;
                return Ok(message);
            }
            match self.stream.read(&mut self.buffer[self.filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => self.filled += n,
            }
        }
    }
}
