//! Messages of the XenStore protocol, after Xen's public/io/xs_wire.h: a header of four native-endian u32, then the payload.
//!
//! Plain std code for the development tools; the agent has its own.

use std::io::{self, Read};

/// `XENSTORE_PAYLOAD_MAX`: octets of one payload. Who sends more is disconnected.
pub const PAYLOAD_LEN: usize = 4096;

/// `enum xsd_sockmsg_type`: what is asked, answered or told.
#[allow(missing_docs, reason = "the names are those of xs_wire.h")]
pub mod kind {
    pub const CONTROL: u32 = 0;
    pub const DIRECTORY: u32 = 1;
    pub const READ: u32 = 2;
    pub const GET_PERMS: u32 = 3;
    pub const WATCH: u32 = 4;
    pub const UNWATCH: u32 = 5;
    pub const TRANSACTION_START: u32 = 6;
    pub const TRANSACTION_END: u32 = 7;
    pub const INTRODUCE: u32 = 8;
    pub const RELEASE: u32 = 9;
    pub const GET_DOMAIN_PATH: u32 = 10;
    pub const WRITE: u32 = 11;
    pub const MKDIR: u32 = 12;
    pub const RM: u32 = 13;
    pub const SET_PERMS: u32 = 14;
    pub const WATCH_EVENT: u32 = 15;
    pub const ERROR: u32 = 16;
    pub const IS_DOMAIN_INTRODUCED: u32 = 17;
    pub const RESET_WATCHES: u32 = 21;
    pub const DIRECTORY_PART: u32 = 22;
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One of [`kind`], or something unknown.
    pub kind: u32,
    /// Echoed in the reply; 0 in an event.
    pub request: u32,
    /// The transaction it belongs to; 0: none.
    pub transaction: u32,
    /// At most [`PAYLOAD_LEN`] octets.
    pub payload: Vec<u8>,
}

impl Message {
    /// Reads one message. `InvalidData` if its payload is longer than `limit`: [`PAYLOAD_LEN`] for a request, but oxenstored
    /// lists more than that to dom0.
    pub fn read(from: &mut impl Read, limit: usize) -> io::Result<Self> {
        let mut word = || {
            let mut word = [0; 4];
            from.read_exact(&mut word).map(|()| u32::from_ne_bytes(word))
        };
        let (kind, request, transaction, len) = (word()?, word()?, word()?, word()? as usize);
        if len > limit {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut payload = vec![0; len];
        from.read_exact(&mut payload)?;
        Ok(Self { kind, request, transaction, payload })
    }

    /// The message's octets.
    pub fn bytes(&self) -> Vec<u8> {
        let head = [self.kind, self.request, self.transaction, self.payload.len() as u32];
        head.iter().flat_map(|word| word.to_ne_bytes()).chain(self.payload.iter().copied()).collect()
    }
}

/// Strings as the protocol lists them: each ended by a NUL.
pub fn strings<S: AsRef<[u8]>>(all: impl IntoIterator<Item = S>) -> Vec<u8> {
    all.into_iter().flat_map(|s| [s.as_ref(), b"\0"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_the_wire() {
        let message = Message { kind: kind::READ, request: 7, transaction: 1, payload: strings(["data/host"]) };
        let bytes = message.bytes();
        assert_eq!(bytes.len(), 16 + 10);
        assert_eq!(Message::read(&mut bytes.as_slice(), PAYLOAD_LEN).unwrap(), message);
        assert!(Message::read(&mut bytes[..20].as_ref(), PAYLOAD_LEN).is_err());
    }

    #[test]
    fn too_long_a_payload_is_refused() {
        let message = Message { kind: kind::WRITE, request: 1, transaction: 0, payload: vec![b'x'; PAYLOAD_LEN + 1] };
        assert_eq!(Message::read(&mut message.bytes().as_slice(), PAYLOAD_LEN).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
