//! The password as hosts encrypt it: `openssl aes-128-cbc -A -a -pass pass:SECRET -nosalt` of the password and one newline.
//!
//! Key and initialisation vector come from `EVP_BytesToKey` (count 1, no salt): with MD5 from OpenSSL before 1.1.0, with SHA-256
//! since. A request does not tell which, so both are tried, always.

use zeroize::Zeroizing;

use crate::base64;
use crate::crypto::aes128;
use crate::crypto::dh::Decimal;
use crate::crypto::digest::{DIGEST_LEN, Digest, Function, MD5, SHA256};
use crate::crypto::secret::Secret;
use crate::error::{Error, What};
use crate::limits::{CIPHERTEXT_LEN, PASSWORD_LEN};

/// One text for every way to fail: a sender that guesses learns nothing from it.
const UNREADABLE: Error = Error::Request(What::Undecipherable);

/// What a ciphertext decrypts to.
pub type Clear = Secret<CIPHERTEXT_LEN>;

/// A password that can be set: 1 to [`PASSWORD_LEN`] bytes of UTF-8 without newline or NUL.
pub struct Password<'a>(&'a [u8]);

impl<'a> Password<'a> {
    /// The password in a clear text: all but one newline at the end.
    fn new(clear: &'a [u8]) -> Result<Self, Error> {
        let bytes = clear.strip_suffix(b"\n").unwrap_or(clear);
        if bytes.is_empty() {
            return Err(Error::Request(What::PasswordEmpty));
        }
        if bytes.iter().any(|b| matches!(b, b'\n' | b'\0')) {
            return Err(Error::Request(What::PasswordNotLine));
        }
        if bytes.len() > PASSWORD_LEN {
            return Err(Error::Request(What::PasswordTooLong));
        }
        Ok(Self(bytes))
    }

    /// The bytes that crypt(3) hashes.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }
}

/// Decrypts what the host sent, into `clear`. The MD5 key goes first, but a clear text with a final newline before one without,
/// as sent by hosts before 2011.3: a wrong key may give sound padding by chance, hardly ever with a newline before it.
pub fn open<'a>(secret: &Decimal, base64: &str, clear: &'a mut Clear) -> Result<Password<'a>, Error> {
    let mut with = |function| decrypt(base64, &key_iv(function, secret.as_bytes()), clear);
    let function = match (with(&MD5), with(&SHA256)) {
        (Some(End::Newline), _) => &MD5,
        (_, Some(End::Newline)) => &SHA256,
        (Some(End::Other), _) => &MD5,
        (None, Some(End::Other)) => &SHA256,
        (None, None) => return Err(UNREADABLE),
    };
    with(function);
    Password::new(clear.as_bytes())
}

/// What a clear text ends in.
enum End {
    Newline,
    Other,
}

/// A 16-byte key and the 16-byte initialisation vector behind it.
type KeyIv = Zeroizing<[u8; 32]>;

/// `EVP_BytesToKey`: as many digests as it takes, each of the one before it and the secret.
fn key_iv(function: &'static Function, secret: &[u8]) -> KeyIv {
    let mut key_iv = KeyIv::default();
    let mut sum = [0; DIGEST_LEN];
    let mut digest = Digest::new(function);
    for part in key_iv.chunks_mut(function.digest_len) {
        digest.update(secret);
        digest.finish(&mut sum);
        part.iter_mut().zip(&sum).for_each(|(to, from)| *to = *from);
        digest.update(part);
    }
    key_iv
}

/// AES-128-CBC. `None` unless the padding (PKCS#7) is right in every byte and what is before it is UTF-8.
#[inline(never)]
fn decrypt(base64: &str, key_iv: &KeyIv, clear: &mut Clear) -> Option<End> {
    clear.fill(|buffer| {
        let ([key, iv], _) = key_iv.as_chunks() else { return None };
        let text = base64::decode(base64.as_bytes(), buffer)?;
        let (blocks, []) = text.as_chunks_mut() else { return None };
        aes128::decrypt_cbc(key, iv, blocks);
        let &last = text.last()?;
        let (clear, padding) = text.split_at_checked(text.len().checked_sub(last.into())?)?;
        let sound = (1..=16).contains(&last) && padding.iter().all(|&byte| byte == last);
        core::str::from_utf8(clear).ok().filter(|_| sound).map(str::len)
    })?;
    Some(if clear.as_bytes().ends_with(b"\n") { End::Newline } else { End::Other })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes::Aes128;
    use aes::cipher::{BlockCipherEncrypt, KeyInit};
    use base64ct::Encoding;
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    fn secret(digits: &str) -> Decimal {
        let mut secret = Decimal::new();
        assert!(secret.push(digits.as_bytes()));
        secret
    }

    /// What a host does, and what it does wrong: `padding` as it is.
    fn encrypted(key_iv: &KeyIv, clear: &[u8], padding: &[u8]) -> String {
        let cipher = Aes128::new_from_slice(&key_iv[..16]).unwrap();
        let mut text = [clear, padding].concat();
        let mut previous: [u8; 16] = key_iv[16..].try_into().unwrap();
        for block in text.as_chunks_mut::<16>().0 {
            block.iter_mut().zip(previous).for_each(|(byte, chain)| *byte ^= chain);
            cipher.encrypt_block(block.into());
            previous = *block;
        }
        let mut base64 = std::vec![0; text.len() * 2 + 4];
        base64ct::Base64::encode(&text, &mut base64).unwrap().into()
    }

    fn padded(key_iv: &KeyIv, clear: &[u8]) -> String {
        let pad = 16 - clear.len() % 16;
        encrypted(key_iv, clear, &std::vec![pad as u8; pad])
    }

    fn opened(secret: &Decimal, base64: &str) -> Result<Vec<u8>, Error> {
        open(secret, base64, &mut Clear::new()).map(|password| password.as_bytes().to_vec())
    }

    #[test]
    fn vectors_of_the_protocol() {
        let s = secret("106714112376487395389834012345");
        assert_eq!(key_iv(&MD5, s.as_bytes())[..16], 0xaa96_b49a_79b0_c32d_c57f_18ed_eb08_e96e_u128.to_be_bytes());
        assert_eq!(key_iv(&MD5, s.as_bytes())[16..], 0x711b_7c93_320f_bf2a_763d_6d36_5f00_b6d3_u128.to_be_bytes());
        assert_eq!(key_iv(&SHA256, s.as_bytes())[..16], 0x4901_277a_529c_11ff_fb16_459a_0b10_538c_u128.to_be_bytes());
        assert_eq!(key_iv(&SHA256, s.as_bytes())[16..], 0x93b5_6813_65a6_d89d_753d_b016_b07f_dbb2_u128.to_be_bytes());
        let vectors = [
            ("106714112376487395389834012345", "hello", "wI8Yea7qYfqrhHBl30yB1Q==", "vqgpizMPZZSZhKuDddXnNw=="),
            ("0", "pw", "NP5dhJVPMSpPgKcHns1TPA==", "Iqz1rfPmTW0Zp2rpYD3iww=="),
            ("1", "pw", "98RBeMhPYOwtImUrAaQuKg==", "uhI19MHtJWHY+xQQoq/PZA=="),
        ];
        for (digits, clear, md5, sha256) in vectors {
            let s = secret(digits);
            let line = [clear, "\n"].concat();
            for (sent, key_iv) in [(md5, key_iv(&MD5, s.as_bytes())), (sha256, key_iv(&SHA256, s.as_bytes()))] {
                assert_eq!(opened(&s, sent).unwrap(), clear.as_bytes());
                assert_eq!(padded(&key_iv, line.as_bytes()), sent);
            }
        }
    }

    #[test]
    fn every_failure_has_the_same_text() {
        let s = secret("106714112376487395389834012345");
        let md5 = key_iv(&MD5, s.as_bytes());
        let block = b"fifteen bytes..";
        let too_long = padded(&md5, &[b'a'; 528]);
        let wrong = [
            String::new(),
            "not base64".into(),
            "wI8Yea7qYfqrhHBl30yB1Q".into(),
            "wI8Yea7qYfqrhHBl30yB".into(),
            padded(&key_iv(&MD5, b"2"), b"hello\n"),
            encrypted(&md5, block, b"\0"),
            encrypted(&md5, block, b"\x11"),
            encrypted(&md5, b"fourteen bytes", b"\x01\x02"),
            encrypted(&md5, b"", &[0x20; 32]),
            padded(&md5, b"not utf-8 \xff\n"),
            too_long,
        ];
        for sent in wrong {
            assert_eq!(opened(&s, &sent), Err(UNREADABLE), "{sent}");
        }
    }

    #[test]
    fn one_newline_goes_and_what_no_login_can_type_is_refused() {
        let s = secret("77");
        for key_iv in [key_iv(&MD5, b"77"), key_iv(&SHA256, b"77")] {
            let open = |clear: &[u8]| opened(&s, &padded(&key_iv, clear));
            assert_eq!(open(b"no newline").unwrap(), b"no newline");
            assert_eq!(open(b" \r\t\x7f \n").unwrap(), b" \r\t\x7f ");
            assert_eq!(open(&[b'a'; PASSWORD_LEN]).unwrap(), [b'a'; PASSWORD_LEN]);
            for empty in [&b""[..], b"\n"] {
                assert_eq!(open(empty), Err(Error::Request(What::PasswordEmpty)));
            }
            for inside in [&b"a\n\n"[..], b"\n\n", b"\na\n", b"a\nb", b"a\0b\n", b"\0"] {
                assert_eq!(open(inside), Err(Error::Request(What::PasswordNotLine)));
            }
            for long in [[&[b'a'; PASSWORD_LEN + 1][..], b"\n"].concat(), std::vec![b'a'; PASSWORD_LEN + 1]] {
                assert_eq!(open(&long), Err(Error::Request(What::PasswordTooLong)));
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(digits in "[0-9]{1,33}", sent in "[A-Za-z0-9+/= \n]{0,800}") {
            let _ = opened(&secret(&digits), &sent);
        }

        #[test]
        fn any_sound_password_round_trips(digits in "[0-9]{1,33}", password in "[^\0\n]{1,120}") {
            let s = secret(&digits);
            for key_iv in [key_iv(&MD5, digits.as_bytes()), key_iv(&SHA256, digits.as_bytes())] {
                for end in ["", "\n"] {
                    let sent = padded(&key_iv, [&password, end].concat().as_bytes());
                    prop_assert_eq!(opened(&s, &sent).unwrap(), password.as_bytes());
                }
            }
        }
    }
}
