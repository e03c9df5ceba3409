//! System calls by their numbers, syscall(2), without the C library.
//!
//! musl keeps threads, other structures and kernels of other ages in mind; one thread on a 64-bit kernel, whose structures are those of
//! crate libc, needs none of that, and no errno either: arguments and results are the kernel's, a number below zero is an error.

use core::ffi::{c_char, c_int, c_long, c_uint, c_void};

use super::machine::syscall;

const _: () = assert!(size_of::<c_long>() == 8, "elsewhere some structures of crate libc are not the kernel's");

macro_rules! calls {
    ($($name:ident($($argument:ident: $kind:ty),*) = $number:ident;)*) => {$(
        #[doc = concat!("See ", stringify!($name), "(2).\n\n# Safety\n\nAs there.")]
        #[inline(always)]
        pub unsafe fn $name($($argument: $kind),*) -> c_int {
            // SAFETY: as the caller was told.
            unsafe { syscall!(libc::$number $(, $argument)*) as c_int }
        }
    )*};
}

calls! {
    access(path: *const c_char, mode: c_int) = SYS_access;
    bind(fd: c_int, address: *const libc::sockaddr, len: libc::socklen_t) = SYS_bind;
    chdir(path: *const c_char) = SYS_chdir;
    clock_gettime(clock: libc::clockid_t, time: *mut c_long) = SYS_clock_gettime;
    clone(flags: usize, stack: usize) = SYS_clone;
    close(fd: c_int) = SYS_close;
    close_range(first: c_int, last: c_uint, flags: c_uint) = SYS_close_range;
    connect(fd: c_int, address: *const libc::sockaddr, len: libc::socklen_t) = SYS_connect;
    dup2(fd: c_int, to: c_int) = SYS_dup2;
    execve(path: *const c_char, words: *const *const c_char, environment: *const *const c_char) = SYS_execve;
    exit_group(status: c_int) = SYS_exit_group;
    fchmod(fd: c_int, mode: libc::mode_t) = SYS_fchmod;
    fchown(fd: c_int, owner: libc::uid_t, group: libc::gid_t) = SYS_fchown;
    fcntl(fd: c_int, command: c_int, argument: usize) = SYS_fcntl;
    fgetxattr(fd: c_int, name: *const c_char, value: *mut c_void, len: usize) = SYS_fgetxattr;
    flistxattr(fd: c_int, names: *mut c_char, len: usize) = SYS_flistxattr;
    fremovexattr(fd: c_int, name: *const c_char) = SYS_fremovexattr;
    fsetxattr(fd: c_int, name: *const c_char, value: *const c_void, len: usize, flags: c_int) = SYS_fsetxattr;
    fstat(fd: c_int, stat: *mut libc::stat) = SYS_fstat;
    fstatat(directory: c_int, name: *const c_char, stat: *mut libc::stat, flags: c_int) = SYS_newfstatat;
    fsync(fd: c_int) = SYS_fsync;
    getdents64(directory: c_int, entries: *mut u8, len: usize) = SYS_getdents64;
    getpid() = SYS_getpid;
    getrandom(start: *mut u8, len: usize, flags: c_uint) = SYS_getrandom;
    ioctl(fd: c_int, request: c_uint, argument: *mut c_void) = SYS_ioctl;
    kill(process: libc::pid_t, signal: c_int) = SYS_kill;
    linkat(from: c_int, old: *const c_char, to: c_int, new: *const c_char, flags: c_int) = SYS_linkat;
    madvise(start: usize, len: usize, advice: c_int) = SYS_madvise;
    mkdirat(directory: c_int, name: *const c_char, mode: libc::mode_t) = SYS_mkdirat;
    munmap(start: *mut c_void, len: usize) = SYS_munmap;
    openat(directory: c_int, path: *const c_char, flags: c_int, mode: libc::mode_t) = SYS_openat;
    pipe(ends: *mut c_int) = SYS_pipe;
    ppoll(entries: *mut libc::pollfd, count: usize, time: *const c_void, mask: *const u64, mask_len: usize) = SYS_ppoll;
    prctl(option: c_int, first: usize) = SYS_prctl;
    pwrite(fd: c_int, start: *const u8, len: usize, offset: libc::off_t) = SYS_pwrite64;
    read(fd: c_int, start: *mut u8, len: usize) = SYS_read;
    readlinkat(directory: c_int, name: *const c_char, start: *mut u8, len: usize) = SYS_readlinkat;
    recvfrom(fd: c_int, start: *mut u8, len: usize, flags: c_int, from: *mut libc::sockaddr, from_len: *mut libc::socklen_t) = SYS_recvfrom;
    renameat(from: c_int, old: *const c_char, to: c_int, new: *const c_char) = SYS_renameat;
    rt_sigaction(signal: c_int, new: *const c_void, old: *mut c_void, mask_len: usize) = SYS_rt_sigaction;
    rt_sigprocmask(how: c_int, new: *const u64, old: *mut u64, mask_len: usize) = SYS_rt_sigprocmask;
    sendto(fd: c_int, start: *const u8, len: usize, flags: c_int, to: *const libc::sockaddr, to_len: libc::socklen_t) = SYS_sendto;
    sethostname(name: *const u8, len: usize) = SYS_sethostname;
    setsid() = SYS_setsid;
    socket(family: c_int, kind: c_int, protocol: c_int) = SYS_socket;
    symlinkat(target: *const c_char, directory: c_int, name: *const c_char) = SYS_symlinkat;
    umask(mode: libc::mode_t) = SYS_umask;
    uname(names: *mut libc::utsname) = SYS_uname;
    unlinkat(directory: c_int, name: *const c_char, flags: c_int) = SYS_unlinkat;
    wait4(process: libc::pid_t, status: *mut c_int, options: c_int, usage: *mut c_void) = SYS_wait4;
    write(fd: c_int, start: *const u8, len: usize) = SYS_write;
}
