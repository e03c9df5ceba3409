//! The state file's text: what must be known again after the process died or was restarted. Pure.
//!
//! Lines of `key value`; `end` is the last one, and what stands behind it is left over from a longer text. The whole file is written with
//! one write(2), so a killed process leaves the old or the new text.

use crate::limits::{ID_LEN, NODENAME_LEN, PATH_LEN, STATE_LEN, UUID_LEN};

/// The state file, relative to the agent's root.
pub const PATH: &[u8] = b"/var/lib/nova-agent/state";

const HEAD: &[u8] = b"nova-agent state 1";

/// What the file holds. Empty means none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The request that is being done.
    pub request: heapless::Vec<u8, ID_LEN>,
    /// How often it was begun.
    pub tries: u8,
    /// Where a temporary file of it may be (real path inside the root).
    pub directory: heapless::Vec<u8, PATH_LEN>,
    /// The domain in which the host name was applied.
    pub uuid: heapless::Vec<u8, UUID_LEN>,
    /// The host name applied last.
    pub nodename: heapless::Vec<u8, NODENAME_LEN>,
}

impl State {
    /// Reads the text; anything but a whole state file is no state.
    #[inline(never)]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut state = Self::default();
        let mut lines = text.split(|&b| b == b'\n');
        if lines.next()? != HEAD {
            return None;
        }
        loop {
            let line = lines.next()?;
            let at = line.iter().position(|&b| b == b' ').unwrap_or(line.len());
            let (key, value) = line.split_at_checked(at)?;
            let value = value.get(1..).unwrap_or_default();
            let set = match key {
                b"request" => state.request.extend_from_slice(value),
                b"directory" => state.directory.extend_from_slice(value),
                b"uuid" => state.uuid.extend_from_slice(value),
                b"nodename" => state.nodename.extend_from_slice(value),
                b"tries" => {
                    state.tries = value.first()?.checked_sub(b'0').filter(|&t| t < 10)?;
                    Ok(())
                }
                b"end" => return Some(state),
                _ => Ok(()), // a newer agent's
            };
            set.ok()?;
        }
    }

    /// The text. `None` if a value has a newline, which none of ours can.
    #[inline(never)]
    pub fn emit(&self) -> Option<heapless::Vec<u8, STATE_LEN>> {
        let mut text = heapless::Vec::new();
        let tries = [b'0' + self.tries.min(9)];
        let lines: [(&[u8], &[u8]); 5] = [
            (b"request ", &self.request),
            (b"tries ", &tries),
            (b"directory ", &self.directory),
            (b"uuid ", &self.uuid),
            (b"nodename ", &self.nodename),
        ];
        text.extend_from_slice(HEAD).ok()?;
        for (key, value) in lines {
            if value.contains(&b'\n') {
                return None;
            }
            text.push(b'\n').ok()?;
            text.extend_from_slice(key).ok()?;
            text.extend_from_slice(value).ok()?;
        }
        text.extend_from_slice(b"\nend\n").ok()?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_shorter_text_over_a_longer_one_is_read_right() {
        let long = State { request: heapless::Vec::from_slice(&[b'x'; 300]).unwrap(), tries: 2, ..State::default() };
        let short = State { nodename: heapless::Vec::from_slice(b"web1").unwrap(), ..State::default() };
        let mut file = long.emit().unwrap();
        assert_eq!(State::parse(&file), Some(long));
        let new = short.emit().unwrap();
        file[..new.len()].copy_from_slice(&new);
        assert_eq!(State::parse(&file), Some(short));
    }

    #[test]
    fn anything_else_is_no_state() {
        assert_eq!(State::parse(b""), None);
        assert_eq!(State::parse(b"nova-agent state 1\nrequest x\n"), None);
        assert_eq!(State::parse(b"nova-agent state 2\nend\n"), None);
        let newline = State { request: heapless::Vec::from_slice(b"a\nb").unwrap(), ..State::default() };
        assert_eq!(newline.emit(), None);
    }

    proptest! {
        #[test]
        fn round_trip(request in "[!-~]{0,200}", tries in 0u8..10, directory in "[ -~]{0,200}", uuid in "[0-9a-f-]{0,36}") {
            let bytes = |s: &str| s.as_bytes().to_vec();
            let state = State {
                request: heapless::Vec::from_slice(&bytes(&request)).unwrap(),
                tries,
                directory: heapless::Vec::from_slice(&bytes(&directory)).unwrap(),
                uuid: heapless::Vec::from_slice(&bytes(&uuid)).unwrap(),
                nodename: heapless::Vec::new(),
            };
            prop_assert_eq!(State::parse(&state.emit().unwrap()), Some(state));
        }

        #[test]
        fn never_panics(text in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = State::parse(&text);
        }
    }
}
