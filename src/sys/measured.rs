//! For tests: what a piece of code takes of the arena. The tests' allocator is the arena for the thread that measures, else the system's.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use std::thread_local;

use super::arena::Arena;
use crate::limits::ARENA_LEN;

static ARENA: Arena<ARENA_LEN> = Arena::new();
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

thread_local! {
    static MEASURING: Cell<bool> = const { Cell::new(false) };
}

/// The most of an empty arena that was in use during `work`, which must drop all that it allocates.
pub fn high_water(work: impl FnOnce()) -> usize {
    let _guard = ONE_AT_A_TIME.lock();
    MEASURING.set(true);
    work();
    MEASURING.set(false);
    let mark = ARENA.mark();
    // SAFETY: what `work` allocated has been dropped, and nobody else measures.
    unsafe { ARENA.reset() };
    mark
}

struct Switch;

impl Switch {
    fn of(pointer: *mut u8) -> &'static dyn GlobalAlloc {
        let offset = (pointer as usize).wrapping_sub(&raw const ARENA as usize);
        if offset < size_of_val(&ARENA) { &ARENA } else { &System }
    }
}

// SAFETY: every pointer goes back to where it came from.
unsafe impl GlobalAlloc for Switch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let from: &dyn GlobalAlloc = if MEASURING.get() { &ARENA } else { &System };
        // SAFETY: as this function's caller was told.
        unsafe { from.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as this function's caller was told.
        unsafe { Self::of(pointer).dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as this function's caller was told.
        unsafe { Self::of(pointer).realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Switch = Switch;
