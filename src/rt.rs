//! What std would bring: the panic handler.

/// A panic is a bug (sysexits.h EX_SOFTWARE); service managers restart the agent, the state file lets it finish.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: _exit takes a status and never returns; no other state is touched.
    unsafe { libc::_exit(70) }
}
