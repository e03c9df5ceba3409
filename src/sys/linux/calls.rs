//! System calls without their C wrappers: musl's help other kernels and descriptors than are met here, and take 1.2 KB for it.
//!
//! Where a long has 64 bits, the structures of the kernel are those of libc.

use core::ffi::{c_char, c_int, c_long};

use libc::syscall;

const _: () = assert!(size_of::<c_long>() == 8);

/// fstat(2).
///
/// # Safety
///
/// `stat` is writable.
pub unsafe fn fstat(fd: c_int, stat: *mut libc::stat) -> c_int {
    // SAFETY: as this function's caller was told.
    unsafe { syscall(libc::SYS_fstat, fd, stat) as c_int }
}

/// fstatat(2).
///
/// # Safety
///
/// `name` is NUL-terminated, `stat` is writable.
pub unsafe fn fstatat(directory: c_int, name: *const c_char, stat: *mut libc::stat, flags: c_int) -> c_int {
    // SAFETY: as this function's caller was told.
    unsafe { syscall(libc::SYS_newfstatat, directory, name, stat, flags) as c_int }
}

/// fcntl(2) with F_DUPFD.
pub fn duplicate(fd: c_int, least: c_int) -> c_int {
    // SAFETY: makes a descriptor.
    unsafe { syscall(libc::SYS_fcntl, fd, libc::F_DUPFD, least) as c_int }
}

/// fcntl(2) with F_SETLK.
pub fn lock(fd: c_int, lock: &libc::flock) -> c_int {
    // SAFETY: `lock` is a valid flock.
    unsafe { syscall(libc::SYS_fcntl, fd, libc::F_SETLK, core::ptr::from_ref(lock)) as c_int }
}

/// fchown(2).
pub fn fchown(fd: c_int, uid: libc::uid_t, gid: libc::gid_t) -> c_int {
    // SAFETY: only numbers.
    unsafe { syscall(libc::SYS_fchown, fd, uid, gid) as c_int }
}

/// fchmod(2).
pub fn fchmod(fd: c_int, mode: libc::mode_t) -> c_int {
    // SAFETY: only numbers.
    unsafe { syscall(libc::SYS_fchmod, fd, mode) as c_int }
}
