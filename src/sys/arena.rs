//! The allocator under the JSON parser: a fixed arena, emptied after each request.
//!
//! A stack: a freed block gives its room back once everything above it is freed, too. So work that frees all it allocated leaves no trace,
//! and one request may parse many values. A block that grows moves to the top.
//! Nothing but JSON allocates. The parser's visitors refuse input before the arena could run out (the high-water mark of every input
//! of 4,096 octets is asserted in tests), so a null return here, which ends the process, is unreachable.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::{Cell, UnsafeCell};
use core::ptr;

/// What blocks begin at a multiple of, and octets of the tag behind each. The tag says where the block begins, and in its lowest bit whether
/// it was freed.
const UNIT: usize = 16;
const FREED: usize = 1;

/// Offset behind the tag of a block of `size` octets at offset `start`. Does not overflow: no layout is larger than half of all memory.
fn end_of(start: usize, size: usize) -> usize {
    (start + size).next_multiple_of(UNIT) + UNIT
}

/// An arena of `N` octets. One thread only.
#[repr(C, align(16))]
pub struct Arena<const N: usize> {
    bytes: UnsafeCell<[u8; N]>,
    used: Cell<usize>,
    mark: Cell<usize>,
}

// SAFETY: the agent has one thread; tests that use an arena serialise themselves.
unsafe impl<const N: usize> Sync for Arena<N> {}

impl<const N: usize> Arena<N> {
    /// An empty arena.
    pub const fn new() -> Self {
        Self { bytes: UnsafeCell::new([0; N]), used: Cell::new(0), mark: Cell::new(0) }
    }

    /// Empties the arena and wipes what was used: request values pass through it.
    ///
    /// # Safety
    ///
    /// Nothing allocated from it may be used any more.
    pub unsafe fn reset(&self) {
        let used = self.mark.replace(0).min(N);
        self.used.set(0);
        // SAFETY: `used` octets from the start are inside the arena and nobody uses them, says the caller.
        unsafe { ptr::write_bytes(self.bytes.get().cast::<u8>(), 0, used) };
    }

    /// The most that was in use since the last reset.
    pub fn mark(&self) -> usize {
        self.mark.get()
    }

    /// The tag in front of offset `end`, which is the end of a block.
    fn tag(&self, end: usize) -> *mut usize {
        self.bytes.get().cast::<u8>().wrapping_add(end - UNIT).cast()
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
        let start = self.used.get();
        let end = end_of(start, layout.size());
        if end > N || layout.align() > UNIT {
            return ptr::null_mut();
        }
        // SAFETY: the tag is inside the arena, behind every block, and aligned: ends are multiples of 16, and it has 8 octets.
        unsafe { self.tag(end).write(start) };
        self.used.set(end);
        self.mark.set(end.max(self.mark.get()));
        self.bytes.get().cast::<u8>().wrapping_add(start)
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        let end = end_of(start as usize - self.bytes.get() as usize, layout.size());
        // SAFETY: the tag of the block, which is one of ours, says the trait's caller.
        unsafe { *self.tag(end) |= FREED };
        let mut used = self.used.get();
        while used > 0 {
            // SAFETY: the tag of the newest block.
            let tag = unsafe { self.tag(used).read() };
            if tag & FREED == 0 {
                break;
            }
            used = tag & !FREED;
        }
        self.used.set(used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freed_blocks_give_their_room_back_once_all_above_are_freed() {
        let arena = Arena::<192>::new();
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        // SAFETY: sizes are not zero and every pointer is given back with its layout.
        let first = unsafe { arena.alloc(layout(8)) };
        assert_eq!(first.align_offset(UNIT), 0);
        // SAFETY: as above.
        let second = unsafe { arena.alloc(layout(17)) };
        assert_eq!(second as usize - first as usize, 32);
        // SAFETY: as above.
        let moved = unsafe { arena.realloc(first, layout(8), 16) };
        assert_eq!(moved as usize - second as usize, 48);
        // SAFETY: as above.
        assert!(unsafe { arena.alloc(layout(65)) }.is_null());
        // SAFETY: as above.
        let last = unsafe { arena.alloc(layout(64)) };
        assert_eq!((last as usize - moved as usize, arena.mark()), (32, 192));
        for (pointer, len, used) in [(moved, 16, 192), (last, 64, 80), (second, 17, 0)] {
            // SAFETY: as above.
            unsafe { arena.dealloc(pointer, layout(len)) };
            assert_eq!(arena.used.get(), used);
        }
        // SAFETY: as above.
        assert!(unsafe { arena.alloc(Layout::from_size_align(8, 32).unwrap()) }.is_null());
        // SAFETY: as above; all of the room is back.
        assert_eq!(unsafe { arena.alloc(layout(176)) }, first);
        // SAFETY: nothing is used any more.
        unsafe { arena.reset() };
        // SAFETY: as above.
        assert_eq!(unsafe { arena.alloc(layout(1)) }, first);
    }
}
