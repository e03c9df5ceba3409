//! The digests of sha512-crypt (`$6$`: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512") and md5-crypt (`$1$`: FreeBSD's
//! `crypt-md5.c` by Poul-Henning Kamp). The first was made from the second, so one function does both.

use crate::crypto::crypt::Scheme;
use crate::crypto::digest::{DIGEST_LEN, Digest, MD5, SHA512};

/// Rounds of md5-crypt.
const MD5_ROUNDS: u32 = 1_000;

/// Puts the digest at the start of `sum`. crypt(3) uses at most 16 bytes of `salt`, 8 for [`Scheme::Md5`], which always does
/// 1,000 `rounds`; the caller sees to the salt.
#[inline(never)]
pub fn digest(password: &[u8], scheme: Scheme, rounds: u32, salt: &[u8], sum: &mut [u8; DIGEST_LEN]) {
    let md5 = scheme == Scheme::Md5;
    let magic: &[u8] = if md5 { b"$1$" } else { b"" };
    let mut hash = Digest::new(if md5 { &MD5 } else { &SHA512 });
    hash.update(password);
    hash.update(salt);
    hash.update(password);
    let len = hash.finish(sum);
    hash.update(password);
    hash.update(magic);
    hash.update(salt);
    hash.cycle(sum.get(..len).unwrap_or_default(), password.len());
    // md5-crypt takes the first byte of a buffer that the original had just cleared, not of the sum.
    let (one, zero): (&[u8], _) = if md5 { (b"\0", password.get(..1).unwrap_or_default()) } else { (sum, password) };
    let mut bits = password.len();
    while bits != 0 {
        hash.update(if bits & 1 == 1 { one } else { zero });
        bits >>= 1;
    }
    hash.finish(sum);

    // sha512-crypt goes on with digests of password and salt in their place, cycled to the same lengths.
    let (mut password_sum, mut salt_sum) = ([0; DIGEST_LEN], [0; DIGEST_LEN]);
    let (mut p, mut s) = (password, salt);
    if !md5 {
        hash.cycle(password, password.len() * password.len());
        hash.finish(&mut password_sum);
        let [first, ..] = *sum;
        hash.cycle(salt, salt.len() * (16 + usize::from(first)));
        hash.finish(&mut salt_sum);
        (p, s) = (&password_sum, &salt_sum);
    }
    for round in 0..if md5 { MD5_ROUNDS } else { rounds } {
        let is_odd = round % 2 == 1;
        if is_odd {
            hash.cycle(p, password.len());
        } else {
            hash.cycle(sum, len);
        }
        if round % 3 != 0 {
            hash.cycle(s, salt.len());
        }
        if round % 7 != 0 {
            hash.cycle(p, password.len());
        }
        if is_odd {
            hash.cycle(sum, len);
        } else {
            hash.cycle(p, password.len());
        }
        hash.finish(sum);
    }
}

/// The order in which the digest's bytes go into the text, low bits first, three to a group; the last one is alone.
pub const MD5_ORDER: [u8; 16] = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];

/// The same of sha512-crypt. The specification lists it; it is three thirds of the first 63 bytes, each group 22 further on.
pub const SHA512_ORDER: [u8; 64] = {
    let mut order = [63; 64];
    let (mut groups, _) = order.as_chunks_mut::<3>();
    let mut offset = 0;
    while let [group, rest @ ..] = groups {
        *group = [(42 + offset) % 63, (21 + offset) % 63, offset];
        offset = (offset + 22) % 63;
        groups = rest;
    }
    order
};

#[cfg(test)]
mod tests {
    use super::*;
    use sha_crypt::{Params, sha512_crypt};

    #[test]
    fn passwords_of_all_lengths_as_the_crate() {
        for len in [0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 192, 511] {
            let password = &[b'k'; 511][..len];
            let salt = &b"0123456789abcdef"[..16 - len % 9];
            let mut sum = [0xa5; DIGEST_LEN];
            digest(password, Scheme::Sha512, 1_001, salt, &mut sum);
            assert_eq!(sum, sha512_crypt(password, salt, Params::new(1_001).unwrap()), "{len}");
        }
    }
}
