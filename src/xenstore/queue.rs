//! A first-in first-out queue of names, packed into a fixed number of octets.
//!
//! Request ids are opaque and mostly 36 octets long but may be up to 2 KiB; packing keeps room for hundreds of ordinary ones.

/// Octets that a record needs beside its name: a tag (`u64`) and the length (`u16`).
const RECORD_LEN: usize = 10;

/// Names with a tag each, oldest first, in the octets of a borrowed buffer.
pub struct Queue<'b> {
    bytes: &'b mut [u8],
    head: usize,
    tail: usize,
    count: usize,
}

impl<'b> Queue<'b> {
    /// An empty queue in `bytes`.
    pub fn new(bytes: &'b mut [u8]) -> Self {
        Self { bytes, head: 0, tail: 0, count: 0 }
    }

    /// Elements in the queue.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Appends a name; `false` if there is no room.
    #[must_use]
    #[inline(never)]
    pub fn push(&mut self, tag: u64, name: &[u8]) -> bool {
        let need = RECORD_LEN + name.len();
        if self.bytes.len() - self.tail < need {
            self.bytes.copy_within(self.head..self.tail, 0);
            self.tail -= self.head;
            self.head = 0;
        }
        let Some(record) = self.bytes.get_mut(self.tail..self.tail + need) else { return false };
        let (tag_bytes, rest) = record.split_at_mut(8);
        let (len_bytes, name_bytes) = rest.split_at_mut(2);
        // Names are no longer than a store path.
        len_bytes.copy_from_slice(&(name.len() as u16).to_ne_bytes());
        tag_bytes.copy_from_slice(&tag.to_ne_bytes());
        name_bytes.copy_from_slice(name);
        self.tail += need;
        self.count += 1;
        true
    }

    /// The oldest element.
    pub fn front(&self) -> Option<(u64, &[u8])> {
        self.at(self.head).map(|(tag, name, _)| (tag, name))
    }

    /// Removes the oldest element.
    pub fn pop(&mut self) {
        let Some((_, _, next)) = self.at(self.head) else { return };
        self.head = next;
        self.count -= 1;
        if self.count == 0 {
            self.head = 0;
            self.tail = 0;
        }
    }

    /// Removes every element called `name`.
    #[inline(never)]
    pub fn remove(&mut self, name: &[u8]) {
        let mut at = self.head;
        while let Some((_, found, next)) = self.at(at) {
            if found == name {
                self.bytes.copy_within(next..self.tail, at);
                self.tail -= next - at;
                self.count -= 1;
            } else {
                at = next;
            }
        }
    }

    /// Whether `name` is in the queue.
    #[inline(never)]
    pub fn contains(&self, name: &[u8]) -> bool {
        let mut at = self.head;
        while let Some((_, found, next)) = self.at(at) {
            if found == name {
                return true;
            }
            at = next;
        }
        false
    }

    /// The record at offset `at`: its tag, its name, and where the next one is.
    #[inline(never)]
    fn at(&self, at: usize) -> Option<(u64, &[u8], usize)> {
        let (head, rest) = self.bytes.get(at..self.tail)?.split_first_chunk::<RECORD_LEN>()?;
        let (tag, len) = head.split_first_chunk::<8>()?;
        let len = usize::from(u16::from_ne_bytes(len.try_into().ok()?));
        Some((u64::from_ne_bytes(*tag), rest.get(..len)?, at + RECORD_LEN + len))
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
            let mut at = self.head;
            let all = core::iter::from_fn(|| self.at(at).map(|(tag, name, next)| (at = next, (tag, name.to_vec())).1));
            all.collect()
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
