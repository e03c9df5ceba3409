//! Hashes of crypt(5): `$6$` (sha512-crypt, Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512") and `$1$` (md5-crypt).
//!
//! What is written here is the text around the digests; `stretch` makes those.

use crate::crypto::digest::DIGEST_LEN;
use crate::crypto::secret::Secret;
use crate::crypto::stretch;
use crate::error::{Error, What};
use crate::limits::{HASH_LEN, ROUNDS_COUNT, ROUNDS_MAX_COUNT, ROUNDS_MIN_COUNT, SALT_LEN};
use crate::text::{Text, take_number};

/// The second field of an account.
pub type Hash = Secret<HASH_LEN>;

/// How a password is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `$6$`, what every crypt library since 2007 (glibc 2.7) and musl check.
    Sha512,
    /// `$1$`, for those before.
    Md5,
}

/// Salt characters for [`hash`], from as many random bytes. Each of the 64 is equally likely.
pub fn salt(random: &[u8; SALT_LEN]) -> [u8; SALT_LEN] {
    random.map(|byte| character(byte & 63))
}

/// The `rounds=` of an old sha-crypt hash, locked (`!`) or not, within the limits; `None` if it names none.
pub fn rounds(mut old: &[u8]) -> Option<u32> {
    while let [b'!', rest @ ..] = old {
        old = rest;
    }
    let [b'$', b'5' | b'6', rest @ ..] = old else { return None };
    let mut digits = rest.strip_prefix(b"$rounds=".as_slice())?;
    let count = take_number(&mut digits, 10)?;
    digits.starts_with(b"$").then_some(count.clamp(ROUNDS_MIN_COUNT.into(), ROUNDS_MAX_COUNT.into()) as u32)
}

/// Puts the hash of `password` as text into `hash`, which is empty. `rounds` means something to [`Scheme::Sha512`] only; 8
/// characters of the salt are enough for [`Scheme::Md5`].
pub fn hash(password: &[u8], scheme: Scheme, rounds: Option<u32>, salt: &[u8; SALT_LEN], hash: &mut Hash) -> Result<(), Error> {
    let (prefix, salt, order): (_, &[u8], &[u8]) = match scheme {
        Scheme::Sha512 => (b"$6$", salt, &stretch::SHA512_ORDER),
        Scheme::Md5 => (b"$1$", salt.split_at(SALT_LEN / 2).0, &stretch::MD5_ORDER),
    };
    let mut text = Text::<20>::new();
    if let (Scheme::Sha512, Some(rounds)) = (scheme, rounds) {
        text = Text::of("rounds=%$", &[&rounds]);
    }
    let mut digest = [0; DIGEST_LEN];
    stretch::digest(password, scheme, rounds.unwrap_or(ROUNDS_COUNT), salt, &mut digest);
    let whole = [prefix, text.as_str().as_bytes(), salt, b"$"].iter().all(|part| hash.push(part)) && encode(&digest, order, hash);
    if whole { Ok(()) } else { Err(Error::bug(What::HashTooLong)) }
}

/// Appends the digest as text: its bytes in `order`, three to four characters, low bits first. `false` if there is no room.
fn encode(digest: &[u8; DIGEST_LEN], order: &[u8], hash: &mut Hash) -> bool {
    for group in order.chunks(3) {
        let mut bits = 0;
        for index in group.iter().rev() {
            bits = bits << 8 | u32::from(digest.get(usize::from(*index)).copied().unwrap_or_default());
        }
        for _ in 0..=group.len() {
            if !hash.push(&[character(bits as u8 & 63)]) {
                return false;
            }
            bits >>= 6;
        }
    }
    true
}

/// Crypt's own base64: `.`, `/`, digits, capitals, small letters. Base64ShaCrypt of base64ct is ten times its size.
fn character(six_bits: u8) -> u8 {
    match six_bits {
        0..12 => b'.' + six_bits,
        12..38 => b'A' + six_bits - 12,
        _ => b'a' + six_bits - 38,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salt_characters_are_those_of_crypt_each_four_times() {
        let mut seen = [0; 256];
        for start in (0..=u8::MAX).step_by(SALT_LEN) {
            salt(&std::array::from_fn(|i| start + i as u8)).iter().for_each(|c| seen[usize::from(*c)] += 1);
        }
        for c in 0..=u8::MAX {
            let expected = if c.is_ascii_alphanumeric() || b"./".contains(&c) { 4 } else { 0 };
            assert_eq!(seen[usize::from(c)], expected, "{c}");
        }
        assert_eq!([0, 1, 2, 11, 12, 37, 38, 63].map(character), *b"./09AZaz");
    }

    #[test]
    fn rounds_of_old_hashes_are_kept_within_limits() {
        let cases: [(&[u8], Option<u32>); 17] = [
            (b"$6$rounds=10000$salt$hash", Some(10_000)),
            (b"!$6$rounds=10000$salt$hash", Some(10_000)),
            (b"!!$5$rounds=5000$salt$hash", Some(5_000)),
            (b"$6$rounds=1$", Some(1_000)),
            (b"$6$rounds=200000$s$", Some(200_000)),
            (b"$6$rounds=200001$s$", Some(200_000)),
            (b"$6$rounds=99999999999999999999$s$", Some(200_000)),
            (b"$6$rounds=0007777$s$", Some(7_777)),
            (b"$6$rounds=$s$", None),
            (b"$6$rounds=5000", None),
            (b"$6$rounds=-5$s$", None),
            (b"$6$rounds=5x$s$", None),
            (b"$6$salt$hash", None),
            (b"$1$rounds=5000$hash", None),
            (b"$y$j9T$salt$hash", None),
            (b"!", None),
            (b"", None),
        ];
        for (old, expected) in cases {
            assert_eq!(rounds(old), expected, "{}", std::string::String::from_utf8_lossy(old));
        }
    }

    #[test]
    fn the_longest_hash_fits() {
        let mut text = Hash::new();
        hash(b"x", Scheme::Sha512, Some(ROUNDS_MAX_COUNT), b"0123456789abcdef", &mut text).unwrap();
        assert_eq!(text.as_bytes().len(), HASH_LEN);
        assert!(text.as_bytes().starts_with(b"$6$rounds=200000$0123456789abcdef$"));
    }

    #[test]
    fn md5_crypt_as_glibc() {
        let long = [b'k'; 400];
        let vectors: [(&[u8], &[u8; 16], &str); 4] = [
            (b"", b"abcdefgh12345678", "$1$abcdefgh$M55TzYaaccxVGbptZWaxX/"),
            (b"password", b"saltsalt........", "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/"),
            (b"0123456789abcdef0123456789abcdef0123456789abcdefx", b"saltsalt........", "$1$saltsalt$ODEof.ZIVGVh3Hapkdlsx1"),
            (&long, b"./AZaz09........", "$1$./AZaz09$bpiXcwJxKJln3k/VpKiJz1"),
        ];
        for (password, salt, expected) in vectors {
            let mut text = Hash::new();
            hash(password, Scheme::Md5, None, salt, &mut text).unwrap();
            assert_eq!(std::str::from_utf8(text.as_bytes()).unwrap(), expected);
        }
    }

    /// The test vectors of the specification (SHA-crypt.txt), as far as rounds and salts are what the agent writes.
    #[test]
    fn sha512_crypt_as_specified() {
        let text = |password: &[u8], salt: &[u8], rounds| {
            let (mut hash, mut digest) = (Hash::new(), [0; DIGEST_LEN]);
            stretch::digest(password, Scheme::Sha512, rounds, salt, &mut digest);
            assert!(encode(&digest, &stretch::SHA512_ORDER, &mut hash));
            std::string::String::from_utf8(hash.as_bytes().to_vec()).unwrap()
        };
        let vectors: [(&str, &str, u32, &str); 7] = [
            (
                "Hello world!",
                "saltstring",
                ROUNDS_COUNT,
                "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            ),
            (
                "Hello world!",
                "saltstringsaltst",
                10_000,
                "OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
            ),
            (
                "This is just a test",
                "toolongsaltstrin",
                5_000,
                "lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0",
            ),
            (
                "a very much longer text to encrypt.  This one even stretches over morethan one line.",
                "anotherlongsalts",
                1_400,
                "POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1",
            ),
            (
                "we have a short salt string but not a short password",
                "short",
                77_777,
                "WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0",
            ),
            (
                "a short string",
                "asaltof16chars..",
                123_456,
                "BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMNrCzIMVcgEJAstJeonj1",
            ),
            (
                "the minimum number is still observed",
                "roundstoolow",
                1_000,
                "kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUNGc0dqbpBYYBaHHrsX.",
            ),
        ];
        for (password, salt, rounds, expected) in vectors {
            assert_eq!(text(password.as_bytes(), salt.as_bytes(), rounds), expected);
        }
    }
}
