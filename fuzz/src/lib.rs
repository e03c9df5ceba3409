//! What the fuzz targets share: the agent's own allocator, and a sink for edited files.
//!
//! Targets are in `targets/`, seeds of real shape in `seeds/<target>/`. `make fuzz` runs them; tests/fuzz.sh says how.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use nova_agent::error::Error;
use nova_agent::limits::ARENA_LEN;
use nova_agent::ports::Sink;
use nova_agent::sys::arena::Arena;

/// Collects what an edit puts.
#[derive(Default)]
pub struct Collect(pub Vec<u8>);

impl Sink for Collect {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

static ARENA: Arena<ARENA_LEN> = Arena::new();

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Does `work` with the heap that it has in the agent: an arena of [`ARENA_LEN`] octets, beyond which the process ends. It must drop all
/// that it allocates.
pub fn in_arena(work: impl FnOnce()) {
    INSIDE.set(true);
    work();
    INSIDE.set(false);
    // SAFETY: what `work` allocated has been dropped, and libFuzzer runs one input at a time.
    unsafe { ARENA.reset() }
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
        // A panic's own message needs room that the agent, which prints none, does not have.
        let inside = INSIDE.get() && !std::thread::panicking();
        let from: &dyn GlobalAlloc = if inside { &ARENA } else { &System };
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
