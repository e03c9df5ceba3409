//! Extended attributes: a replaced file keeps its security label, its ACL and its `user.` attributes (xattr(7)).
//!
//! Integrity hashes (`security.ima`, `.evm`) and `security.capability` belong to the old content and are not copied.

use core::ffi::CStr;

use super::super::posix::bytes::Bytes;
use super::super::posix::fd::{Fd, check, check_len};
use crate::error::Errno;
use crate::limits::ATTRIBUTE_LEN;

/// The access ACL (acl(5)).
const ACL: &CStr = c"system.posix_acl_access";

/// Whether an attribute goes over to the new file.
fn kept(name: &CStr) -> bool {
    let name = name.to_bytes();
    name == b"security.selinux" || name.starts_with(b"security.SMACK64") || name == ACL.to_bytes() || name.starts_with(b"user.")
}

/// Copies the attributes that belong to the file rather than to its content.
///
/// # Errors
///
/// See fsetxattr(2). A file system without attributes is none.
#[inline(never)]
pub fn copy(from: &Fd, to: &Fd) -> Result<(), Errno> {
    // A default ACL of the directory may have opened the new file to more users than the old one.
    // SAFETY: the name is NUL-terminated.
    match check(unsafe { libc::fremovexattr(to.raw(), ACL.as_ptr()) }) {
        Ok(_) | Err(Errno(libc::ENODATA | libc::EOPNOTSUPP | libc::ENOSYS)) => {}
        Err(errno) => return Err(errno),
    }
    let (mut names, mut value) = (Bytes::zeroed(ATTRIBUTE_LEN)?, Bytes::zeroed(ATTRIBUTE_LEN)?);
    let room = names.bytes_mut();
    // SAFETY: pointer and length are those of a writable slice.
    let len = match check_len(unsafe { libc::flistxattr(from.raw(), room.as_mut_ptr().cast(), room.len()) }) {
        Err(Errno(libc::EOPNOTSUPP | libc::ENOSYS)) => return Ok(()),
        len => len?,
    };
    let mut rest = names.get(..len).unwrap_or_default();
    while let Ok(name) = CStr::from_bytes_until_nul(rest) {
        rest = rest.get(name.count_bytes() + 1..).unwrap_or_default();
        if kept(name) {
            match copy_one(from, to, name, value.bytes_mut()) {
                Ok(()) | Err(Errno(libc::EOPNOTSUPP)) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
    Ok(())
}

fn copy_one(from: &Fd, to: &Fd, name: &CStr, room: &mut [u8]) -> Result<(), Errno> {
    // SAFETY: `name` is NUL-terminated; pointer and length are those of a writable slice.
    let len = check_len(unsafe { libc::fgetxattr(from.raw(), name.as_ptr(), room.as_mut_ptr().cast(), room.len()) })?;
    // SAFETY: `name` is NUL-terminated; the first `len` octets of the slice were written.
    check(unsafe { libc::fsetxattr(to.raw(), name.as_ptr(), room.as_ptr().cast(), len, 0) }).map(drop)
}
