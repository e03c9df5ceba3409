//! The run loop's memory: what is kept, what is given back while the agent sleeps, and how.

use crate::commands::Room;
use crate::limits::{ANSWERS_LEN, REFUSED_LEN};
use crate::state::State;
use crate::sys::os::links::Buffer as LinksBuffer;
use crate::sys::posix::pending::Pending;
use crate::xenstore::client::Buffers as ClientBuffers;

/// Memory that holds nothing while the agent sleeps, and is given back to the kernel then. All zero octets are its empty state.
pub struct Scratch {
    pub(crate) client: ClientBuffers,
    pub(crate) links: LinksBuffer,
    pub(crate) room: Room,
    pub(crate) pending: Pending,
}

impl Scratch {
    /// Empty.
    pub const fn new() -> Self {
        Self { client: ClientBuffers::new(), links: [0; size_of::<LinksBuffer>()], room: Room::new(), pending: Pending::new() }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

/// Memory that is kept from request to request.
#[repr(C)] // what is hardly ever used comes last
pub struct Kept {
    pub(super) state: State,
    pub(super) answers: [u8; ANSWERS_LEN],
    pub(super) refused: [u8; REFUSED_LEN],
}

impl Kept {
    /// Empty.
    pub const fn new() -> Self {
        Self { state: State::new(), answers: [0; ANSWERS_LEN], refused: [0; REFUSED_LEN] }
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self::new()
    }
}

/// What the program does about its memory.
#[derive(Clone, Copy)]
pub struct Memory {
    /// Frees everything the JSON parser allocated.
    pub release: fn(),
    /// Gives everything back that a sleeping agent does not need: the scratch memory and the unused stack.
    pub give_back: fn(),
}
