//! Reading directories with getdents64(2), into a buffer of our own (musl's opendir allocates).

use core::ffi::CStr;
use core::ops::ControlFlow;

use super::super::posix::fd::{Fd, check};
use super::super::posix::name::until_nul;
use super::calls;
use crate::error::Errno;

/// Octets of `struct linux_dirent64` in front of the name: d_ino 8, d_off 8, d_reclen 2, d_type 1.
const HEAD_LEN: usize = 19;

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
        let len = check(unsafe { calls::getdents64(directory.raw(), bytes.as_mut_ptr(), bytes.len()) })?;
        if len == 0 {
            return Ok(());
        }
        let mut rest = bytes.get(..len as usize).unwrap_or_default();
        while let Some((head, after)) = rest.split_first_chunk::<HEAD_LEN>() {
            let name = until_nul(after);
            if !matches!(name.to_bytes(), b"" | b"." | b"..") && each(name).is_break() {
                return Ok(());
            }
            let [.., low, high, _] = *head;
            rest = rest.get(usize::from(u16::from_ne_bytes([low, high])).max(1)..).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::super::super::posix::guest::alone;
    use super::*;

    alone! {
        fn every_name_once_over_many_reads(guest) {
            for i in 0..500 {
                guest.write(&format!("etc/{i}{}", "x".repeat(i % 253)), 0o644, "");
            }
            let mut names = Vec::new();
            let keep = |name: &CStr, names: &mut Vec<String>| names.push(name.to_str().unwrap().into());
            for_each_name(&guest.open("etc"), &mut |name| {
                keep(name, &mut names);
                ControlFlow::Continue(())
            })
            .unwrap();
            names.sort();
            assert_eq!(names, guest.names("etc"));
            let mut first = Vec::new();
            for_each_name(&guest.open("etc"), &mut |name| {
                keep(name, &mut first);
                ControlFlow::Break(())
            })
            .unwrap();
            assert_eq!(first.len(), 1);
            let file = guest.open("etc").open_at(c"0", libc::O_RDONLY, 0).unwrap();
            assert_eq!(for_each_name(&file, &mut |_| ControlFlow::Continue(())), Err(Errno(libc::ENOTDIR)));
        }
    }
}
