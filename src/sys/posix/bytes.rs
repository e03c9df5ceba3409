//! A file's whole content in memory of its own, given back to the kernel afterwards.
//!
//! An anonymous mapping rather than a mapped file, since a file that another program truncates would be a SIGBUS.

use core::ops::Deref;
use core::ptr::NonNull;
use core::slice;

use super::super::os::{calls, memory};
use super::fd::Fd;
use crate::error::Errno;
use crate::limits::FILE_LEN;

/// Bytes in pages of their own. The pages are wiped before they are given back: they may have held `/etc/shadow`.
pub struct Bytes {
    start: NonNull<u8>,
    mapped: usize,
    len: usize,
}

impl Bytes {
    /// No bytes, no pages.
    pub const EMPTY: Self = Self { start: NonNull::dangling(), mapped: 0, len: 0 };

    /// Becomes `len` zero bytes.
    ///
    /// # Errors
    ///
    /// ENOMEM.
    #[inline(never)]
    pub fn zero(&mut self, len: usize) -> Result<(), Errno> {
        *self = Self::EMPTY;
        let mapped = len.max(1);
        self.start = memory::map(mapped)?;
        (self.mapped, self.len) = (mapped, len);
        Ok(())
    }

    /// Becomes all that can be read from `file`, whose size is about `size`.
    ///
    /// # Errors
    ///
    /// As [`Bytes::zero`] and read(2); EFBIG beyond [`FILE_LEN`]; EAGAIN if the file grew while it was read.
    #[inline(never)]
    pub fn read(&mut self, file: &Fd, size: usize) -> Result<(), Errno> {
        if size > FILE_LEN {
            return Err(Errno(libc::EFBIG));
        }
        self.zero(size + 1)?;
        self.len = file.read_full(self.bytes_mut())?;
        if self.len > size { Err(Errno(libc::EAGAIN)) } else { Ok(()) }
    }

    /// Becomes all that can be read from `file`, which need not know its size, up to `most` octets.
    ///
    /// # Errors
    ///
    /// As [`Bytes::zero`] and read(2); EFBIG beyond.
    #[inline(never)]
    pub fn read_stream(&mut self, file: &Fd, most: usize) -> Result<(), Errno> {
        self.zero(most + 1)?;
        self.len = file.read_full(self.bytes_mut())?;
        if self.len > most { Err(Errno(libc::EFBIG)) } else { Ok(()) }
    }

    /// The bytes, to be written.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: `len` bytes at `start` are mapped, initialised (zero at least) and ours alone.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `len` bytes at `start` are mapped, initialised (zero at least) and ours alone.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(self.bytes_mut());
        if self.mapped > 0 {
            // SAFETY: this mapping is ours and nothing borrows it any more.
            unsafe { calls::munmap(self.start.as_ptr().cast(), self.mapped) };
        }
    }
}

/// Whether `needle` is anywhere in `bytes`.
#[inline(never)]
pub fn holds(mut bytes: &[u8], needle: &[u8]) -> bool {
    while let [_, rest @ ..] = bytes {
        if bytes.starts_with(needle) {
            return true;
        }
        bytes = rest;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::guest::alone;
    use super::*;

    alone! {
        fn files_that_change_and_the_largest(guest) {
            guest.write("etc/file", 0o644, "12345");
            let read = |size| {
                let mut bytes = Bytes::EMPTY;
                bytes.read(&guest.open("etc").open_at(c"file", libc::O_RDONLY, 0).unwrap(), size).map(|()| bytes.len())
            };
            assert_eq!((read(5), read(9), read(4), read(0)), (Ok(5), Ok(5), Err(Errno(libc::EAGAIN)), Err(Errno(libc::EAGAIN))));
            guest.write("etc/file", 0o644, "");
            assert_eq!((read(0), read(FILE_LEN), read(FILE_LEN + 1)), (Ok(0), Ok(0), Err(Errno(libc::EFBIG))));
        }
    }
}
