//! What std would bring: the panic handler and the allocator under the JSON parser; and the program's memory.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;

use nova_agent::limits::ARENA_LEN;
use nova_agent::run::{Kept, Memory, Scratch};
use nova_agent::sys::arena::Arena;
use nova_agent::sys::os::memory;

/// What only requests need, in one piece, so that all of it can be given back at once.
#[repr(C, align(4096))]
struct ForRequests {
    arena: Arena<ARENA_LEN>,
    scratch: UnsafeCell<Scratch>,
}

// SAFETY: the agent has one thread.
unsafe impl Sync for ForRequests {}

#[global_allocator]
#[unsafe(link_section = ".bss.for_requests")] // behind everything that is kept, see targets/sections.ld
static FOR_REQUESTS: ForRequests = ForRequests { arena: Arena::new(), scratch: UnsafeCell::new(Scratch::new()) };

static mut KEPT: Kept = Kept::new();

/// What the loop may do about memory.
pub const MEMORY: Memory = Memory { release, give_back };

/// A panic is a bug (sysexits.h EX_SOFTWARE); service managers restart the agent, the journal lets it finish.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: _exit takes a status and never returns; no other state is touched.
    unsafe { libc::_exit(70) }
}

// SAFETY: the arena's.
unsafe impl GlobalAlloc for ForRequests {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as this function's caller was told.
        unsafe { self.arena.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: as this function's caller was told.
        unsafe { self.arena.dealloc(start, layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as this function's caller was told.
        unsafe { self.arena.realloc(start, layout, size) }
    }
}

fn release() {
    // SAFETY: the loop calls this after it dropped the request, and only requests allocate.
    unsafe { FOR_REQUESTS.arena.reset() }
}

fn give_back() {
    // SAFETY: the loop calls this when no request is at hand: nothing is allocated and nothing is in its buffers, and the empty state of
    // both is all zero.
    unsafe { memory::give_back((&raw const FOR_REQUESTS).cast(), size_of::<ForRequests>()) };
    memory::give_back_stack();
}

/// The loop's memory.
///
/// # Safety
///
/// To be called once.
pub unsafe fn buffers() -> (&'static mut Scratch, &'static mut Kept) {
    let kept = &raw mut KEPT;
    // SAFETY: the only reference, says the caller.
    let scratch = unsafe { &mut *FOR_REQUESTS.scratch.get() };
    // SAFETY: the only reference, says the caller.
    (scratch, unsafe { &mut *kept })
}
