//! The journal of `apply`: the host name applied last is looked up and noted, nothing else, since the agent's own journal may be in use.

use crate::error::{Error, What};
use crate::limits::STATE_LEN;
use crate::ports::Journal;
use crate::state::{Key, State};
use crate::sys::posix::state_file::StateFile;

/// What the agent remembers, as far as `apply` needs it.
pub struct Remembered<'r> {
    file: StateFile<'r>,
    state: State,
    writes: bool,
}

impl<'r> Remembered<'r> {
    /// What is in `file`; nothing if this is not about the running system. Unless it `writes`, nothing is noted.
    pub fn new(file: StateFile<'r>, is_live: bool, writes: bool) -> Self {
        let mut state = State::new();
        if is_live {
            let mut text = [0; STATE_LEN];
            state.parse(file.read(&mut text));
        }
        Self { file, state, writes: is_live && writes }
    }
}

impl Journal for Remembered<'_> {
    fn directory(&mut self, _: &[u8]) {}

    fn applied_nodename(&self, uuid: &[u8]) -> Option<&[u8]> {
        let name = self.state.get(Key::Nodename);
        (!name.is_empty() && self.state.get(Key::Uuid) == uuid).then_some(name)
    }

    fn set_applied_nodename(&mut self, uuid: &[u8], name: &[u8]) -> Result<(), Error> {
        if self.writes {
            self.state.set(Key::Uuid, uuid);
            self.state.set(Key::Nodename, name);
            let mut text = heapless::Vec::new();
            if self.state.emit(&mut text).is_some() {
                self.file.write(&text).map_err(|errno| Error::System(What::WriteState, errno))?;
            }
        }
        Ok(())
    }
}
