//! Reading directories with getdents64(2), into a buffer of our own (musl's opendir allocates).

use core::ffi::CStr;
use core::ops::ControlFlow;

use super::super::posix::fd::{Fd, check_len};
use crate::error::Errno;

/// Octets of `struct linux_dirent64` in front of the name: d_ino 8, d_off 8, d_reclen 2, d_type 1.
const HEAD_LEN: usize = 19;
/// Where `d_reclen` is.
const RECLEN: core::ops::Range<usize> = 16..18;

/// Calls `each` with every name in `directory` but `.` and `..`, until it breaks. The directory must have been opened for this.
///
/// # Errors
///
/// See getdents64(2).
pub fn for_each_name(directory: &Fd, each: &mut dyn FnMut(&CStr) -> ControlFlow<()>) -> Result<(), Errno> {
    #[repr(align(8))] // the kernel lays out records for 8-octet numbers
    struct Buffer([u8; 1024]);
    let mut buffer = Buffer([0; 1024]);
    loop {
        let Buffer(bytes) = &mut buffer;
        // SAFETY: pointer and length are those of a writable slice.
        let len =
            check_len(unsafe { libc::syscall(libc::SYS_getdents64, directory.raw(), bytes.as_mut_ptr(), bytes.len()) } as libc::ssize_t)?;
        if len == 0 {
            return Ok(());
        }
        let mut rest = bytes.get(..len).unwrap_or_default();
        while let Some(name) = rest.get(HEAD_LEN..).and_then(|n| CStr::from_bytes_until_nul(n).ok()) {
            if name != c"." && name != c".." && each(name).is_break() {
                return Ok(());
            }
            let record_len = rest.get(RECLEN).and_then(|r| r.try_into().ok()).map_or(0, u16::from_ne_bytes);
            rest = rest.get(usize::from(record_len.max(1))..).unwrap_or_default();
        }
    }
}
