//! Files of /proc and /sys whose path has one part that varies.

use core::ffi::CStr;

use super::super::posix::fd::Fd;
use crate::error::Errno;
use crate::limits::LINK_PATH_LEN;
use crate::text::{Show, Text};

/// Reads the file that [`open`] opens, up to the length of `buffer`.
///
/// # Errors
///
/// See open(2), read(2).
#[inline(never)]
pub fn read<'b>(path: &str, part: &dyn Show, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
    let len = open(path, part, libc::O_RDONLY)?.read_full(buffer)?;
    Ok(buffer.get(..len).unwrap_or_default())
}

/// Opens the file at `path`, which ends in a NUL and has `part` in the place of its `%`.
///
/// # Errors
///
/// See open(2).
#[inline(never)]
pub fn open(path: &str, part: &dyn Show, flags: libc::c_int) -> Result<Fd, Errno> {
    let mut text = Text::<LINK_PATH_LEN>::new();
    text.add(path, &[part]);
    let path = CStr::from_bytes_until_nul(text.as_bytes()).map_err(|_| Errno(libc::ENAMETOOLONG))?;
    Fd::open(path, flags, 0)
}
