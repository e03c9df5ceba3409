//! The value of `keyinit`: sixteen bytes for the private exponent, then the host's public value; against plain arithmetic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::crypto::dh::{Private, Public};

const PRIME: u128 = (1 << 107) - 1;

fuzz_target!(|input: &[u8]| {
    let Some((random, text)) = input.split_first_chunk::<16>() else { return };
    let Ok(text) = str::from_utf8(text) else { return };
    let digits = text.trim_ascii();
    let is_decimal = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let value = digits.trim_start_matches('0').parse().ok().filter(|value| is_decimal && (2..PRIME - 1).contains(value));
    let public = Public::parse(text);
    assert_eq!(public.is_ok(), value.is_some());
    let (Ok(public), Some(value)) = (public, value) else { return };
    let private = Private::new(random);
    let expected = power(value, u128::from_ne_bytes(*random)).to_string();
    assert_eq!(private.agree(&public).as_bytes(), expected.as_bytes());
});

fn power(base: u128, exponent: u128) -> u128 {
    (0..128).rev().fold(1, |result, bit| {
        let square = product(result, result);
        if exponent >> bit & 1 == 1 { product(square, base) } else { square }
    })
}

fn product(left: u128, right: u128) -> u128 {
    (0..107).rev().fold(0, |sum, bit| (2 * sum + (right >> bit & 1) * left) % PRIME)
}
