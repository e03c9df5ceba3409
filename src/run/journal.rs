//! The journal: keeps the state file while a command changes something.
//!
//! A state file that cannot be written is no reason not to serve: it is said once, and the agent goes on without.

use crate::error::{Errno, Error};
use crate::limits::STATE_LEN;
use crate::ports::Journal;
use crate::state::{Key, State};
use crate::sys::posix::state_file::StateFile;

/// How often a request is begun before it is given up: the process died in it twice.
const TRIES: u8 = 2;

/// The state, in memory and in its file.
pub struct Recorder<'r> {
    file: StateFile<'r>,
    state: &'r mut State,
    refused: Option<Errno>,
}

impl<'r> Recorder<'r> {
    /// A journal over `file`, not read yet.
    pub fn new(file: StateFile<'r>, state: &'r mut State) -> Self {
        Self { file, state, refused: None }
    }

    /// Reads what an earlier process left, and removes its temporary files.
    #[inline(never)]
    pub fn recover(&mut self) {
        let mut text = [0; STATE_LEN];
        self.state.parse(self.file.read(&mut text));
        let directory = self.state.get(Key::Directory);
        if !directory.is_empty() {
            self.file.remove_strays(directory);
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
        let again = self.state.get(Key::Request) == request;
        let before = self.state.get(Key::Tries).first().map_or(0, |digit| digit.saturating_sub(b'0'));
        let tries = if again { before.saturating_add(1) } else { 1 };
        if tries > TRIES {
            return Err(Error::State("not done: the agent ended unexpectedly in this request, twice"));
        }
        self.write(request, &[b'0' + tries], b"");
        Ok(())
    }

    /// Notes that the request is done, answered and removed.
    pub fn end(&mut self) {
        if !self.state.get(Key::Request).is_empty() {
            self.write(b"", b"", b"");
        }
    }

    #[inline(never)]
    fn write(&mut self, request: &[u8], tries: &[u8], directory: &[u8]) {
        self.state.set(Key::Request, request);
        self.state.set(Key::Tries, tries);
        self.state.set(Key::Directory, directory);
        self.save();
    }

    #[inline(never)]
    fn save(&mut self) {
        let mut text = heapless::Vec::new();
        if self.state.emit(&mut text).is_some()
            && let Err(errno) = self.file.write(&text)
        {
            self.refused = Some(errno);
        }
    }
}

impl Journal for Recorder<'_> {
    fn directory(&mut self, directory: &[u8]) -> Result<(), Error> {
        if !self.state.get(Key::Request).is_empty() && self.state.get(Key::Directory) != directory {
            self.state.set(Key::Directory, directory);
            self.save();
        }
        Ok(())
    }

    fn applied_nodename(&self, uuid: &[u8]) -> Option<&[u8]> {
        let name = self.state.get(Key::Nodename);
        (!name.is_empty() && self.state.get(Key::Uuid) == uuid).then_some(name)
    }

    fn set_applied_nodename(&mut self, uuid: &[u8], name: &[u8]) -> Result<(), Error> {
        // One that cannot be remembered is applied again.
        let uuid_kept = self.state.set(Key::Uuid, uuid);
        self.state.set(Key::Nodename, if uuid_kept { name } else { b"" });
        self.save();
        Ok(())
    }
}
