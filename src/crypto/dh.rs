//! Diffie-Hellman as nova speaks it: prime 2^107 - 1, base 5, values as decimal text (`SimpleDH` in nova's agent.py).
//!
//! Arithmetic on secrets takes the same time for all of them: products and choices are crypto-bigint's, the remainder of a Mersenne
//! prime is a sum of two parts (crypto-bigint's, for any prime, takes 1 KB more), the decimal digits come by doubling (no division,
//! no table). Only the number of leading zeros of a secret shows, as it does in the length of the passphrase.

use crypto_bigint::U128;
use crypto_bigint::ctutils::{Choice, CtSelect};
use zeroize::Zeroize;

use crate::crypto::secret::Secret;
use crate::error::{Error, What};
use crate::limits::DECIMAL_LEN;

const BITS: u32 = 107;
const PRIME: u128 = (1 << BITS) - 1;
const BASE: u128 = 5;

/// A number below the prime as ASCII digits without leading zeros: the passphrase that host and guest agree on.
pub type Decimal = Secret<DECIMAL_LEN>;

/// The host's public value, checked: neither 0, 1 nor p - 1, which would fix the secret, and below p.
pub struct Public(u128);

impl Public {
    /// Reads decimal digits, any number of leading zeros, white space around them.
    pub fn parse(text: &str) -> Result<Self, Error> {
        const RANGE: Error = Error::Request(What::PublicOutOfRange);
        let digits = text.trim_ascii().as_bytes();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(Error::Request(What::PublicNotNumber));
        }
        let mut value = 0;
        for digit in digits {
            value = value * 10 + u128::from(digit - b'0');
            if value >= PRIME - 1 {
                return Err(RANGE);
            }
        }
        if value < 2 { Err(RANGE) } else { Ok(Self(value)) }
    }
}

/// The agent's private exponent, wiped when dropped.
pub struct Private(u128);

impl Private {
    /// An exponent of 128 random bits.
    pub fn new(random: &[u8; 16]) -> Self {
        Self(u128::from_ne_bytes(*random))
    }

    /// The agent's public value, for the host.
    pub fn public(&self) -> Decimal {
        self.power(BASE)
    }

    /// The secret agreed with the host.
    pub fn agree(&self, host: &Public) -> Decimal {
        self.power(host.0)
    }

    #[inline(never)] // once in the program
    fn power(&self, base: u128) -> Decimal {
        let mut power = 1;
        for bit in (0..u128::BITS).rev() {
            power = product(power, power);
            let more = product(power, base);
            power = power.ct_select(&more, Choice::from_u128_lsb(self.0 >> bit));
        }
        decimal(power)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// `a` times `b` modulo the prime; neither is a multiple of it. As 2^107 is 1, the bits from there on are added to those below, once
/// for the product and once for the carry.
#[inline(never)]
fn product(a: u128, b: u128) -> u128 {
    let (low, high) = U128::from(a).widening_mul(&U128::from(b));
    let (low, high) = (u128::from(low), u128::from(high));
    let sum = (low & PRIME) + (high << (u128::BITS - BITS) | low >> BITS);
    (sum & PRIME) + (sum >> BITS)
}

/// The digits of `value`, which is below the prime: doubled bit by bit, each digit carrying into the one before it.
fn decimal(value: u128) -> Decimal {
    let mut text = Decimal::new();
    text.fill(|digits| {
        for bit in (0..BITS).rev() {
            let mut carry = (value >> bit) as u8 & 1;
            for digit in digits.iter_mut().rev() {
                let double = 2 * *digit + carry;
                carry = (double + 6) >> 4;
                *digit = double - 10 * carry;
            }
        }
        let zeros = digits.iter().take(DECIMAL_LEN - 1).take_while(|digit| **digit == 0).count();
        digits.copy_within(zeros.., 0);
        digits.iter_mut().for_each(|digit| *digit += b'0');
        Some(DECIMAL_LEN - zeros)
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::{String, ToString};

    fn text(decimal: &Decimal) -> String {
        String::from_utf8(decimal.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn values_that_fix_the_secret_and_values_beyond_the_prime_are_refused() {
        let p = "162259276829213363391578010288127";
        assert_eq!(PRIME.to_string(), p);
        let long = String::from("9").repeat(4000);
        let refused = ["0", "1", "00000", "01", "162259276829213363391578010288126", p, "162259276829213363391578010288128", &long];
        for value in refused {
            assert_eq!(Public::parse(value).err(), Some(Error::Request(What::PublicOutOfRange)), "{value}");
        }
        for value in ["", " ", "-5", "+5", "5 5", "0x5", "5.0", "1e9", "five", "\u{0665}", "5\0"] {
            let error = Error::Request(What::PublicNotNumber);
            assert_eq!(Public::parse(value).err(), Some(error), "{value}");
        }
    }

    #[test]
    fn the_rest_is_taken() {
        for (text, value) in [("2", 2), (" 0005\n", 5), ("162259276829213363391578010288125", PRIME - 2)] {
            assert_eq!(Public::parse(text).unwrap().0, value);
        }
        let padded = String::from("0").repeat(4000) + "7";
        assert_eq!(Public::parse(&padded).unwrap().0, 7);
    }

    /// Python: `pow(5, 0x0123456789abcdef0123456789abcdef, 2**107 - 1)` and `pow(12345678901234567890, ..., 2**107 - 1)`
    #[test]
    fn vectors_of_python_pow() {
        let private = Private(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(text(&private.public()), "154791513613560069003758019439550");
        assert_eq!(text(&private.agree(&Public(12_345_678_901_234_567_890))), "129896412997951139088991945849866");
        assert_eq!(text(&Private(0).public()), "1");
        assert_eq!(text(&Private(1).public()), "5");
        assert_eq!(text(&Private(PRIME - 1).public()), "1");
    }

    #[test]
    fn decimal_has_no_leading_zeros() {
        for value in [0, 1, 9, 10, 99, 100, PRIME - 1, 10u128.pow(32), 10u128.pow(32) - 1] {
            assert_eq!(text(&decimal(value)), value.to_string());
        }
    }

    proptest! {
        #[test]
        fn both_sides_agree(ours: [u8; 16], theirs: [u8; 16]) {
            let (ours, theirs) = (Private::new(&ours), Private::new(&theirs));
            let (to_us, to_them) = (Public::parse(&text(&theirs.public())), Public::parse(&text(&ours.public())));
            if let (Ok(to_us), Ok(to_them)) = (to_us, to_them) {
                prop_assert_eq!(text(&ours.agree(&to_us)), text(&theirs.agree(&to_them)));
            }
        }

        #[test]
        fn decimal_is_read_back(value in 2..PRIME - 1) {
            prop_assert_eq!(text(&decimal(value)), value.to_string());
            prop_assert_eq!(Public::parse(&text(&decimal(value))).unwrap().0, value);
        }

        #[test]
        fn parse_never_panics(value: String) {
            let _ = Public::parse(&value);
        }
    }
}
