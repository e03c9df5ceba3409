//! The journal: keeps the state file while a command changes something.
//!
//! A state file that cannot be written is no reason not to serve: it is said once, and the agent goes on without.

use crate::error::{Errno, Error};
use crate::limits::STATE_LEN;
use crate::ports::Journal;
use crate::state::State;
use crate::sys::posix::state_file::StateFile;

/// How often a request is begun before it is given up: the process died in it twice.
const TRIES: u8 = 2;

/// The state, in memory and in its file.
pub struct Recorder<'r> {
    file: StateFile<'r>,
    state: State,
    refused: Option<Errno>,
}

impl<'r> Recorder<'r> {
    /// A journal over `file`, not read yet.
    pub fn new(file: StateFile<'r>) -> Self {
        Self { file, state: State::default(), refused: None }
    }

    /// Reads what an earlier process left, and removes its temporary files.
    #[inline(never)]
    pub fn recover(&mut self) {
        let mut text = [0; STATE_LEN];
        if let Some(state) = State::parse(self.file.read(&mut text)) {
            self.state = state;
        }
        if !self.state.directory.is_empty() {
            self.file.remove_strays(&self.state.directory);
            self.state.directory.clear();
        }
    }

    /// Why the state file could not be written, once.
    pub fn refusal(&mut self) -> Option<Errno> {
        self.refused.take()
    }

    /// Notes that `request` is about to be done.
    ///
    /// # Errors
    ///
    /// If the process died in it twice.
    #[inline(never)]
    pub fn begin(&mut self, request: &[u8]) -> Result<(), Error> {
        let again = self.state.request == request;
        self.state.tries = if again { self.state.tries.saturating_add(1) } else { 1 };
        if self.state.tries > TRIES {
            return Err(Error::Request("not done: the agent ended unexpectedly in this request, twice"));
        }
        self.state.request.clear();
        self.state.directory.clear();
        // An id that does not fit is done without a journal.
        let _ = self.state.request.extend_from_slice(request);
        self.write();
        Ok(())
    }

    /// Notes that the request is done, answered and removed.
    pub fn end(&mut self) {
        if !self.state.request.is_empty() {
            self.state.request.clear();
            self.state.directory.clear();
            self.state.tries = 0;
            self.write();
        }
    }

    #[inline(never)]
    fn write(&mut self) {
        if let Some(text) = self.state.emit()
            && let Err(errno) = self.file.write(&text)
        {
            self.refused = Some(errno);
        }
    }
}

impl Journal for Recorder<'_> {
    fn directory(&mut self, directory: &[u8]) -> Result<(), Error> {
        if self.state.directory != directory && !self.state.request.is_empty() {
            self.state.directory.clear();
            let _ = self.state.directory.extend_from_slice(directory);
            self.write();
        }
        Ok(())
    }

    fn applied_nodename(&self, uuid: &[u8]) -> Option<&[u8]> {
        (!self.state.nodename.is_empty() && self.state.uuid == uuid).then_some(&self.state.nodename)
    }

    fn set_applied_nodename(&mut self, uuid: &[u8], name: &[u8]) -> Result<(), Error> {
        self.state.uuid.clear();
        self.state.nodename.clear();
        let fits = self.state.uuid.extend_from_slice(uuid).and(self.state.nodename.extend_from_slice(name));
        if fits.is_err() {
            self.state.nodename.clear(); // nothing remembered means it is applied again
        }
        self.write();
        Ok(())
    }
}
