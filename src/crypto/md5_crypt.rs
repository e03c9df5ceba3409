//! md5-crypt, the `$1$` hash of crypt(5): FreeBSD's `crypt-md5.c` by Poul-Henning Kamp.
//!
//! For systems whose crypt library knows nothing better.

use md5::{Digest, Md5};

/// The 16 bytes that [`super::crypt`] writes as text. crypt(3) uses at most 8 bytes of `salt`; the caller sees to that.
pub fn digest(password: &[u8], salt: &[u8]) -> [u8; 16] {
    let inner: [u8; 16] = Md5::new().chain_update(password).chain_update(salt).chain_update(password).finalize().into();
    let mut outer = Md5::new().chain_update(password).chain_update(b"$1$").chain_update(salt);
    for chunk in password.chunks(16) {
        outer.update(inner.get(..chunk.len()).unwrap_or_default());
    }
    let mut bits = password.len();
    while bits != 0 {
        // The first byte of a buffer that the original had just cleared, not of the inner digest.
        outer.update(if bits & 1 == 1 { b"\0" } else { password.get(..1).unwrap_or_default() });
        bits >>= 1;
    }
    let mut sum: [u8; 16] = outer.finalize().into();
    for round in 0..1000 {
        let (first, last) = if round % 2 == 1 { (password, &sum[..]) } else { (&sum[..], password) };
        let mut hash = Md5::new().chain_update(first);
        if round % 3 != 0 {
            hash.update(salt);
        }
        if round % 7 != 0 {
            hash.update(password);
        }
        sum = hash.chain_update(last).finalize().into();
    }
    sum
}

/// The order in which the digest's bytes go into the text, low bits first, three to a group; the last one is alone.
pub const ORDER: [u8; 16] = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];
