//! The host's password on its way into the guest: key agreement, cipher, and the hashes of crypt(5).
//!
//! Pure: random bytes and the time come from the caller. Every type that holds a secret wipes it when dropped.

pub mod blob;
pub mod crypt;
pub mod dh;
mod md5_crypt;
pub mod secret;
mod sha512_crypt;

use zeroize::Zeroize;

use crate::limits::BURN_LEN;

/// Wipes the stack below the caller, where moved values, saved registers and the ciphers' own states left copies of secrets.
/// The work to be forgotten must have run in a function of its own that was not inlined.
#[inline(never)]
pub fn burn_stack() {
    [0u8; BURN_LEN].zeroize();
}
