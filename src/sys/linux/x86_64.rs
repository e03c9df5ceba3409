//! What is written in assembly, for x86-64: system calls, where the program begins, and where a signal handler returns to.

use core::ffi::{c_char, c_int, c_ulong};

/// Makes a system call (syscall(2), x86-64 ABI) and gives what the kernel returns: the result, or an
/// error number below zero. An argument has the width that it has in the kernel.
macro_rules! syscall {
    ($number:expr) => { syscall!(@ $number,) };
    ($number:expr, $a:expr) => { syscall!(@ $number, "rdi" $a) };
    ($number:expr, $a:expr, $b:expr) => { syscall!(@ $number, "rdi" $a, "rsi" $b) };
    ($number:expr, $a:expr, $b:expr, $c:expr) => { syscall!(@ $number, "rdi" $a, "rsi" $b, "rdx" $c) };
    ($number:expr, $a:expr, $b:expr, $c:expr, $d:expr) => { syscall!(@ $number, "rdi" $a, "rsi" $b, "rdx" $c, "r10" $d) };
    ($number:expr, $a:expr, $b:expr, $c:expr, $d:expr, $e:expr) => {
        syscall!(@ $number, "rdi" $a, "rsi" $b, "rdx" $c, "r10" $d, "r8" $e)
    };
    ($number:expr, $a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $f:expr) => {
        syscall!(@ $number, "rdi" $a, "rsi" $b, "rdx" $c, "r10" $d, "r8" $e, "r9" $f)
    };
    (@ $number:expr, $($register:tt $argument:expr),*) => {{
        let result: isize;
        core::arch::asm!(
            "syscall",
            inlateout("rax") $number => result,
            $(in($register) $argument,)*
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack, preserves_flags)
        );
        result
    }};
}
pub(super) use syscall;

unsafe extern "C" {
    /// The program, as a C library would start it: what it returns is the exit status.
    fn main(argc: c_int, argv: *const *const c_char, environment: *const *const c_char) -> c_int;
}

/// Where the kernel enters the program (build.rs tells the linker): the stack holds `argc`, the pointers of `argv` and
/// a null, those of the environment and a null.
///
/// # Safety
///
/// For the kernel only.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn nova_agent_start() -> ! {
    core::arch::naked_asm!(
        "mov rdi, [rsp]",
        "lea rsi, [rsp + 8]",
        "lea rdx, [rsi + 8 * rdi + 8]",
        "call {main}", // the kernel aligns the stack to 16 octets, as C wants it here
        "mov edi, eax",
        "mov eax, {exit}",
        "syscall",
        "ud2",
        main = sym main,
        exit = const libc::SYS_exit_group,
    )
}

/// `SA_RESTORER` of asm/signal.h: `sa_restorer` is set, which this machine's kernel asks for.
pub const SIGNAL_FLAGS: c_ulong = 0x0400_0000;

/// Where a handler returns to: rt_sigreturn(2).
///
/// # Safety
///
/// For the kernel only.
#[unsafe(naked)]
pub unsafe extern "C" fn restore() {
    core::arch::naked_asm!("mov eax, {}", "syscall", const libc::SYS_rt_sigreturn)
}
