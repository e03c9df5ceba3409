//! What std would bring: the C entry point, its arrays, the panic handler, the allocator under the JSON parser; and the program's memory.
//!
//! All `unsafe` code of the program that is not in the library's `sys`.

#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_int};
use core::sync::atomic::{AtomicBool, Ordering};

use nova_agent::limits::ARENA_LEN;
use nova_agent::run::{Kept, Memory, Scratch};
use nova_agent::sys::arena::Arena;
use nova_agent::sys::os::memory;
use nova_agent::sys::posix::process;

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

/// The loop's memory. Whoever asks a second time ends the process.
pub fn buffers() -> (&'static mut Scratch, &'static mut Kept) {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    if TAKEN.swap(true, Ordering::Relaxed) {
        process::end(70);
    }
    let kept = &raw mut KEPT;
    // SAFETY: the only reference, since this point is reached once.
    let scratch = unsafe { &mut *FOR_REQUESTS.scratch.get() };
    // SAFETY: the same.
    (scratch, unsafe { &mut *kept })
}

unsafe extern "C" {
    /// The C library's environment.
    static mut environ: *const *const c_char;
}

/// C entry point.
///
/// # Safety
///
/// To be called by the C library's start code only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(_argc: c_int, argv: *const *const c_char) -> c_int {
    let mut words = Strings(argv);
    words.next(); // the program's name
    crate::start(words)
}

/// The environment, which is empty afterwards: nothing here or below needs it.
pub fn take_environment() -> Strings {
    // SAFETY: one thread.
    let taken = unsafe { environ };
    // SAFETY: one thread.
    unsafe { environ = core::ptr::null() };
    Strings(taken)
}

/// The strings of `argv` or `environ`: an array that a null pointer ends, and that stays for the life of the process, as its strings do.
#[derive(Clone)]
pub struct Strings(*const *const c_char);

impl Iterator for Strings {
    type Item = &'static CStr;

    #[inline(never)]
    fn next(&mut self) -> Option<&'static CStr> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: not past the null pointer that ends the array.
        let string = unsafe { *self.0 };
        if string.is_null() {
            return None;
        }
        self.0 = self.0.wrapping_add(1);
        // SAFETY: a C string that stays.
        Some(unsafe { CStr::from_ptr(string) })
    }
}
