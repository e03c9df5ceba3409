//! The run loop's connection to the store: watched, listed, and opened again when it is lost.

use core::ops::ControlFlow;

use super::{Agent, Mode, answers};
use crate::error::Errno;
use crate::limits::REOPEN_MS;
use crate::log::Level;
use crate::ports::Host;
use crate::xenstore::client::Connection;
use crate::xenstore::wire::word;

impl Agent<'_> {
    /// Sets the watch. A device that refuses it keeps the refused octets, so it is opened anew and never asked again.
    #[inline(never)]
    pub(super) fn start_watching(&mut self) {
        let Err(errno) = self.store.watch() else { return };
        if errno == Errno(libc::EINVAL) {
            self.event(Level::Warning, "no-watches", b"", Some(&"looking for requests every second"));
            self.mode = Mode::List;
            if self.store.channel().reopen().is_ok() {
                self.store.reset();
            }
        } else {
            self.warn("watch-refused", b"", errno);
        }
        self.store.list_later();
    }

    /// Learns which answers are in the store already.
    #[inline(never)]
    pub(super) fn adopt_answers(&mut self) {
        let now_ms = self.host.now_ms();
        if self.store.directory(answers::DIRECTORY).is_err() {
            return;
        }
        let mut names = self.store.reply();
        while !names.is_empty() {
            let name = word(names);
            if !name.is_empty() {
                self.answers.adopt(name, now_ms);
            }
            names = names.get(name.len() + 1..).unwrap_or_default();
        }
    }

    /// Has the store list what is there.
    #[inline(never)]
    pub(super) fn list(&mut self) {
        let result = self.store.list(self.tag);
        self.too_long = false;
        match result {
            Ok(()) => self.tag = 0,
            Err(Errno(libc::E2BIG)) => {
                self.too_long = true;
                self.event(Level::Warning, "too-many-requests", b"", Some(&"waiting for their watch events"));
            }
            Err(errno) => self.warn("list-failed", b"", errno),
        }
    }

    /// Opens a lost store again, however long it takes.
    #[inline(never)]
    pub(super) fn reconnect(&mut self, errno: Errno) -> ControlFlow<()> {
        self.warn("store-lost", b"", errno);
        let (mut pause_ms, longest_ms) = REOPEN_MS;
        loop {
            let deadline_ms = self.host.now_ms() + pause_ms;
            if self.host.wait(deadline_ms).is_err() {
                return ControlFlow::Break(());
            }
            pause_ms = (pause_ms * 2).min(longest_ms);
            if self.store.channel().reopen().is_ok() {
                self.store.reset();
                self.start_watching();
                self.store.list_later();
                if self.store.connection() == Connection::Up {
                    self.info("store-back", b"");
                    return ControlFlow::Continue(());
                }
            }
        }
    }
}
