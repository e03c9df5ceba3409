//! Linux: descriptors, random numbers, host name, where XenStore is.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::super::posix::fd::{Fd, check, check_len};
use super::calls;
use crate::error::Errno;

/// Where XenStore's device is, in the order of trying: since Linux 2.6.39, and before (also classic Xen kernels).
pub const fn store_paths() -> [&'static CStr; 2] {
    [c"/dev/xen/xenbus", c"/proc/xen/xenbus"]
}

/// Whether this kernel runs on Xen, so that a missing device will come.
pub fn on_xen() -> bool {
    let mut kind = [0; 3];
    let hypervisor = Fd::open(c"/sys/hypervisor/type", libc::O_RDONLY, 0).and_then(|file| file.read_full(&mut kind));
    hypervisor == Ok(3) && &kind == b"xen" || Fd::open(c"/proc/xen", libc::O_RDONLY | libc::O_DIRECTORY, 0).is_ok()
}

/// The kernel's log, for messages in front of which `<N>` gives the level.
///
/// # Errors
///
/// See open(2).
pub fn kernel_log() -> Result<Fd, Errno> {
    Fd::open(c"/dev/kmsg", libc::O_WRONLY, 0)
}

/// Closes every descriptor from `first` on: close_range (5.9), else one by one up to the usual limit.
pub fn close_descriptors_from(first: libc::c_int) {
    // SAFETY: nothing in this process owns a descriptor yet, or it is about to become another program.
    if check(unsafe { calls::close_range(first, libc::c_uint::MAX, 0) }).is_err() {
        for fd in first..1024 {
            // SAFETY: as above.
            unsafe { calls::close(fd) };
        }
    }
}

/// No core file and no ptrace by other users' processes: keys and passwords pass through this memory.
pub fn forbid_core_files() {
    // SAFETY: plain numbers.
    unsafe { calls::prctl(libc::PR_SET_DUMPABLE, 0) };
}

/// fork(2).
///
/// # Safety
///
/// The child must be able to go on with everything that the parent had: one thread, no locks.
pub unsafe fn fork() -> libc::c_int {
    // SAFETY: no new stack, no shared memory: what fork(2) is.
    unsafe { calls::clone(libc::SIGCHLD as usize, 0) }
}

/// Fills `out` from the kernel's random source: getrandom (3.17), else `/dev/urandom`.
///
/// # Errors
///
/// See open(2), read(2); EIO if the source ends.
pub fn random(out: &mut [u8]) -> Result<(), Errno> {
    // SAFETY: pointer and length are those of a writable slice.
    let got = match check_len(unsafe { calls::getrandom(out.as_mut_ptr(), out.len(), 0) }) {
        // Up to 256 octets come whole.
        Ok(got) => got,
        Err(_) => Fd::open(c"/dev/urandom", libc::O_RDONLY, 0)?.read_full(out)?,
    };
    if got == out.len() { Ok(()) } else { Err(Errno(libc::EIO)) }
}

/// The host name, uname(2), in `buffer`.
///
/// # Errors
///
/// EINVAL if `buffer` is too short.
pub fn nodename(buffer: &mut [u8]) -> Result<&[u8], Errno> {
    let mut names = MaybeUninit::<libc::utsname>::zeroed();
    // SAFETY: `names` is writable and of the right type.
    check(unsafe { calls::uname(names.as_mut_ptr()) })?;
    // SAFETY: all-zero is a valid utsname, and so is what uname wrote.
    let names = unsafe { names.assume_init_ref() };
    let mut len = 0;
    for &octet in names.nodename.iter().take_while(|&&octet| octet != 0) {
        *buffer.get_mut(len).ok_or(Errno(libc::EINVAL))? = octet as u8;
        len += 1;
    }
    buffer.get(..len).ok_or(Errno(libc::EINVAL))
}

/// sethostname(2).
///
/// # Errors
///
/// EPERM without CAP_SYS_ADMIN; EINVAL for a name over 64 octets.
pub fn set_nodename(name: &[u8]) -> Result<(), Errno> {
    // SAFETY: pointer and length are those of a readable slice.
    check(unsafe { calls::sethostname(name.as_ptr(), name.len()) }).map(drop)
}

/// Seconds and nanoseconds of `clock`; zero if the kernel has no such clock. By a system call: the vDSO, through which a C library asks,
/// would be a page of resident memory and a symbol search for the few times a request needs.
pub fn clock(clock: libc::clockid_t) -> (u64, u64) {
    let mut time = [0u64; 2];
    // SAFETY: `time` has the layout of the kernel's timespec: two 64-bit numbers.
    unsafe { calls::clock_gettime(clock, time.as_mut_ptr().cast()) };
    let [seconds, nanoseconds] = time;
    (seconds, nanoseconds)
}
