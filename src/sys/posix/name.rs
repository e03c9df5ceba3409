//! Names and paths put together, and found again, in buffers of fixed size.

use core::ffi::CStr;

/// The octets in front of the first NUL, with it; empty if there is none.
#[inline(never)]
pub fn until_nul(bytes: &[u8]) -> &CStr {
    CStr::from_bytes_until_nul(bytes).unwrap_or_default()
}

/// All `parts`, one behind the other; `None` if `room` is too small.
#[inline(never)]
pub fn join<'r>(room: &'r mut [u8], parts: &[&[u8]]) -> Option<&'r [u8]> {
    let mut len = 0;
    for part in parts {
        room.get_mut(len..)?.get_mut(..part.len())?.copy_from_slice(part);
        len += part.len();
    }
    room.get(..len)
}
