//! Base64 (RFC 4648 section 4) as hosts send it: padded, in one line or in lines of 64 columns.

use base64ct::{Base64, Encoding};

/// Decodes `text`, white space skipped, and returns the bytes. They are made in place, so `buffer` must hold all the
/// characters that are not white space. `None` if it does not, or if `text` is not base64.
pub fn decode<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b mut [u8]> {
    let mut len = 0;
    for &c in text.iter().filter(|c| !c.is_ascii_whitespace()) {
        *buffer.get_mut(len)? = c;
        len += 1;
    }
    let len = Base64::decode_in_place(buffer.get_mut(..len)?).ok()?.len();
    buffer.get_mut(..len)
}

#[cfg(test)]
mod tests {
    use super::*;
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
        for wrong in ["Zm9vYmFy.", "Zm9v-mFy", "Zg", "Zg=", "Z===", "=", "Zg==Zg==", "Zm9v\0mFy", "\u{e9}\u{e9}"] {
            assert_eq!(decoded(wrong, 64), None, "{wrong}");
        }
        assert_eq!(decoded("Zm9vYmFy", 7), None);
    }

    proptest! {
        #[test]
        fn any_bytes_round_trip(bytes: Vec<u8>) {
            let mut text = std::vec![0; Base64::encoded_len(&bytes)];
            let text = Base64::encode(&bytes, &mut text).unwrap();
            prop_assert_eq!(decoded(text, text.len()), Some(bytes));
        }

        #[test]
        fn never_panics(text: Vec<u8>, room in 0usize..64) {
            decode(&text, &mut std::vec![0; room]);
        }
    }
}
