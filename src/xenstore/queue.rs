//! A first-in first-out queue of names, packed into a fixed number of octets.
//!
//! Request ids are opaque and mostly 36 octets long but may be up to 2 KiB; packing keeps room for hundreds of ordinary ones.

/// Octets that a record needs beside its name: a tag (`u64`) and the length (`u16`).
const RECORD_LEN: usize = 10;

/// Names with a tag each, oldest first, in the octets of a borrowed buffer.
pub struct Queue<'b> {
    bytes: &'b mut [u8],
    /// Octets in use; the oldest record is at the front.
    used: usize,
    count: usize,
}

impl<'b> Queue<'b> {
    /// An empty queue in `bytes`.
    pub fn new(bytes: &'b mut [u8]) -> Self {
        Self { bytes, used: 0, count: 0 }
    }

    /// Elements in the queue.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Appends a name; `false` if there is no room.
    #[must_use]
    #[inline(never)]
    pub fn push(&mut self, tag: u64, name: &[u8]) -> bool {
        let free = self.bytes.get_mut(self.used..).unwrap_or_default();
        let Some((tag_to, free)) = free.split_first_chunk_mut() else { return false };
        let Some((len_to, free)) = free.split_first_chunk_mut() else { return false };
        let Some(name_to) = free.get_mut(..name.len()) else { return false };
        *tag_to = tag.to_ne_bytes();
        *len_to = (name.len() as u16).to_ne_bytes(); // names are no longer than a store path
        name_to.copy_from_slice(name);
        self.used += RECORD_LEN + name.len();
        self.count += 1;
        true
    }

    /// The name of the oldest element; of none, if there is no element.
    pub fn front(&self) -> &[u8] {
        self.name(0)
    }

    /// The tag of the oldest element; 0 if there is none.
    pub fn front_tag(&self) -> u64 {
        self.record(0).first_chunk().map_or(0, |tag| u64::from_ne_bytes(*tag))
    }

    /// Removes the oldest element.
    pub fn pop(&mut self) {
        self.cut(0);
    }

    /// Removes every element called `name`.
    #[inline(never)]
    pub fn remove(&mut self, name: &[u8]) {
        while self.contains(name) {
            self.cut(self.find(name));
        }
    }

    /// Whether `name` is in the queue.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.find(name) < self.used
    }

    /// Where the first record called `name` is, or the end.
    #[inline(never)]
    fn find(&self, name: &[u8]) -> usize {
        let mut at = 0;
        while at < self.used {
            let found = self.name(at);
            if found == name {
                break;
            }
            at += RECORD_LEN + found.len();
        }
        at
    }

    /// Removes the record at offset `at`, if there is one.
    #[inline(never)]
    fn cut(&mut self, at: usize) {
        if at < self.used {
            let len = RECORD_LEN + self.name(at).len();
            self.bytes.copy_within(at + len..self.used, at);
            self.used -= len;
            self.count -= 1;
        }
    }

    /// The name in the record at offset `at`.
    #[inline(never)]
    fn name(&self, at: usize) -> &[u8] {
        let Some((head, rest)) = self.record(at).split_first_chunk::<RECORD_LEN>() else { return &[] };
        let [.., first, second] = *head;
        rest.get(..usize::from(u16::from_ne_bytes([first, second]))).unwrap_or_default()
    }

    /// The record at offset `at`, and all that follow.
    fn record(&self, at: usize) -> &[u8] {
        self.bytes.get(at..self.used).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;
    use std::vec::Vec;

    impl Queue<'_> {
        /// All elements, for comparison.
        pub(crate) fn names(&self) -> Vec<(u64, Vec<u8>)> {
            let mut rest = Queue { bytes: &mut self.bytes.to_vec(), ..*self };
            let oldest = core::iter::from_fn(|| {
                let element = (rest.count > 0).then(|| (rest.front_tag(), rest.front().to_vec()));
                rest.pop();
                element
            });
            oldest.collect()
        }
    }

    proptest! {
        #[test]
        fn behaves_as_a_deque(steps in prop::collection::vec((0u8..4, 0u8..5, 0usize..20), 0..200)) {
            let mut bytes = [0; 128];
            let mut queue = Queue::new(&mut bytes);
            let mut model = VecDeque::<(u64, Vec<u8>)>::new();
            for (step, letter, len) in steps {
                let name = std::vec![letter; len];
                match step {
                    0 | 1 => {
                        let used: usize = model.iter().map(|(_, n)| n.len() + RECORD_LEN).sum();
                        let fits = used + len + RECORD_LEN <= 128;
                        prop_assert_eq!(queue.push(len as u64, &name), fits);
                        if fits { model.push_back((len as u64, name)); }
                    }
                    2 => { queue.pop(); model.pop_front(); }
                    _ => { queue.remove(&name); model.retain(|(_, n)| *n != name); }
                }
                prop_assert_eq!(queue.count(), model.len());
                prop_assert_eq!(queue.names(), model.iter().cloned().collect::<Vec<_>>());
            }
        }
    }
}
