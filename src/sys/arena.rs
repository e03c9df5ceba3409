//! The allocator under the JSON parser: a fixed arena, emptied after each request.
//!
//! Freeing the newest allocation gives its room back and growing it happens in place; everything else waits for [`Arena::reset`].
//! Nothing but JSON allocates. The parser's visitors refuse input before the arena could run out (the high-water mark of every input
//! of 4,096 octets is asserted in tests), so a null return here, which ends the process, is unreachable.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

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

    /// Offset just behind the allocation at `start`, if it is the newest one.
    fn newest(&self, start: *mut u8, layout: Layout) -> Option<usize> {
        let offset = (start as usize).wrapping_sub(self.bytes.get() as usize);
        (offset.checked_add(layout.size()) == Some(self.used.load(Ordering::Relaxed))).then_some(offset)
    }

    fn take(&self, end: usize) -> bool {
        let fits = end <= N;
        if fits {
            self.used.store(end, Ordering::Relaxed);
            self.mark.fetch_max(end, Ordering::Relaxed);
        }
        fits
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
        let free = (base as usize).wrapping_add(self.used.load(Ordering::Relaxed));
        let start = free.next_multiple_of(layout.align()) - base as usize;
        if start.checked_add(layout.size()).is_some_and(|end| self.take(end)) { base.wrapping_add(start) } else { ptr::null_mut() }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        if let Some(offset) = self.newest(start, layout) {
            self.used.store(offset, Ordering::Relaxed);
        }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if let Some(offset) = self.newest(start, layout) {
            return if offset.checked_add(size).is_some_and(|end| self.take(end)) { start } else { ptr::null_mut() };
        }
        if size <= layout.size() {
            return start;
        }
        // SAFETY: `size` is larger than that of a valid layout, and the trait's caller says it does not overflow.
        let larger = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: as this function's caller was told.
        let to = unsafe { self.alloc(larger) };
        if !to.is_null() {
            // SAFETY: both are allocations of this arena, disjoint, at least `layout.size()` octets.
            unsafe { ptr::copy_nonoverlapping(start, to, layout.size()) };
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_allocation_grows_in_place_and_gives_its_room_back() {
        let arena = Arena::<64>::new();
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        // SAFETY: sizes are not zero and every pointer is given back with its layout, here and below.
        let first = unsafe { arena.alloc(layout(8)) };
        // SAFETY: as above.
        let second = unsafe { arena.alloc(layout(8)) };
        assert_eq!(second as usize - first as usize, 8);
        // SAFETY: as above.
        assert_eq!(unsafe { arena.realloc(second, layout(8), 32) }, second);
        // SAFETY: as above.
        assert!(unsafe { arena.alloc(layout(32)) }.is_null());
        // SAFETY: as above.
        let moved = unsafe { arena.realloc(first, layout(8), 16) };
        assert_eq!(moved as usize - first as usize, 40);
        // SAFETY: as above.
        unsafe { arena.dealloc(moved, layout(16)) };
        assert_eq!(arena.mark(), 56);
        // SAFETY: nothing is used any more.
        unsafe { arena.reset() };
        // SAFETY: as above.
        assert_eq!(unsafe { arena.alloc(layout(64)) }, first);
    }
}
