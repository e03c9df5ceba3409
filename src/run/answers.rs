//! Our answers in the store: written, and removed again when there are too many or they are old. Nobody else removes them.

use crate::error::Errno;
use crate::limits::{ANSWER_MS, ANSWERS_COUNT};
use crate::reply::Answer;
use crate::text::{Show, Text};
use crate::xenstore::client::{Channel, Client};
use crate::xenstore::queue::Queue;

/// Where answers go.
pub const DIRECTORY: &[u8] = b"data/guest";

/// Text of a message that was refused for space.
const SHORT_LEN: usize = 64;

/// The ids of the answers that are in the store, oldest first, each with the time it was written.
pub struct Answers<'b> {
    written: Queue<'b>,
}

impl<'b> Answers<'b> {
    /// None yet, their ids to be kept in `bytes`.
    pub fn new(bytes: &'b mut [u8]) -> Self {
        Self { written: Queue::new(bytes) }
    }

    /// Takes an answer into account that an earlier process wrote.
    pub fn adopt(&mut self, id: &[u8], now_ms: u64) {
        // Without room it is not removed by us, like every answer of the older agents.
        let _ = self.written.push(now_ms, id);
    }

    /// Removes the oldest answers: all that were written before `before_ms`, and so many that `count` stay.
    #[inline(never)]
    fn remove<C: Channel>(&mut self, store: &mut Client<'_, C>, before_ms: u64, count: usize) {
        while self.written.count() > count || (self.written.count() > 0 && self.written.front_tag() < before_ms) {
            // Gone already, or not ours any more: not worth a second try.
            let _ = store.remove(DIRECTORY, self.written.front());
            self.written.pop();
        }
    }

    /// Removes answers that the host has read long ago.
    pub fn remove_old<C: Channel>(&mut self, store: &mut Client<'_, C>, now_ms: u64) {
        self.remove(store, now_ms.saturating_sub(ANSWER_MS), usize::MAX);
    }

    /// Writes `answer` to request `id`. Refused for space, it is tried again after half of the old answers went, and then shortened.
    ///
    /// # Errors
    ///
    /// What the store says to the last attempt.
    #[inline(never)]
    pub fn write<C: Channel>(&mut self, store: &mut Client<'_, C>, id: &[u8], answer: &mut Answer, now_ms: u64) -> Result<(), Errno> {
        let mut result = put(store, id, answer);
        if is_full(result) {
            self.remove(store, 0, self.written.count() / 2);
            result = put(store, id, answer);
        }
        if is_full(result) {
            answer.message.shorten(SHORT_LEN);
            result = put(store, id, answer);
        }
        result?;
        self.written.remove(id); // hosts of 2011 use one id twice
        while !self.written.push(now_ms, id) && self.written.count() > 0 {
            self.remove(store, 0, self.written.count() - 1);
        }
        self.remove(store, 0, ANSWERS_COUNT);
        Ok(())
    }
}

#[inline(never)]
fn put<C: Channel>(store: &mut Client<'_, C>, id: &[u8], answer: &Answer) -> Result<(), Errno> {
    let mut text = Text::<{ crate::limits::MESSAGE_LEN + 64 }>::new();
    answer.show(&mut text);
    store.write(DIRECTORY, id, text.as_bytes())
}

/// Whether the store refused for want of space, as far as its words tell.
fn is_full(result: Result<(), Errno>) -> bool {
    matches!(result, Err(Errno(libc::ENOSPC | libc::EDQUOT | libc::E2BIG)))
}
