//! The run loop: owns the store connection, waits, takes requests one at a time, answers and removes them.
//!
//! Nothing is polled: without a key, a pending notification or a lost store the loop sleeps until the store sends something.

pub mod answers;
mod connection;
pub mod journal;
pub mod memory;
pub mod ready;

use crate::commands::{self, Keys, Room};
use crate::error::{Errno, Error};
use crate::json;
use crate::limits::{LIST_MS, STORE_PATH_LEN};
use crate::log::Level;
use crate::ports::{Host, Ports};
use crate::reply::{Answer, Code};
use crate::request::{Command, Request};
use crate::settings::Settings;
use crate::state;
use crate::sys::os::links::Links;
use crate::sys::posix::channel::{StoreChannel, send_datagram};
use crate::sys::posix::fd::Fd;
use crate::sys::posix::files::GuestFiles;
use crate::sys::posix::host::System;
use crate::sys::posix::process::stop_self;
use crate::sys::posix::signal::{self, FOREVER, Woken};
use crate::sys::posix::state_file::StateFile;
use crate::text::{Printable, Show};
use crate::xenstore::client::{Client, Connection};
use crate::xenstore::queue::Queue;
use answers::Answers;
use journal::Recorder;
pub use memory::{Kept, Memory, Scratch};
use ready::{Notify, Ready};

/// Where requests come from.
pub const DIRECTORY: &[u8] = b"data/host";

/// Tag of a request that was there when the agent started, so may have been answered by the process before.
const FROM_BEFORE: u64 = 1;

/// How the loop learns of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// By watch events.
    Watch,
    /// The store refuses watches (early classic kernels): by listing every second.
    List,
}

/// The agent.
pub struct Agent<'b> {
    store: Client<'b, StoreChannel>,
    mode: Mode,
    files: GuestFiles<'b>,
    links: Links<'b>,
    host: System,
    journal: Recorder<'b>,
    keys: Keys,
    ready: Ready,
    room: &'b mut Room,
    settings: Settings,
    answers: Answers<'b>,
    refused: Queue<'b>,
    /// Tag of what the next listing finds.
    tag: u64,
    /// The last listing was too long for the store: list again after the next event.
    too_long: bool,
    /// Something was done since the agent slept last, so there is memory to give back.
    stirred: bool,
    memory: Memory,
}

/// What an agent is made of.
pub struct Parts<'r> {
    /// The open store.
    pub channel: StoreChannel,
    /// The guest's root directory.
    pub root: &'r Fd,
    /// Clock, log and so on.
    pub host: System,
    /// Whom to tell that the guest is ready.
    pub notify: Option<Notify>,
    /// How the network is set.
    pub settings: Settings,
    /// What the program does about its memory.
    pub memory: Memory,
}

impl<'b> Agent<'b> {
    /// An agent over `parts`.
    pub fn new(parts: Parts<'b>, scratch: &'b mut Scratch, kept: &'b mut Kept) -> Self {
        let now_ms = if parts.notify.is_some() { parts.host.now_ms() } else { 0 };
        let ready = Ready::new(parts.notify, now_ms);
        Self {
            store: Client::new(parts.channel, DIRECTORY, &mut scratch.client),
            mode: Mode::Watch,
            files: GuestFiles::new(parts.root, &mut scratch.pending),
            links: Links::new(&mut scratch.links),
            host: parts.host,
            journal: Recorder::new(StateFile::new(parts.root, state::PATH), &mut kept.state),
            keys: Keys::default(),
            ready,
            room: &mut scratch.room,
            settings: parts.settings,
            answers: Answers::new(&mut kept.answers),
            refused: Queue::new(&mut kept.refused),
            tag: FROM_BEFORE,
            too_long: false,
            stirred: true,
            memory: parts.memory,
        }
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    ///
    /// [`Error::Bug`], after the request at hand was answered.
    #[inline(never)]
    pub fn run(&mut self, apply_at_start: bool) -> Result<(), Error> {
        self.start_watching();
        self.journal.recover();
        self.adopt_answers();
        if apply_at_start {
            self.apply_at_start();
        }
        while !signal::stopping() {
            if signal::must_reopen() {
                self.host.log.reopen();
            }
            self.store.take_received();
            if let Connection::Lost(errno) = self.store.connection() {
                if self.reconnect(errno).is_break() {
                    break;
                }
            } else if self.store.has_event() {
                self.take()?;
                if self.too_long {
                    self.store.list_later();
                }
            } else if self.store.must_list() {
                self.list();
            } else {
                self.sleep();
            }
        }
        self.info("stop", b"");
        Ok(())
    }

    /// One line about what happened, to which request (none if empty), and why.
    #[inline(never)]
    fn event(&mut self, level: Level, event: &str, id: &[u8], why: Option<&dyn Show>) {
        let text = if why.is_some() { "event=%%% reason=\"%\"" } else { "event=%%%" };
        let about = if id.is_empty() { "" } else { " id=" };
        self.host.log(level, text, &[&event, &about, &Printable(id), why.unwrap_or(&"")]);
    }

    /// What went as it should.
    #[inline(never)]
    fn info(&mut self, event: &str, id: &[u8]) {
        self.event(Level::Info, event, id, None);
    }

    /// What an administrator should look at, and the errno that tells why.
    #[inline(never)]
    fn warn(&mut self, event: &str, id: &[u8], errno: Errno) {
        self.event(Level::Warning, event, id, Some(&errno));
    }

    /// Sleeps until the store sends something, a key expires, readiness is due, or a signal comes.
    #[inline(never)]
    fn sleep(&mut self) {
        let now_ms = self.host.now_ms();
        self.keys.expire(now_ms);
        if let Some(notify) = self.ready.due(now_ms) {
            self.tell_ready(notify);
        }
        if self.stirred && self.store.is_settled() {
            self.room.text.clear();
            self.room.interfaces.clear();
            (self.memory.give_back)();
            self.stirred = false;
        }
        let mut deadline_ms = self.keys.deadline().unwrap_or(FOREVER).min(self.ready.deadline().unwrap_or(FOREVER));
        if self.mode == Mode::List {
            deadline_ms = deadline_ms.min(now_ms + LIST_MS);
        }
        let for_ms = if deadline_ms == FOREVER { FOREVER } else { deadline_ms.saturating_sub(now_ms) };
        match signal::wait(self.store.channel().fd(), libc::POLLIN, for_ms) {
            Ok(Woken::Ready) => {
                self.stirred = true;
                if let Err(errno) = self.store.receive(0) {
                    self.event(Level::Debug, "receive-failed", b"", Some(&errno));
                }
            }
            Ok(Woken::TimeOver | Woken::Signal) => {}
            Err(errno) => self.warn("wait-failed", b"", errno),
        }
        if self.mode == Mode::List {
            self.store.list_later();
        }
    }

    #[inline(never)]
    fn tell_ready(&mut self, notify: Notify) {
        self.info("ready", b"");
        match notify {
            Notify::Systemd(socket) => {
                if let Err(errno) = send_datagram(socket, b"READY=1") {
                    self.warn("notify-failed", b"", errno);
                }
            }
            Notify::Upstart => stop_self(),
        }
    }

    /// Does the request that the oldest event names.
    #[inline(never)] // its buffer must not stand on the stack of a sleeping agent
    fn take(&mut self) -> Result<(), Error> {
        let mut id = heapless::Vec::<u8, STORE_PATH_LEN>::new();
        let (tag, name) = self.store.event();
        let fits = id.extend_from_slice(name).is_ok();
        self.store.drop_event();
        if fits { self.handle(tag, &id) } else { Ok(()) }
    }

    /// Does one request, if it is still there.
    #[inline(never)]
    fn handle(&mut self, tag: u64, id: &[u8]) -> Result<(), Error> {
        let started_ms = self.host.now_ms();
        if tag == FROM_BEFORE && self.store.read(answers::DIRECTORY, id).is_ok() {
            self.info("answered-before", id);
            self.remove(id);
            return Ok(());
        }
        match self.store.read(DIRECTORY, id) {
            Err(Errno(libc::ENOENT)) => {
                self.refused.remove(id); // a later node of this name is a new request
                return Ok(());
            }
            Err(errno) => {
                self.event(Level::Debug, "unreadable", id, Some(&errno));
                return Ok(());
            }
            Ok(()) if self.refused.contains(id) => return Ok(()),
            Ok(()) => {}
        }
        let mut answer = Answer::empty();
        let mut name = "unknown";
        let result = self.respond(id, &mut name, &mut answer);
        (self.memory.release)();
        if let Err(error) = &result {
            if *error == Error::Stopped {
                self.journal.end(); // not a death: the next process does it from the start
                return Ok(());
            }
            answer.set(Code::Failed, "%", &[error]);
        }
        self.answer(id, &mut answer);
        self.journal.end();
        if let Some(errno) = self.journal.refusal() {
            self.warn("no-state-file", id, errno);
        }
        let now_ms = self.host.now_ms();
        self.ready.answered(name == "resetnetwork", now_ms);
        let level = if answer.code == Code::Done || answer.code == Code::Key { Level::Info } else { Level::Warning };
        let code = answer.code.as_str();
        let ms = now_ms - started_ms;
        self.host.log(level, "event=request id=% command=% outcome=% ms=%", &[&Printable(id), &name, &code, &ms]);
        result.or_else(|error| if matches!(error, Error::Bug(_)) { Err(error) } else { Ok(()) })
    }

    /// Decides what the request that was read last wants and has it done.
    #[inline(never)]
    fn respond(&mut self, id: &[u8], name: &mut &'static str, answer: &mut Answer) -> Result<(), Error> {
        let request = Request::parse(json::sanitise(self.store.reply(), &mut self.room.text)?)?;
        let command = request.command()?;
        *name = command.name();
        if command.changes() {
            self.journal.begin(id)?;
        }
        self.command(&command, answer)
    }

    fn command(&mut self, command: &Command<'_>, answer: &mut Answer) -> Result<(), Error> {
        let mut ports = Ports {
            store: &mut self.store,
            files: &mut self.files,
            links: &mut self.links,
            host: &mut self.host,
            journal: &mut self.journal,
            settings: self.settings,
        };
        commands::run(command, &mut ports, &mut self.keys, self.room, answer)
    }

    /// Applies vm-data once, without a request.
    #[inline(never)]
    fn apply_at_start(&mut self) {
        let mut answer = Answer::empty();
        if let Err(error) = self.command(&Command::ResetNetwork, &mut answer) {
            answer.set(Code::Failed, "%", &[&error]);
        }
        (self.memory.release)();
        self.host.log(Level::Info, "event=applied-at-start outcome=%", &[&answer.code.as_str()]);
    }

    /// Writes the answer and removes the request, over as many lost connections as it takes.
    #[inline(never)]
    fn answer(&mut self, id: &[u8], answer: &mut Answer) {
        loop {
            let now_ms = self.host.now_ms();
            self.answers.remove_old(&mut self.store, now_ms);
            let written = self.answers.write(&mut self.store, id, answer, now_ms);
            if self.store.connection() == Connection::Up {
                if let Err(errno) = written {
                    self.warn("answer-refused", id, errno);
                }
                self.remove(id);
            }
            match self.store.connection() {
                Connection::Up => return,
                Connection::Lost(errno) if self.reconnect(errno).is_break() => return,
                Connection::Lost(_) => {}
            }
        }
    }

    /// Removes a request; one that cannot be removed is remembered, so that it is not done twice.
    #[inline(never)]
    fn remove(&mut self, id: &[u8]) {
        match self.store.remove(DIRECTORY, id) {
            Ok(()) | Err(Errno(libc::ENOENT)) => self.refused.remove(id),
            Err(errno) if self.store.connection() == Connection::Up => {
                self.warn("not-removed", id, errno);
                if !self.refused.contains(id) {
                    while !self.refused.push(0, id) && self.refused.count() > 0 {
                        self.refused.pop();
                    }
                }
            }
            Err(_) => {}
        }
    }
}
