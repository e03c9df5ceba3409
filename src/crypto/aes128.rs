//! AES-128 decryption in CBC mode (FIPS 197, SP 800-38A).
//!
//! The work on bytes is crate aes's inverse round, in constant time; what is here only shifts and xors. The crate's own key
//! schedule and cipher have S-boxes and rounds of their own and take 2 KB more.

use aes::Block;
use aes::hazmat::equiv_inv_cipher_round;
use zeroize::Zeroizing;

/// Rounds, each with a key; the first is the key itself.
const ROUNDS: usize = 10;

/// Decrypts `blocks` in place.
#[inline(never)]
pub fn decrypt_cbc(key: &[u8; 16], iv: &[u8; 16], blocks: &mut [[u8; 16]]) {
    let mut keys = Zeroizing::new([0; ROUNDS]);
    let mut key = u128::from_le_bytes(*key);
    let mut constant = 1;
    for place in keys.iter_mut() {
        // The inverse of MixColumns is to do it three times more.
        *place = mix_columns(mix_columns(mix_columns(key)));
        let word = ((key >> 96) as u32).rotate_right(8);
        key ^= key << 32;
        key ^= key << 64;
        key ^= sub_word(word) ^ every_column(constant);
        constant = double(constant);
    }
    let mut previous = u128::from_le_bytes(*iv);
    for block in blocks {
        let next = u128::from_le_bytes(*block);
        let state = keys.iter().rev().fold(next ^ key, |state, key| inverse_round(state, *key));
        *block = (mix_columns(state) ^ previous).to_le_bytes();
        previous = next;
    }
}

/// InvShiftRows, InvSubBytes, InvMixColumns, AddRoundKey.
fn inverse_round(state: u128, key: u128) -> u128 {
    let mut block = Block::from(state.to_le_bytes());
    equiv_inv_cipher_round(&mut block, &Block::from(key.to_le_bytes()));
    u128::from_le_bytes(block.into())
}

/// SubWord, in every column. As SubBytes is `affine` after inversion, inversion is InvSubBytes after `affine`.
fn sub_word(word: u32) -> u128 {
    affine(mix_columns(inverse_round(affine(every_column(word)), 0)))
}

/// The second half of SubBytes, in every byte.
fn affine(state: u128) -> u128 {
    let one = |byte: u8| (0..5).fold(0x63, |sum, count| sum ^ byte.rotate_left(count));
    u128::from_le_bytes(state.to_le_bytes().map(one))
}

/// MixColumns.
fn mix_columns(mut state: u128) -> u128 {
    let mut mixed = 0;
    for _ in 0..4 {
        let column = state as u32;
        let [one, two, three] = [8, 16, 24].map(|bits| column.rotate_right(bits));
        mixed = mixed >> 32 | u128::from(double(column ^ one) ^ one ^ two ^ three) << 96;
        state >>= 32;
    }
    mixed
}

/// Each byte times x in GF(2^8).
fn double(bytes: u32) -> u32 {
    ((bytes & 0x7f7f_7f7f) << 1) ^ ((bytes >> 7 & 0x0101_0101) * 0x1b)
}

fn every_column(word: u32) -> u128 {
    u128::from(word) * 0x0000_0001_0000_0001_0000_0001_0000_0001
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
