//! AES-128 decryption in CBC mode (FIPS 197, SP 800-38A), in loops over four octets at a time, without tables and branches on secrets.
//!
//! A step is undone by repeating it: MixColumns and the affine half of SubBytes are the identity when done four times. Crate aes has rounds
//! unrolled and takes 1.5 KB more.

use zeroize::Zeroizing;

/// Rounds, each with a key; the first is the key itself.
const ROUNDS: usize = 10;

/// The lowest bit of each octet.
const ONES: u32 = 0x0101_0101;

/// All bits but the highest of each octet.
const LOW_BITS: u32 = 0x7f7f_7f7f;

/// Decrypts `blocks` in place.
#[inline(never)]
pub fn decrypt_cbc(key: &[u8; 16], iv: &[u8; 16], blocks: &mut [[u8; 16]]) {
    let mut keys = Zeroizing::new([0; ROUNDS]);
    let mut key = u128::from_le_bytes(*key);
    let mut constant = 1;
    for place in keys.iter_mut() {
        *place = key;
        let word = ((key >> 96) as u32).rotate_right(8);
        key ^= key << 32;
        key ^= key << 64;
        key ^= every_column(affine(invert(word)) ^ constant);
        constant = double(constant);
    }
    let mut previous = u128::from_le_bytes(*iv);
    for block in blocks {
        let next = u128::from_le_bytes(*block);
        let mut state = next ^ key;
        for (round, key) in keys.iter().enumerate().rev() {
            state = columns(shift_rows_back(state), substitute_back) ^ key;
            if round > 0 {
                state = columns(state, mix_back);
            }
        }
        *block = (state ^ previous).to_le_bytes();
        previous = next;
    }
}

/// Does the same to every column.
#[inline(never)]
fn columns(mut state: u128, step: fn(u32) -> u32) -> u128 {
    let mut done = 0;
    for _ in 0..4 {
        done = done >> 32 | u128::from(step(state as u32)) << 96;
        state >>= 32;
    }
    done
}

fn every_column(word: u32) -> u128 {
    u128::from(word) * 0x0000_0001_0000_0001_0000_0001_0000_0001
}

/// InvShiftRows: octet `i` is what octet `13 i` was, modulo 16.
fn shift_rows_back(mut state: u128) -> u128 {
    let mut shifted = 0;
    for _ in 0..16 {
        shifted = shifted >> 8 | state << 120;
        state = state.rotate_right(13 * 8);
    }
    shifted
}

/// InvSubBytes.
fn substitute_back(column: u32) -> u32 {
    invert(affine(affine(affine(column))))
}

/// InvMixColumns.
fn mix_back(column: u32) -> u32 {
    mix(mix(mix(column)))
}

/// MixColumns.
#[inline(never)]
fn mix(column: u32) -> u32 {
    let [one, two, three] = [8, 16, 24].map(|bits| column.rotate_right(bits));
    double(column ^ one) ^ one ^ two ^ three
}

/// The second half of SubBytes.
#[inline(never)]
fn affine(mut column: u32) -> u32 {
    let mut sum = column ^ (0x63 * ONES);
    for _ in 0..4 {
        column = (column & LOW_BITS) << 1 | column >> 7 & ONES;
        sum ^= column;
    }
    sum
}

/// The first half of SubBytes: the inverse of each octet in GF(2^8), which is its power of 2 + 4 + 8 + ... + 128.
#[inline(never)]
fn invert(column: u32) -> u32 {
    let (mut power, mut inverse) = (column, ONES);
    for _ in 0..7 {
        power = product(power, power);
        inverse = product(inverse, power);
    }
    inverse
}

/// Products in GF(2^8).
#[inline(never)]
fn product(left: u32, right: u32) -> u32 {
    let mut sum = 0;
    for bit in (0..8).rev() {
        sum = double(sum) ^ (left & ((right >> bit & ONES) * 0xff));
    }
    sum
}

/// Each octet times x in GF(2^8).
fn double(octets: u32) -> u32 {
    ((octets & LOW_BITS) << 1) ^ ((octets >> 7 & ONES) * 0x1b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes::Aes128;
    use aes::cipher::{BlockCipherEncrypt, KeyInit};
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn vector_of_fips_197() {
        let key = 0x0001_0203_0405_0607_0809_0a0b_0c0d_0e0f_u128.to_be_bytes();
        let mut blocks = [0x69c4_e0d8_6a7b_0430_d8cd_b780_70b4_c55a_u128.to_be_bytes()];
        decrypt_cbc(&key, &[0; 16], &mut blocks);
        assert_eq!(blocks, [0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes()]);
    }

    #[test]
    fn vectors_of_sp_800_38a() {
        let key = 0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c_u128.to_be_bytes();
        let iv = 0x0001_0203_0405_0607_0809_0a0b_0c0d_0e0f_u128.to_be_bytes();
        let cipher: [u128; 2] = [0x7649_abac_8119_b246_cee9_8e9b_12e9_197d, 0x5086_cb9b_5072_19ee_95db_113a_9176_78b2];
        let clear: [u128; 2] = [0x6bc1_bee2_2e40_9f96_e93d_7e11_7393_172a, 0xae2d_8a57_1e03_ac9c_9eb7_6fac_45af_8e51];
        let mut blocks = cipher.map(u128::to_be_bytes);
        decrypt_cbc(&key, &iv, &mut blocks);
        assert_eq!(blocks, clear.map(u128::to_be_bytes));
    }

    proptest! {
        #[test]
        fn what_the_crate_encrypts(key: [u8; 16], iv: [u8; 16], clear: Vec<[u8; 16]>) {
            let cipher = Aes128::new(&key.into());
            let mut blocks = clear.clone();
            let mut previous = iv;
            for block in &mut blocks {
                block.iter_mut().zip(previous).for_each(|(byte, chain)| *byte ^= chain);
                cipher.encrypt_block(block.into());
                previous = *block;
            }
            decrypt_cbc(&key, &iv, &mut blocks);
            prop_assert_eq!(blocks, clear);
        }
    }
}
