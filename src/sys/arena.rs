//! The allocator under the JSON parser: a fixed arena, emptied after each request.
//!
//! A stack: growing the newest block happens in place, and a freed block gives its room back once everything above it is freed, too. So
//! work that frees all it allocated leaves no trace, and one request may parse many values.
//! Nothing but JSON allocates. The parser's visitors refuse input before the arena could run out (the high-water mark of every input
//! of 4,096 octets is asserted in tests), so a null return here, which ends the process, is unreachable.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Octets of the tag behind each block: where the block below it ends, and in its lowest bit whether this one was freed.
const TAG_LEN: usize = size_of::<usize>();
const FREED: usize = 1;

/// Offset behind the tag of a block of `size` octets at offset `start`.
fn end_of(start: usize, size: usize) -> Option<usize> {
    start.checked_add(size)?.checked_next_multiple_of(TAG_LEN)?.checked_add(TAG_LEN)
}

/// An arena of `N` octets. One thread only.
#[repr(C, align(16))]
pub struct Arena<const N: usize> {
    bytes: UnsafeCell<[u8; N]>,
    used: AtomicUsize,
    mark: AtomicUsize,
}

// SAFETY: the agent has one thread; tests that use an arena serialise themselves.
unsafe impl<const N: usize> Sync for Arena<N> {}

impl<const N: usize> Arena<N> {
    /// An empty arena.
    pub const fn new() -> Self {
        Self { bytes: UnsafeCell::new([0; N]), used: AtomicUsize::new(0), mark: AtomicUsize::new(0) }
    }

    /// Empties the arena and wipes what was used: request values pass through it.
    ///
    /// # Safety
    ///
    /// Nothing allocated from it may be used any more.
    pub unsafe fn reset(&self) {
        let used = self.mark.swap(0, Ordering::Relaxed).min(N);
        self.used.store(0, Ordering::Relaxed);
        // SAFETY: `used` octets from the start are inside the arena and nobody uses them, says the caller.
        unsafe { ptr::write_bytes(self.bytes.get().cast::<u8>(), 0, used) };
    }

    /// The most that was in use since the last reset.
    pub fn mark(&self) -> usize {
        self.mark.load(Ordering::Relaxed)
    }

    /// The tag in front of offset `end`, which is the end of a block.
    fn tag(&self, end: usize) -> *mut usize {
        self.bytes.get().cast::<u8>().wrapping_add(end - TAG_LEN).cast()
    }

    /// Makes the newest block end at `end`, the one below it at `below`; `false` if there is no room.
    fn take(&self, below: usize, end: Option<usize>) -> bool {
        let Some(end) = end.filter(|&end| end <= N) else { return false };
        // SAFETY: inside the arena and behind every block; offsets of ends are multiples of its size.
        unsafe { self.tag(end).write(below) };
        self.used.store(end, Ordering::Relaxed);
        self.mark.fetch_max(end, Ordering::Relaxed);
        true
    }
}

impl<const N: usize> Default for Arena<N> {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: allocations are disjoint, aligned and inside the arena; null means none.
unsafe impl<const N: usize> GlobalAlloc for Arena<N> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = self.bytes.get().cast::<u8>();
        let below = self.used.load(Ordering::Relaxed);
        let start = (base as usize).wrapping_add(below).next_multiple_of(layout.align()) - base as usize;
        if self.take(below, end_of(start, layout.size())) { base.wrapping_add(start) } else { ptr::null_mut() }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        let Some(end) = end_of((start as usize).wrapping_sub(self.bytes.get() as usize), layout.size()) else { return };
        // SAFETY: the tag of the block, which is one of ours, says the trait's caller.
        unsafe { *self.tag(end) |= FREED };
        let mut used = self.used.load(Ordering::Relaxed);
        while used > 0 {
            // SAFETY: the tag of the newest block.
            let tag = unsafe { self.tag(used).read() };
            if tag & FREED == 0 {
                break;
            }
            used = tag & !FREED;
        }
        self.used.store(used, Ordering::Relaxed);
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let offset = (start as usize).wrapping_sub(self.bytes.get() as usize);
        let end = end_of(offset, layout.size());
        if end == Some(self.used.load(Ordering::Relaxed)) {
            // SAFETY: the tag of the newest block.
            let below = unsafe { self.tag(self.used.load(Ordering::Relaxed)).read() };
            return if self.take(below, end_of(offset, size)) { start } else { ptr::null_mut() };
        }
        // SAFETY: the trait's caller says that `size` makes a valid layout.
        let other = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: as this function's caller was told.
        let to = unsafe { self.alloc(other) };
        if !to.is_null() {
            // SAFETY: both are blocks of this arena, disjoint, at least that long.
            unsafe { ptr::copy_nonoverlapping(start, to, layout.size().min(size)) };
            // SAFETY: as this function's caller was told.
            unsafe { self.dealloc(start, layout) };
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_block_grows_in_place_and_freed_ones_give_their_room_back() {
        let arena = Arena::<128>::new();
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        // SAFETY: sizes are not zero and every pointer is given back with its layout.
        let first = unsafe { arena.alloc(layout(8)) };
        // SAFETY: as above.
        let second = unsafe { arena.alloc(layout(8)) };
        assert_eq!(second as usize - first as usize, 16);
        // SAFETY: as above.
        assert_eq!(unsafe { arena.realloc(second, layout(8), 32) }, second);
        // SAFETY: as above.
        assert!(unsafe { arena.alloc(layout(80)) }.is_null());
        // SAFETY: as above.
        let moved = unsafe { arena.realloc(first, layout(8), 16) };
        assert_eq!(moved as usize - first as usize, 56);
        assert_eq!(arena.mark(), 80);
        // SAFETY: as above.
        unsafe { arena.dealloc(second, layout(32)) };
        // SAFETY: as above.
        unsafe { arena.dealloc(moved, layout(16)) };
        // SAFETY: as above; all of the room is back.
        assert_eq!(unsafe { arena.alloc(layout(120)) }, first);
        // SAFETY: nothing is used any more.
        unsafe { arena.reset() };
        // SAFETY: as above.
        assert_eq!(unsafe { arena.alloc(layout(1)) }, first);
    }
}
