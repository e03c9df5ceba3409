//! What std would bring: the panic handler and the allocator under the JSON parser; and the loop's memory.

use nova_agent::limits::ARENA_LEN;
use nova_agent::run::Buffers;
use nova_agent::sys::arena::Arena;

#[global_allocator]
static ARENA: Arena<ARENA_LEN> = Arena::new();

static mut BUFFERS: Buffers = Buffers::new();

/// A panic is a bug (sysexits.h EX_SOFTWARE); service managers restart the agent, the journal lets it finish.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: _exit takes a status and never returns; no other state is touched.
    unsafe { libc::_exit(70) }
}

/// Frees everything that was allocated.
pub fn release() {
    // SAFETY: the loop calls this after it dropped the request, and only requests allocate.
    unsafe { ARENA.reset() }
}

/// The loop's memory.
///
/// # Safety
///
/// To be called once.
pub unsafe fn buffers() -> &'static mut Buffers {
    let buffers = &raw mut BUFFERS;
    // SAFETY: the only reference, says the caller.
    unsafe { &mut *buffers }
}
