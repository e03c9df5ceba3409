//! sha512-crypt, the `$6$` hash of crypt(5): Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", by crate sha-crypt.

use sha_crypt::Params;

use crate::error::Error;

/// The 64 bytes that [`super::crypt`] writes as text. Of `salt` the first 16 bytes count. Without `rounds` it is 5,000 of them.
pub fn digest(password: &[u8], salt: &[u8], rounds: Option<u32>) -> Result<[u8; 64], Error> {
    let params = Params::new(rounds.unwrap_or(Params::RECOMMENDED_ROUNDS)).map_err(|_| Error::bug("rounds not clamped"))?;
    Ok(sha_crypt::sha512_crypt(password, salt, params))
}

/// The order in which the digest's bytes go into the text, low bits first, three to a group; the last one is alone.
/// The specification lists it; it is three thirds of the first 63 bytes, each group 22 further on.
pub const ORDER: [u8; 64] = {
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
