//! What std would bring: the panic handler and the allocator under the JSON parser; and the program's memory.

use nova_agent::limits::ARENA_LEN;
use nova_agent::run::{Kept, Memory, Scratch};
use nova_agent::sys::arena::Arena;
use nova_agent::sys::os::memory;

#[global_allocator]
static ARENA: Arena<ARENA_LEN> = Arena::new();

static mut SCRATCH: Scratch = Scratch::new();
static mut KEPT: Kept = Kept::new();

/// What the loop may do about memory.
pub const MEMORY: Memory = Memory { release, give_back };

/// A panic is a bug (sysexits.h EX_SOFTWARE); service managers restart the agent, the journal lets it finish.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: _exit takes a status and never returns; no other state is touched.
    unsafe { libc::_exit(70) }
}

fn release() {
    // SAFETY: the loop calls this after it dropped the request, and only requests allocate.
    unsafe { ARENA.reset() }
}

fn give_back() {
    // SAFETY: the loop calls this when no request is at hand: nothing is allocated.
    unsafe { memory::give_back((&raw const ARENA).cast(), size_of_val(&ARENA)) };
    // SAFETY: and nothing is in its buffers, whose empty state is all zero.
    unsafe { memory::give_back((&raw const SCRATCH).cast(), size_of::<Scratch>()) };
    memory::give_back_stack();
}

/// The loop's memory.
///
/// # Safety
///
/// To be called once.
pub unsafe fn buffers() -> (&'static mut Scratch, &'static mut Kept) {
    let (scratch, kept) = (&raw mut SCRATCH, &raw mut KEPT);
    // SAFETY: the only reference, says the caller.
    let scratch = unsafe { &mut *scratch };
    // SAFETY: the only reference, says the caller.
    (scratch, unsafe { &mut *kept })
}
