//! A XenStore client over any byte channel: one request in flight, watch events kept while a reply is awaited.
//!
//! Replies are matched by order, since Linux 4.11 to 4.15 do not give our req_id back. What concerns requests of the host (ids, answers)
//! is the loop's business, not the client's.

use crate::error::{Errno, Error, What};
use crate::limits::{EVENTS_LEN, PAYLOAD_LEN, REPLY_MS, REQUEST_LEN};
use crate::ports::Store;
use crate::text::{Text, holds};
use crate::xenstore::queue::Queue;
use crate::xenstore::wire::{HEADER_LEN, Header, Type, emit_message, error_of, event_path, word};

/// Bytes to and from the store.
pub trait Channel {
    /// Writes all of `bytes`.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Errno>;

    /// Reads some bytes into `buffer`, waiting up to `wait_ms` for the first. ETIMEDOUT if none came, EPIPE if the other side closed.
    fn receive(&mut self, buffer: &mut [u8], wait_ms: u64) -> Result<usize, Errno>;
}

/// Whether the connection can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Yes.
    Up,
    /// No: this happened. Only [`Client::reset`] helps.
    Lost(Errno),
}

/// The memory of a client: one message of either direction and the events not yet taken.
pub struct Buffers {
    incoming: [u8; HEADER_LEN + PAYLOAD_LEN],
    outgoing: [u8; REQUEST_LEN],
    events: [u8; EVENTS_LEN],
}

impl Buffers {
    /// Empty buffers.
    pub const fn new() -> Self {
        Self { incoming: [0; HEADER_LEN + PAYLOAD_LEN], outgoing: [0; REQUEST_LEN], events: [0; EVENTS_LEN] }
    }
}

impl Default for Buffers {
    fn default() -> Self {
        Self::new()
    }
}

/// The client.
pub struct Client<'b, C> {
    channel: C,
    connection: Connection,
    req_id: u32,
    /// Received octets: `bytes[..have]`, of which the first `done` belong to the message taken last.
    bytes: &'b mut [u8; HEADER_LEN + PAYLOAD_LEN],
    have: usize,
    done: usize,
    /// Octets of an oversized message that are still to be dropped.
    skip: usize,
    out: &'b mut [u8; REQUEST_LEN],
    watched: &'static [u8],
    events: Queue<'b>,
    list: bool,
}

impl<'b, C: Channel> Client<'b, C> {
    /// A client that keeps events below `watched`, a path relative to the guest's own directory.
    pub fn new(channel: C, watched: &'static [u8], buffers: &'b mut Buffers) -> Self {
        Self {
            channel,
            connection: Connection::Up,
            req_id: 0,
            bytes: &mut buffers.incoming,
            have: 0,
            done: 0,
            skip: 0,
            out: &mut buffers.outgoing,
            watched,
            events: Queue::new(&mut buffers.events),
            list: false,
        }
    }

    /// The byte channel.
    pub fn channel(&mut self) -> &mut C {
        &mut self.channel
    }

    /// Whether the connection can be used.
    pub fn connection(&self) -> Connection {
        self.connection
    }

    /// Forgets half-received messages, after the channel was opened anew. Events already taken stay.
    pub fn reset(&mut self) {
        self.connection = Connection::Up;
        self.have = 0;
        self.done = 0;
        self.skip = 0;
    }

    /// Sets the watch. The store sends one event at once, which names the watched directory itself.
    pub fn watch(&mut self) -> Result<(), Errno> {
        self.call(Type::WATCH, &[self.watched, b"\0w\0"])
    }

    /// Writes the node `name` in `directory`, making it if need be.
    pub fn write(&mut self, directory: &[u8], name: &[u8], value: &[u8]) -> Result<(), Errno> {
        self.about(Type::WRITE, directory, name, value)
    }

    /// Removes a node. A node that does not exist is an ENOENT.
    pub fn remove(&mut self, directory: &[u8], name: &[u8]) -> Result<(), Errno> {
        self.about(Type::RM, directory, name, b"")
    }

    /// Reads a node into [`Client::reply`].
    pub fn read(&mut self, directory: &[u8], name: &[u8]) -> Result<(), Errno> {
        self.about(Type::READ, directory, name, b"")
    }

    /// Reads the names of a node's children, each ended by a NUL, into [`Client::reply`].
    pub fn directory(&mut self, path: &[u8]) -> Result<(), Errno> {
        self.ask(Type::DIRECTORY, path)
    }

    /// The payload of the reply taken last, until the next call.
    pub fn reply(&self) -> &[u8] {
        self.payload(0)
    }

    /// Adds the children of the watched directory to the events, in the store's order, each with `tag`. What does not fit is listed again
    /// later. No such directory is no children.
    ///
    /// # Errors
    ///
    /// E2BIG if the names are over 4,096 octets in all and the store has no `XS_DIRECTORY_PART`.
    #[inline(never)]
    pub fn list(&mut self, tag: u64) -> Result<(), Errno> {
        self.list = false;
        match self.directory(self.watched) {
            Ok(()) => self.announce(tag, 0),
            Err(Errno(libc::ENOENT)) => {}
            Err(Errno(libc::E2BIG)) => return self.list_parts(tag),
            Err(errno) => return Err(errno),
        }
        Ok(())
    }

    /// The same piece by piece: each reply has the generation count, then names from the given octet of the whole list on; an empty name
    /// ends the last one.
    fn list_parts(&mut self, tag: u64) -> Result<(), Errno> {
        let mut offset = 0;
        while !self.list {
            let digits = Text::<20>::of("%", &[&offset]);
            match self.call(Type::DIRECTORY_PART, &[self.watched, b"\0", digits.as_bytes(), b"\0"]) {
                Err(Errno(libc::ENOSYS | libc::EINVAL)) => return Err(Errno(libc::E2BIG)),
                result => result?,
            }
            let count_len = word(self.reply()).len() + 1;
            let names = self.payload(count_len);
            let (names_len, is_last) = (names.len(), names.is_empty() || names.ends_with(b"\0\0"));
            self.announce(tag, count_len);
            if is_last {
                break;
            }
            offset += names_len;
        }
        Ok(())
    }

    /// Adds the names in the message taken last to the events, from octet `at` of its payload on.
    #[inline(never)]
    fn announce(&mut self, tag: u64, mut at: usize) {
        loop {
            let names = self.bytes.get(HEADER_LEN + at..self.done).unwrap_or_default();
            if names.is_empty() {
                break;
            }
            let name = word(names);
            at += name.len() + 1;
            if !name.is_empty() && !self.events.contains(name) && !self.events.push(tag, name) {
                self.list = true;
                break;
            }
        }
    }

    /// The payload of the message taken last, from octet `at` on.
    #[inline(never)]
    fn payload(&self, at: usize) -> &[u8] {
        self.bytes.get(HEADER_LEN + at..self.done).unwrap_or_default()
    }

    /// Whether nothing is in the buffers: neither events nor half a message.
    pub fn is_settled(&self) -> bool {
        self.events.count() == 0 && self.have == self.done && self.skip == 0
    }

    /// Takes in what the store sent without being asked: waits up to `wait_ms` for the first octet.
    #[inline(never)]
    pub fn receive(&mut self, wait_ms: u64) -> Result<(), Errno> {
        match self.next_message(wait_ms) {
            Ok(kind) => {
                self.keep_event(kind);
                self.take_received();
                Ok(())
            }
            Err(Errno(libc::ETIMEDOUT)) => Ok(()),
            Err(errno) => self.lost(errno),
        }
    }

    /// Takes in the events that came in one read with a reply. To be called before waiting: poll(2) knows nothing of them any more.
    #[inline(never)]
    pub fn take_received(&mut self) {
        while let Some(kind) = self.buffered_message() {
            self.keep_event(kind);
        }
    }

    /// Whether there is an event.
    pub fn has_event(&mut self) -> bool {
        self.take_received(); // what came behind the last reply
        self.events.count() > 0
    }

    /// The oldest event: its tag (0 for what the store sent) and the name below the watched directory.
    pub fn event(&self) -> (u64, &[u8]) {
        (self.events.front_tag(), self.events.front())
    }

    /// Drops the oldest event.
    pub fn drop_event(&mut self) {
        self.events.pop();
    }

    /// Whether the directory must be listed: an event named only the directory, or there were more events than fit.
    pub fn must_list(&self) -> bool {
        self.list
    }

    /// Asks for a listing later.
    pub fn list_later(&mut self) {
        self.list = true;
    }

    fn lost(&mut self, errno: Errno) -> Result<(), Errno> {
        self.connection = Connection::Lost(errno);
        Err(errno)
    }

    /// One request about the node `name` in `directory`.
    #[inline(never)]
    fn about(&mut self, kind: Type, directory: &[u8], name: &[u8], value: &[u8]) -> Result<(), Errno> {
        self.call(kind, &[directory, b"/", name, b"\0", value])
    }

    /// One request about `path` alone.
    #[inline(never)]
    fn ask(&mut self, kind: Type, path: &[u8]) -> Result<(), Errno> {
        self.call(kind, &[path, b"\0"])
    }

    /// One request; its reply's payload is left in [`Client::reply`].
    #[inline(never)]
    fn call(&mut self, kind: Type, parts: &[&[u8]]) -> Result<(), Errno> {
        if let Connection::Lost(errno) = self.connection {
            return Err(errno);
        }
        self.req_id = self.req_id.wrapping_add(1);
        let len = emit_message(kind, self.req_id, parts, self.out).ok_or(Errno(libc::E2BIG))?;
        // Messages that were read ahead came before this request: they can only be events.
        self.take_received();
        match self.exchange(kind, len) {
            Ok(found) if found == kind => {
                // An oversized reply was dropped, so it counts as refused.
                if self.skip > 0 { Err(Errno(libc::E2BIG)) } else { Ok(()) }
            }
            Ok(_) => Err(error_of(self.reply())),
            Err(errno) => self.lost(errno),
        }
    }

    /// Sends the `len` octets of a request and awaits its reply or an error, whose type it returns.
    fn exchange(&mut self, kind: Type, len: usize) -> Result<Type, Errno> {
        self.channel.send(self.out.get(..len).unwrap_or_default())?;
        loop {
            let found = self.next_message(REPLY_MS)?;
            if !self.keep_event(found) && (found == kind || found == Type::ERROR) {
                return Ok(found);
            }
        }
    }

    /// The type of the next message, which is whole in the buffer: `bytes[HEADER_LEN..done]` is its payload (nothing, if it was oversized).
    #[inline(never)]
    fn next_message(&mut self, wait_ms: u64) -> Result<Type, Errno> {
        loop {
            if let Some(kind) = self.buffered_message() {
                return Ok(kind);
            }
            let room = self.bytes.get_mut(self.have..).unwrap_or_default();
            let received = self.channel.receive(room, wait_ms)?;
            self.have = (self.have + received).min(self.bytes.len());
        }
    }

    /// The type of the next message, if all of it was received already. Of an oversized one the payload is dropped as it comes.
    #[inline(never)]
    fn buffered_message(&mut self) -> Option<Type> {
        loop {
            self.bytes.copy_within(self.done..self.have, 0);
            self.have -= self.done;
            self.done = self.skip.min(self.have);
            self.skip -= self.done;
            if self.done == 0 {
                break;
            }
        }
        let header = Header::parse(self.bytes.get(..self.have)?)?;
        let len = header.len as usize;
        if len > PAYLOAD_LEN {
            self.done = HEADER_LEN;
            self.skip = len;
        } else if len <= self.have - HEADER_LEN {
            self.done = HEADER_LEN + len;
        } else {
            return None;
        }
        Some(header.kind)
    }

    /// Notes the message taken last if it is a watch event.
    #[inline(never)]
    fn keep_event(&mut self, kind: Type) -> bool {
        if kind != Type::WATCH_EVENT {
            return false;
        }
        let payload = self.bytes.get(HEADER_LEN..self.done).unwrap_or_default();
        let Some(path) = event_path(payload) else {
            self.list = true;
            return true;
        };
        let Some(below) = path.strip_prefix(self.watched) else { return true };
        match below.strip_prefix(b"/") {
            None => self.list |= below.is_empty(),
            Some(name) if name.is_empty() || holds(name, b'/') || self.events.contains(name) => {}
            Some(name) => self.list |= !self.events.push(0, name),
        }
        true
    }
}

impl<C: Channel> Store for Client<'_, C> {
    fn read(&mut self, path: &[u8]) -> Result<Option<&[u8]>, Error> {
        let result = self.ask(Type::READ, path);
        self.there(result, What::ReadNode)
    }

    fn directory(&mut self, path: &[u8]) -> Result<Option<&[u8]>, Error> {
        let result = self.ask(Type::DIRECTORY, path);
        self.there(result, What::ListNodes)
    }
}

impl<C> Client<'_, C> {
    /// The reply's payload; `None` for ENOENT.
    #[inline(never)]
    fn there(&self, result: Result<(), Errno>, what: What) -> Result<Option<&[u8]>, Error> {
        match result {
            Ok(()) => Ok(self.bytes.get(HEADER_LEN..self.done)),
            Err(Errno(libc::ENOENT)) => Ok(None),
            Err(errno) => Err(Error::System(what, errno)),
        }
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
