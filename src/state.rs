//! The state file's text: what must be known again after the process died or was restarted. Pure.
//!
//! Strings of `key value`, each ended by a NUL since a path may hold anything else; `end` is the last one, and what stands behind it is
//! left over from a longer text. The whole file is written with one write(2), so a killed process leaves the old or the new text.

use crate::limits::{STATE_LEN, STATE_VALUE_LEN};
use crate::text::holds;

/// The state file, relative to the agent's root.
pub const PATH: &[u8] = b"/var/lib/nova-agent/state";

const HEAD: &[u8] = b"nova-agent state 1\0";
const END: &[u8] = b"end";

/// What is kept. Empty means none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The request that is being done.
    Request,
    /// How often it was begun: one digit.
    Tries,
    /// Where temporary files of it may be: real paths inside the root, one behind the other.
    Directory,
    /// The domain in which the host name was applied.
    Uuid,
    /// The host name applied last.
    Nodename,
}

/// The keys as the file names them, in the order of [`Key`].
const KEYS: [&[u8]; 5] = [b"request ", b"tries ", b"directory ", b"uuid ", b"nodename "];

/// A value, without NUL.
type Value = heapless::Vec<u8, STATE_VALUE_LEN>;

/// What the file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    values: [Value; KEYS.len()],
}

impl State {
    /// Nothing.
    pub const fn new() -> Self {
        Self { values: [const { Value::new() }; KEYS.len()] }
    }

    /// The value of `key`.
    pub fn get(&self, key: Key) -> &[u8] {
        self.values.get(key as usize).map_or(&[], |value| value)
    }

    /// Sets the value of `key`; one that is too long or has a NUL is kept as none. Whether it was kept.
    #[inline(never)]
    pub fn set(&mut self, key: Key, value: &[u8]) -> bool {
        let Some(kept) = self.values.get_mut(key as usize) else { return false };
        kept.clear();
        !holds(value, 0) && kept.extend_from_slice(value).is_ok()
    }

    /// Takes over the text; anything but a whole state file is no state.
    #[inline(never)]
    pub fn parse(&mut self, text: &[u8]) {
        let mut rest = text.strip_prefix(HEAD).unwrap_or_default();
        while !rest.is_empty() {
            let (string, after) = rest.split_at_checked(rest.iter().position(|&b| b == 0).unwrap_or(rest.len())).unwrap_or_default();
            if string == END {
                return;
            }
            rest = after.get(1..).unwrap_or_default();
            for (key, value) in KEYS.iter().zip(&mut self.values) {
                if let Some(found) = string.strip_prefix(*key) {
                    value.clear();
                    if value.extend_from_slice(found).is_err() {
                        rest = &[];
                    }
                }
            }
        }
        // There was no end: torn, or no state file at all.
        for value in &mut self.values {
            value.clear();
        }
    }

    /// Writes the text; `None` cannot happen, since the buffer holds the longest values.
    #[inline(never)]
    pub fn emit(&self, text: &mut heapless::Vec<u8, STATE_LEN>) -> Option<()> {
        text.extend_from_slice(HEAD).ok()?;
        for (key, value) in KEYS.iter().zip(&self.values) {
            text.extend_from_slice(key).ok()?;
            text.extend_from_slice(value).ok()?;
            text.push(0).ok()?;
        }
        text.extend_from_slice(b"end\0").ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> State {
        let mut state = State::new();
        state.parse(text);
        state
    }

    fn text(state: &State) -> heapless::Vec<u8, STATE_LEN> {
        let mut text = heapless::Vec::new();
        state.emit(&mut text).unwrap();
        text
    }

    #[test]
    fn a_shorter_text_over_a_longer_one_is_read_right() {
        let (mut long, mut short) = (State::new(), State::new());
        assert!(long.set(Key::Request, &[b'x'; 250]) && long.set(Key::Tries, b"2") && short.set(Key::Nodename, b"web1"));
        let mut file = text(&long);
        assert_eq!(read(&file), long);
        let new = text(&short);
        file[..new.len()].copy_from_slice(&new);
        assert_eq!(read(&file), short);
    }

    #[test]
    fn the_longest_values_fit_and_longer_ones_are_none() {
        let mut state = State::new();
        for key in [Key::Request, Key::Tries, Key::Directory, Key::Uuid, Key::Nodename] {
            assert!(state.set(key, &[b'x'; STATE_VALUE_LEN]));
        }
        assert_eq!(read(&text(&state)), state);
        assert!(!state.set(Key::Request, &[b'x'; STATE_VALUE_LEN + 1]) && state.get(Key::Request).is_empty());
        assert!(!state.set(Key::Request, b"a\0b"));
    }

    #[test]
    fn anything_else_is_no_state() {
        for wrong in [&b""[..], b"nova-agent state 1\0request x\0", b"nova-agent state 2\0end\0"] {
            assert_eq!(read(wrong), State::new());
        }
        assert_eq!(read(b"nova-agent state 1\0future thing\0uuid x\0end\0").get(Key::Uuid), b"x");
    }

    proptest! {
        #[test]
        fn round_trip(request in "[!-~]{0,200}", tries in "[0-9]", directory in "[\n -~]{0,200}", uuid in "[0-9a-f-]{0,36}") {
            let mut state = State::new();
            for (key, value) in [(Key::Request, request), (Key::Tries, tries), (Key::Directory, directory), (Key::Uuid, uuid)] {
                prop_assert!(state.set(key, value.as_bytes()));
            }
            prop_assert_eq!(read(&text(&state)), state);
        }

        #[test]
        fn never_panics(text in prop::collection::vec(any::<u8>(), 0..300)) {
            read(&text);
        }
    }
}
