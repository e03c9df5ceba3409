//! Base64 (RFC 4648 section 4) as hosts send it: padded, in one line or in lines of 64 columns.

/// Decodes `text`, white space skipped, into the start of `buffer` and returns the bytes. `None` if they do not fit, or if `text`
/// is not base64 or not what an encoder makes (bits that are not 0 behind the last byte).
#[inline(never)]
pub fn decode<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b mut [u8]> {
    let (mut len, mut padding) = (0, 0);
    let (mut bits, mut count, mut wrong) = (0, 0, 0);
    for &c in text {
        if c.is_ascii_whitespace() {
            continue;
        }
        if c == b'=' {
            padding += 2;
            continue;
        }
        let value = sextet(c);
        wrong |= value | -padding;
        bits = bits << 6 | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            *buffer.get_mut(len)? = (bits >> count) as u8;
            len += 1;
            bits &= (1 << count) - 1;
        }
    }
    if wrong < 0 || bits != 0 || count == 6 || padding != count {
        return None;
    }
    buffer.get_mut(..len)
}

/// First and last character of a range, and the value of the first.
static ALPHABET: [(u8, u8, u8); 5] = [(b'A', b'Z', 0), (b'a', b'z', 26), (b'0', b'9', 52), (b'+', b'+', 62), (b'/', b'/', 63)];

/// The value of a character, negative if it has none, without branch or table look-up that depends on it.
#[inline(never)]
fn sextet(c: u8) -> i32 {
    let c = i32::from(c);
    let mut value = -1;
    for &(first, last, start) in &ALPHABET {
        let inside = (i32::from(first) - 1 - c) & (c - i32::from(last) - 1);
        value += (inside >> 8) & (c - i32::from(first) + i32::from(start) + 1);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64, Encoding};
    use proptest::prelude::*;
    use std::vec::Vec;

    fn decoded(text: &str, room: usize) -> Option<Vec<u8>> {
        let mut buffer = std::vec![0xa5; room];
        decode(text.as_bytes(), &mut buffer).map(|bytes| bytes.to_vec())
    }

    #[test]
    fn vectors_of_rfc_4648() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(decoded(text, 8).unwrap(), bytes.as_bytes());
        }
    }

    #[test]
    fn white_space_is_skipped_and_nothing_else() {
        assert_eq!(decoded(" Zm9v\r\nYm\tFy\n", 8).unwrap(), b"foobar");
        for wrong in [
            "Zm9vYmFy.",
            "Zh==",
            "Zm9=",
            "A===",
            "====",
            "Zm8=Zm8=",
            "Zg==A",
            "Zm9v-mFy",
            "Zg",
            "Zg=",
            "Z===",
            "=",
            "Zg==Zg==",
            "Zm9v\0mFy",
            "\u{e9}\u{e9}",
        ] {
            assert_eq!(decoded(wrong, 64), None, "{wrong}");
        }
        assert_eq!(decoded("Zm9vYmFy", 5), None);
    }

    proptest! {
        #[test]
        fn any_bytes_round_trip(bytes: Vec<u8>) {
            let mut text = std::vec![0; Base64::encoded_len(&bytes)];
            let text = Base64::encode(&bytes, &mut text).unwrap();
            prop_assert_eq!(decoded(text, text.len()), Some(bytes));
        }

        #[test]
        fn what_is_base64_is_what_the_crate_takes(text in "[A-Da-d0-3+/=_-]{0,9}") {
            prop_assert_eq!(decoded(&text, 9), Base64::decode(&text, &mut [0; 9]).ok().map(<[u8]>::to_vec));
        }

        #[test]
        fn never_panics(text: Vec<u8>, room in 0usize..64) {
            decode(&text, &mut std::vec![0; room]);
        }
    }
}
