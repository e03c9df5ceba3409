//! The XenStore wire format: `struct xsd_sockmsg` of xen/include/public/io/xs_wire.h and the payloads we use.
//!
//! Four native-endian `u32` (type, req_id, tx_id, len), then `len` octets. Unknown types are kept as numbers.

use crate::error::Errno;
use crate::limits::PAYLOAD_LEN;
use crate::text::line_number;

/// Octets of a header.
pub const HEADER_LEN: usize = 16;

/// Message type (`enum xsd_sockmsg_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type(pub u32);

impl Type {
    /// `XS_DIRECTORY`: the names of a node's children.
    pub const DIRECTORY: Self = Self(1);
    /// `XS_READ`: a node's value.
    pub const READ: Self = Self(2);
    /// `XS_WATCH`: path and token.
    pub const WATCH: Self = Self(4);
    /// `XS_WRITE`: path, NUL, value.
    pub const WRITE: Self = Self(11);
    /// `XS_RM`: removes a node and all below it.
    pub const RM: Self = Self(13);
    /// `XS_WATCH_EVENT`: path and token; sent by the store at any time.
    pub const WATCH_EVENT: Self = Self(15);
    /// `XS_ERROR`: an error word, NUL.
    pub const ERROR: Self = Self(16);
    /// `XS_DIRECTORY_PART`: one piece of a long directory (C xenstored since 4.9; ENOSYS in oxenstored).
    pub const DIRECTORY_PART: Self = Self(22);
}

/// A message header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the message is.
    pub kind: Type,
    /// Chosen by the requester, given back in the reply (not by Linux 4.11 to 4.15).
    pub req_id: u32,
    /// Transaction; 0 for none.
    pub tx_id: u32,
    /// Octets of payload that follow.
    pub len: u32,
}

impl Header {
    /// Reads a header from the front of `bytes`; `None` if there are fewer than [`HEADER_LEN`] octets.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (words, _) = bytes.first_chunk::<HEADER_LEN>()?.as_chunks::<4>();
        let &[kind, req_id, tx_id, len] = words else { return None };
        let [kind, req_id, tx_id, len] = [kind, req_id, tx_id, len].map(u32::from_ne_bytes);
        Some(Self { kind: Type(kind), req_id, tx_id, len })
    }

    /// Writes the header's octets.
    pub fn emit(&self, out: &mut [u8; HEADER_LEN]) {
        let words = [self.kind.0, self.req_id, self.tx_id, self.len];
        for (to, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(&words) {
            *to = word.to_ne_bytes();
        }
    }
}

/// Emits a whole message into `out`: header, then the parts one after the other. `None` if it does not fit or is over the payload limit.
pub fn emit_message(kind: Type, req_id: u32, parts: &[&[u8]], out: &mut [u8]) -> Option<usize> {
    let mut end = HEADER_LEN;
    for part in parts {
        let next = end + part.len();
        out.get_mut(end..next)?.copy_from_slice(part);
        end = next;
    }
    let len = end - HEADER_LEN;
    if len > PAYLOAD_LEN {
        return None;
    }
    Header { kind, req_id, tx_id: 0, len: len as u32 }.emit(out.first_chunk_mut()?);
    Some(end)
}

/// What stands before the first NUL, or all.
#[inline(never)]
pub fn word(bytes: &[u8]) -> &[u8] {
    bytes.split(|&b| b == 0).next().unwrap_or_default()
}

/// The path of a watch event's payload (`path NUL token NUL`); `None` if it has no such shape.
pub fn event_path(payload: &[u8]) -> Option<&[u8]> {
    let path = word(payload);
    (path.len() < payload.len()).then_some(path)
}

/// What the store may say (`xsd_errors` in xs_wire.h), ...
const NUMBERS: [i32; 16] = [
    libc::EINVAL,
    libc::EACCES,
    libc::EEXIST,
    libc::EISDIR,
    libc::ENOENT,
    libc::ENOMEM,
    libc::ENOSPC,
    libc::EIO,
    libc::ENOTEMPTY,
    libc::ENOSYS,
    libc::EROFS,
    libc::EBUSY,
    libc::EAGAIN,
    libc::EISCONN,
    libc::E2BIG,
    libc::EPERM,
];

/// ... and its words for it, in the same order.
const WORDS: &str = "\
EINVAL\n\
EACCES\n\
EEXIST\n\
EISDIR\n\
ENOENT\n\
ENOMEM\n\
ENOSPC\n\
EIO\n\
ENOTEMPTY\n\
ENOSYS\n\
EROFS\n\
EBUSY\n\
EAGAIN\n\
EISCONN\n\
E2BIG\n\
EPERM\n\
";

/// The errno that an error payload names. EQUOTA (oxenstored) and unknown words count as "full or refused".
pub fn error_of(payload: &[u8]) -> Errno {
    Errno(NUMBERS.get(line_number(WORDS, word(payload))).copied().unwrap_or(libc::EDQUOT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // A READ of "data/host/1", as it stands on the wire of a little-endian guest.
    const READ: &[u8] = b"\x02\0\0\0\x07\0\0\0\0\0\0\0\x0c\0\0\0data/host/1\0";

    #[test]
    #[cfg(target_endian = "little")]
    fn read_request_both_ways() {
        let mut out = [0xa5; 64];
        let len = emit_message(Type::READ, 7, &[b"data/host/1", b"\0"], &mut out).unwrap();
        assert_eq!(&out[..len], READ);
        assert!(out[len..].iter().all(|&b| b == 0xa5));
        assert_eq!(Header::parse(READ), Some(Header { kind: Type::READ, req_id: 7, tx_id: 0, len: 12 }));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(emit_message(Type::WRITE, 1, &[&[0; 49]], &mut [0; 64]), None);
        assert_eq!(emit_message(Type::WRITE, 1, &[&[0; 4097]], &mut [0; 8192]), None);
        assert_eq!(emit_message(Type::WRITE, 1, &[&[0; 4096]], &mut [0; 8192]), Some(4112));
        assert_eq!(Header::parse(&READ[..15]), None);
    }

    #[test]
    fn events_and_errors() {
        assert_eq!(event_path(b"data/host/1\0t\0"), Some(&b"data/host/1"[..]));
        assert_eq!(event_path(b"data"), None);
        assert_eq!(error_of(b"ENOENT\0"), Errno(libc::ENOENT));
        assert_eq!((error_of(b"EINVAL\0"), error_of(b"EPERM")), (Errno(libc::EINVAL), Errno(libc::EPERM)));
        assert_eq!(WORDS.lines().count(), NUMBERS.len());
        assert_eq!(error_of(b"EQUOTA\0"), Errno(libc::EDQUOT));
        assert_eq!(error_of(b""), Errno(libc::EDQUOT));
    }

    proptest! {
        #[test]
        fn headers_round_trip(kind: u32, req_id: u32, tx_id: u32, len: u32) {
            let header = Header { kind: Type(kind), req_id, tx_id, len };
            let mut octets = [0; HEADER_LEN];
            header.emit(&mut octets);
            prop_assert_eq!(Header::parse(&octets), Some(header));
        }
    }
}
