//! The host's password on its way into the guest: key agreement, cipher, and the hashes of crypt(5).
//!
//! Pure: random bytes and the time come from the caller. What holds a secret wipes it when dropped, or lives inside
//! `wiped` only, as the states of ciphers and hashes do.

mod aes128;
pub mod blob;
pub mod crypt;
pub mod dh;
mod digest;
mod md5;
pub mod secret;
mod stretch;

use zeroize::Zeroize;

use crate::limits::BURN_LEN;

/// Does `work` with secrets in a stack frame of its own and wipes that part of the stack, where moved values, saved registers
/// and the ciphers' own states leave copies. (dropbear's `m_burn` and libgcrypt's `_gcry_burn_stack` are there for the same.)
pub fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let result = apart(work);
    burn_stack();
    result
}

#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn burn_stack() {
    [0u8; BURN_LEN].zeroize();
}
