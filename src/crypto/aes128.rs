//! AES-128 decryption in CBC mode (FIPS 197, SP 800-38A).
//!
//! The work on bytes is crate aes's round, in constant time; what is here moves, shifts, xors and multiplies by constants. The crate's own key
//! schedule and cipher have S-boxes and rounds of their own and take 2 KB more.

use aes::Block;
use aes::hazmat::cipher_round;

/// Rounds of AES-128.
const ROUNDS: usize = 10;

/// Decrypts `blocks` in place.
#[inline(never)]
pub fn decrypt_cbc(key: &[u8; 16], iv: &[u8; 16], blocks: &mut [[u8; 16]]) {
    let key = u128::from_le_bytes(*key);
    let mut previous = u128::from_le_bytes(*iv);
    for block in blocks {
        let next = u128::from_le_bytes(*block);
        let mut state = next ^ round_key(key, ROUNDS);
        for round in (0..ROUNDS).rev() {
            state = inverse_mix_columns(inverse_sub_bytes(state) ^ round_key(key, round));
        }
        // The last round has no InvMixColumns: it is undone.
        *block = (mix_columns(state) ^ previous).to_le_bytes();
        previous = next;
    }
}

/// The key of a round, the first of which is the key itself. Keys are made when they are needed: a request has few blocks.
#[inline(never)]
fn round_key(mut key: u128, round: usize) -> u128 {
    let mut constant = 1;
    for _ in 0..round {
        let word = ((key >> 96) as u32).rotate_right(8);
        key ^= key << 32;
        key ^= key << 64;
        key ^= every_column(sub_bytes(every_column(word)) as u32 ^ constant);
        constant = double(constant);
    }
    key
}

/// SubBytes and ShiftRows: a round, which goes on with MixColumns, and the inverse of that.
fn sub_bytes(state: u128) -> u128 {
    let mut block = Block::from(state.to_le_bytes());
    cipher_round(&mut block, &Block::from([0; 16]));
    inverse_mix_columns(u128::from_le_bytes(block.into()))
}

/// InvShiftRows and InvSubBytes. As SubBytes is an affine map after inversion, InvSubBytes is the inverse of that map before and after
/// SubBytes.
fn inverse_sub_bytes(state: u128) -> u128 {
    inverse_affine(sub_bytes(inverse_affine(state)))
}

/// InvShiftRows, and the inverse of the second half of SubBytes in every byte.
#[inline(never)]
fn inverse_affine(state: u128) -> u128 {
    let bytes = state.to_le_bytes();
    u128::from_le_bytes(core::array::from_fn(|place| {
        let byte = bytes.get(13 * place % 16).copied().unwrap_or_default();
        byte.rotate_left(1) ^ byte.rotate_left(3) ^ byte.rotate_left(6) ^ 0x05
    }))
}

/// InvMixColumns: the fourth MixColumns in a row changes nothing.
#[inline(never)]
fn inverse_mix_columns(state: u128) -> u128 {
    mix_columns(mix_columns(mix_columns(state)))
}

/// MixColumns.
#[inline(never)]
fn mix_columns(state: u128) -> u128 {
    let mut bytes = state.to_le_bytes();
    for bytes in bytes.as_chunks_mut().0 {
        let column = u32::from_le_bytes(*bytes);
        let next = column.rotate_right(8);
        let sum = column ^ next;
        *bytes = (double(sum) ^ next ^ sum.rotate_right(16)).to_le_bytes();
    }
    u128::from_le_bytes(bytes)
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
