//! One pass over JSON text from the host, before `miniserde` sees it.
//!
//! miniserde rejects raw control characters, turns long integers into floats, and its memory grows with nesting. So this pass turns
//! every octet below 0x20 into a space, puts quotes around number tokens of more than 15 digits or with an exponent, and refuses what is not UTF-8 or is nested
//! too deeply. Nothing else is checked here: the parser does that.

use core::ops::ControlFlow;

use crate::error::{Errno, Error, What};
use crate::limits::{DIGITS_COUNT, NESTING_COUNT, TEXT_LEN};

/// JSON text that passed [`sanitise`].
pub type JsonText = heapless::Vec<u8, TEXT_LEN>;

/// Copies `input` to `out`, made fit for the parser.
///
/// # Errors
///
/// [`Error::Request`] with what is wrong, in plain words.
#[inline(never)]
pub fn sanitise<'o>(input: &[u8], out: &'o mut JsonText) -> Result<&'o str, Error> {
    out.clear();
    let (mut depth, mut rest, mut fits) = (0usize, input, true);
    while let Some(&first) = rest.first() {
        let (token_len, is_exact) = match first {
            b'"' => (string_len(rest), true),
            b'-' | b'0'..=b'9' => number(rest),
            _ => (1, true),
        };
        match first {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTING_COUNT {
            return Err(Error::Request(What::NestedTooDeeply));
        }
        let (token, after) = rest.split_at_checked(token_len).unwrap_or((rest, &[]));
        let quote = if is_exact { &[][..] } else { b"\"" };
        for part in &[quote, token, quote] {
            fits &= out.extend_from_slice(part).is_ok();
        }
        rest = after;
    }
    if !fits {
        return Err(Error::System(What::ReadJson, Errno(libc::E2BIG)));
    }
    for byte in out.iter_mut() {
        *byte = (*byte).max(b' ');
    }
    // Invalid text stays invalid: only octets of ASCII were added or changed.
    core::str::from_utf8(out).map_err(|_| Error::Request(What::NotUtf8))
}

/// Calls `each` with the name, as written between its quotes, and the raw value of every member of an object, until it breaks. Of a text that
/// is none, it tells as much as looks like one: whoever uses a value parses it.
#[inline(never)]
pub fn members<'t>(object: &'t [u8], each: &mut dyn FnMut(&'t [u8], &'t [u8]) -> ControlFlow<()>) {
    let (mut depth, mut at) = (0usize, 0);
    // Where the name that was read last stands, and where its value begins.
    let (mut name, mut value): (&[u8], Option<usize>) = (&[], None);
    while let Some(&byte) = object.get(at) {
        let len = if byte == b'"' { string_len(object.get(at..).unwrap_or_default()) } else { 1 };
        match byte {
            b'"' if depth == 1 && value.is_none() => name = object.get(at + 1..at + len.max(2) - 1).unwrap_or_default(),
            b':' if depth == 1 && value.is_none() => value = Some(at + 1),
            b'{' | b'[' => depth += 1,
            b',' | b'}' | b']' => {
                if depth == 1
                    && let Some(start) = value.take()
                    && each(name, object.get(start..at).unwrap_or_default().trim_ascii()).is_break()
                {
                    return;
                }
                depth -= usize::from(byte != b',' && depth > 0);
            }
            _ => {}
        }
        at += len;
    }
}

/// The raw value of the member called `name`, the first one.
#[inline(never)]
pub fn member<'t>(object: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let mut found = None;
    members(object, &mut |other, value| {
        if other == name {
            found = Some(value);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    found
}

/// Octets of the number token at the front of `bytes`, and whether the parser keeps it exact: a number with more digits loses the last
/// ones, one with an exponent may exceed its range.
fn number(bytes: &[u8]) -> (usize, bool) {
    let (mut len, mut digits, mut exponent) = (0, 0, false);
    for &byte in bytes {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'e' | b'E' => exponent = true,
            b'+' | b'-' | b'.' => {}
            _ => break,
        }
        len += 1;
    }
    (len, digits <= DIGITS_COUNT && !(exponent && digits > 0))
}

/// Octets of the string token at the front of `bytes`, both quotes included; all of them if it does not end.
fn string_len(bytes: &[u8]) -> usize {
    let mut len = 1;
    while let Some(&byte) = bytes.get(len) {
        len += 1;
        match byte {
            b'"' => break,
            b'\\' => len += 1,
            _ => {}
        }
    }
    len.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clean(input: &[u8]) -> Result<std::string::String, Error> {
        sanitise(input, &mut JsonText::new()).map(Into::into)
    }

    #[test]
    fn long_numbers_get_quotes_and_control_bytes_become_spaces() {
        assert_eq!(
            clean(b"{\"value\":\n162259276829213363391578010288127}").unwrap(),
            "{\"value\": \"162259276829213363391578010288127\"}"
        );
        assert_eq!(clean(b"[123456789012345,1234567890123456]").unwrap(), "[123456789012345,\"1234567890123456\"]");
        assert_eq!(clean(b"\"a\x01\tb 12345678901234567 \\\" {{{{{{{{{\"").unwrap(), "\"a  b 12345678901234567 \\\" {{{{{{{{{\"");
        assert_eq!(clean(b"[-1e400,1.5,2]").unwrap(), "[\"-1e400\",1.5,2]");
        assert_eq!(clean(b"\"no end \\").unwrap(), "\"no end \\");
        assert_eq!(clean(b"").unwrap(), "");
    }

    #[test]
    fn nesting_and_encoding_are_checked() {
        assert_eq!(clean(&[b'['; 8]).unwrap().len(), 8);
        assert_eq!(clean(&[b'['; 4096]), Err(Error::Request(What::NestedTooDeeply)));
        assert_eq!(clean(b"\"\xff\""), Err(Error::Request(What::NotUtf8)));
    }

    #[test]
    fn the_worst_growth_of_a_whole_message_fits() {
        for token in ["1234567890123456,", "1e1,", ",1e1"] {
            let mut worst = token.repeat(crate::limits::PAYLOAD_LEN);
            worst.truncate(crate::limits::PAYLOAD_LEN);
            assert!(clean(worst.as_bytes()).is_ok(), "{token}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(input in prop::collection::vec(any::<u8>(), 0..4096)) {
            let _ = clean(&input);
        }

        #[test]
        fn json_without_long_numbers_or_control_bytes_is_unchanged(input in "[ -/:-~é]{0,300}") {
            if let Ok(text) = clean(input.as_bytes()) {
                prop_assert_eq!(text, input);
            }
        }
    }
}
