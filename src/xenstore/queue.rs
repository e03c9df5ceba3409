//! A first-in first-out queue of names, packed into a fixed number of octets.
//!
//! Request ids are opaque and mostly 36 octets long but may be up to 2 KiB; packing keeps room for hundreds of ordinary ones.

/// Octets that a record needs beside its name: a tag (`u64`) and the length (`u16`).
const RECORD_LEN: usize = 10;

/// Names with a tag each, oldest first, in at most `N` octets.
pub struct Queue<const N: usize> {
    bytes: [u8; N],
    head: usize,
    tail: usize,
    count: usize,
}

impl<const N: usize> Queue<N> {
    /// An empty queue.
    pub const fn new() -> Self {
        Self { bytes: [0; N], head: 0, tail: 0, count: 0 }
    }

    /// Elements in the queue.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Appends a name; `false` if there is no room.
    #[must_use]
    pub fn push(&mut self, tag: u64, name: &[u8]) -> bool {
        let Ok(len) = u16::try_from(name.len()) else { return false };
        let need = RECORD_LEN + name.len();
        if N - self.tail < need {
            self.bytes.copy_within(self.head..self.tail, 0);
            self.tail -= self.head;
            self.head = 0;
        }
        let Some(record) = self.bytes.get_mut(self.tail..self.tail + need) else { return false };
        let (tag_bytes, rest) = record.split_at_mut(8);
        let (len_bytes, name_bytes) = rest.split_at_mut(2);
        tag_bytes.copy_from_slice(&tag.to_ne_bytes());
        len_bytes.copy_from_slice(&len.to_ne_bytes());
        name_bytes.copy_from_slice(name);
        self.tail += need;
        self.count += 1;
        true
    }

    /// The oldest element.
    pub fn front(&self) -> Option<(u64, &[u8])> {
        self.iter().next()
    }

    /// Removes the oldest element.
    pub fn pop(&mut self) {
        let Some((_, name)) = self.front() else { return };
        self.head += RECORD_LEN + name.len();
        self.count -= 1;
        if self.count == 0 {
            self.head = 0;
            self.tail = 0;
        }
    }

    /// Removes every element called `name`.
    pub fn remove(&mut self, name: &[u8]) {
        let mut at = self.head;
        while let Some((tag_end, found)) = self.bytes.get(at..self.tail).and_then(record).map(|(_, n)| (at + RECORD_LEN + n.len(), n)) {
            if found == name {
                self.bytes.copy_within(tag_end..self.tail, at);
                self.tail -= tag_end - at;
                self.count -= 1;
            } else {
                at = tag_end;
            }
        }
    }

    /// Whether `name` is in the queue.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.iter().any(|(_, n)| n == name)
    }

    /// The elements, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = self.bytes.get(self.head..self.tail).unwrap_or_default();
        core::iter::from_fn(move || {
            let (tag, name) = record(rest)?;
            rest = rest.get(RECORD_LEN + name.len()..)?;
            Some((tag, name))
        })
    }
}

impl<const N: usize> Default for Queue<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// The record at the front of `bytes`.
fn record(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (tag, rest) = bytes.split_first_chunk::<8>()?;
    let (len, rest) = rest.split_first_chunk::<2>()?;
    Some((u64::from_ne_bytes(*tag), rest.get(..usize::from(u16::from_ne_bytes(*len)))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn behaves_as_a_deque(steps in prop::collection::vec((0u8..4, 0u8..5, 0usize..20), 0..200)) {
            let mut queue = Queue::<128>::new();
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
                prop_assert!(queue.iter().eq(model.iter().map(|(t, n)| (*t, n.as_slice()))));
            }
        }
    }
}
