//! Extended attributes: a replaced file keeps its security label, its ACL and its `user.` attributes (xattr(7)).
//!
//! Integrity hashes (`security.ima`, `.evm`) and `security.capability` belong to the old content and are not copied.

use core::ffi::CStr;

use super::super::posix::bytes::Bytes;
use super::super::posix::fd::{Fd, check};
use super::super::posix::name::until_nul;
use super::calls;
use crate::error::Errno;
use crate::limits::ATTRIBUTE_LEN;

/// The access ACL (acl(5)).
const ACL: &CStr = c"system.posix_acl_access";

/// What the attributes that go over to the new file begin with; a NUL is a name's end.
const KEPT: [&[u8]; 4] = [b"security.selinux\0", b"security.SMACK64", b"system.posix_acl_access\0", b"user."];

/// Copies the attributes that belong to the file rather than to its content.
///
/// # Errors
///
/// See fsetxattr(2). A file system without attributes is none.
#[inline(never)]
pub fn copy(from: &Fd, to: &Fd) -> Result<(), Errno> {
    // A default ACL of the directory may have opened the new file to more users than the old one.
    // SAFETY: the name is NUL-terminated.
    tolerate(unsafe { calls::fremovexattr(to.raw(), ACL.as_ptr()) })?;
    let mut bytes = Bytes::EMPTY;
    bytes.zero(2 * ATTRIBUTE_LEN)?;
    let (names, value) = bytes.bytes_mut().split_at_mut_checked(ATTRIBUTE_LEN).unwrap_or_default();
    // SAFETY: pointer and length are those of a writable slice.
    let len = tolerate(unsafe { calls::flistxattr(from.raw(), names.as_mut_ptr().cast(), names.len()) })?;
    let mut rest = names.get(..len as usize).unwrap_or_default();
    while !rest.is_empty() {
        let name = until_nul(rest);
        let octets = name.to_bytes_with_nul();
        rest = rest.get(octets.len()..).unwrap_or_default();
        if KEPT.iter().any(|kept| octets.starts_with(kept)) {
            tolerate(copy_one(from, to, name, value))?;
        }
    }
    Ok(())
}

/// A call's result; 0 where there is no such attribute, or no attributes at all.
#[inline(never)]
fn tolerate(result: libc::c_int) -> Result<libc::c_int, Errno> {
    match check(result) {
        Err(Errno(libc::ENODATA | libc::EOPNOTSUPP | libc::ENOSYS)) => Ok(0),
        result => result,
    }
}

fn copy_one(from: &Fd, to: &Fd, name: &CStr, room: &mut [u8]) -> libc::c_int {
    // SAFETY: `name` is NUL-terminated; pointer and length are those of a writable slice.
    let len = unsafe { calls::fgetxattr(from.raw(), name.as_ptr(), room.as_mut_ptr().cast(), room.len()) };
    if len < 0 {
        return len;
    }
    // SAFETY: `name` is NUL-terminated; the first `len` octets of the slice were written.
    unsafe { calls::fsetxattr(to.raw(), name.as_ptr(), room.as_ptr().cast(), len as usize, 0) }
}
