//! Memory from the kernel, mmap(2), and back to it: madvise(2) with MADV_DONTNEED, after which private pages read as zero.
//!
//! A sleeping agent holds no request, so it needs none of the memory that requests need; and nothing of them stays in it.

use core::ptr::NonNull;

use super::calls;
use super::machine::syscall;
use crate::error::Errno;

/// The page size of most systems. Where pages are larger the kernel refuses what is not aligned, and the memory simply stays.
const PAGE_LEN: usize = 4096;

/// How far below its present end the stack may have been used.
const STACK_LEN: usize = 256 << 10;

/// `len` octets of new private memory, all zero.
///
/// # Errors
///
/// See mmap(2).
pub fn map(len: usize) -> Result<NonNull<u8>, Errno> {
    let (protection, flags) = ((libc::PROT_READ | libc::PROT_WRITE) as usize, (libc::MAP_PRIVATE | libc::MAP_ANON) as usize);
    // SAFETY: a new anonymous mapping; no existing memory is touched.
    let start = unsafe { syscall!(libc::SYS_mmap, 0usize, len, protection, flags, usize::MAX, 0usize) };
    // Addresses are above zero.
    usize::try_from(start).ok().and_then(|start| NonNull::new(start as *mut u8)).ok_or(Errno(-start as i32))
}

/// Gives back the whole pages in the `len` octets at `start`.
///
/// # Safety
///
/// This memory is private, and its owners take zero octets in it for empty.
pub unsafe fn give_back(start: *const u8, len: usize) {
    let first = (start as usize).next_multiple_of(PAGE_LEN);
    let end = (start as usize + len) & !(PAGE_LEN - 1);
    if end > first {
        // SAFETY: as the caller was told. A refusal changes nothing.
        unsafe { calls::madvise(first, end - first, libc::MADV_DONTNEED) };
    }
}

/// Gives back the stack below the callers' frames. Parts that were never used are no part of it yet: ENOMEM for these is fine.
#[inline(never)]
pub fn give_back_stack() {
    let here = 0u8;
    // This frame and the system call's are far smaller than the distance that is kept.
    let end = (&raw const here) as usize - 512;
    // SAFETY: nothing lives below the frames of running functions.
    unsafe { give_back(end.saturating_sub(STACK_LEN) as *const u8, STACK_LEN) };
}
