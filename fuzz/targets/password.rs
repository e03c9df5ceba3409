//! The value of `password`: first the agreed secret's digits up to a space, then base64, or with `!` in front bytes to be encoded as such.

#![no_main]

use base64ct::{Base64, Encoding};
use libfuzzer_sys::fuzz_target;
use nova_agent::base64::decode;
use nova_agent::crypto::blob::{Clear, open};
use nova_agent::crypto::dh::Decimal;
use nova_agent::limits::DECIMAL_LEN;

fuzz_target!(|input: &[u8]| {
    let at = input.iter().position(|&byte| byte == b' ').unwrap_or(input.len());
    let (digits, value) = (&input[..at.min(DECIMAL_LEN)], input.get(at + 1..).unwrap_or_default());
    let mut room = vec![0; Base64::encoded_len(value)];
    let base64 = match value.strip_prefix(b"!") {
        Some(bytes) => Base64::encode(bytes, &mut room).unwrap(),
        None => match str::from_utf8(value) {
            Ok(text) => text,
            Err(_) => return,
        },
    };
    let mut bytes = vec![0xa5; base64.len()];
    if let Some(bytes) = decode(base64.as_bytes(), &mut bytes) {
        let mut room = vec![0; Base64::encoded_len(bytes)];
        let again = Base64::encode(bytes, &mut room).unwrap();
        assert!(base64.bytes().filter(|byte| !byte.is_ascii_whitespace()).eq(again.bytes()));
    }
    let mut secret = Decimal::new();
    assert!(secret.push(digits));
    let mut clear = Clear::new();
    if let Ok(password) = open(&secret, base64, &mut clear) {
        let password = str::from_utf8(password.as_bytes()).unwrap();
        assert!((1..=511).contains(&password.len()) && !password.contains(['\n', '\0']));
    }
});
