//! MD5, SHA-256 and SHA-512 as one: blocks are filled, counted and padded here for all three. The crates' own way of doing
//! that, once for each function, takes several times the code.

use sha2::block_api::{compress256, compress512};

use crate::crypto::md5;

/// Octets of the longest digest, SHA-512's.
pub const DIGEST_LEN: usize = 64;

/// A hash function that chains blocks of 16 words and ends with the length in bits.
pub struct Function {
    /// Octets of a block, a power of two.
    block_len: usize,
    /// Octets of a digest.
    pub digest_len: usize,
    /// Whether words and length are big-endian.
    big_endian: bool,
    /// The state before the first block: one number for each word.
    initial: State,
    /// Takes one more block into the state.
    compress: fn(&mut State, &Block),
}

/// As many words as the longest state has, each as long as the longest word.
type State = [u64; 8];

/// Room for the longest block.
type Block = [u8; 128];

/// RFC 1321.
pub static MD5: Function = Function {
    block_len: 64,
    digest_len: 16,
    big_endian: false,
    initial: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0, 0, 0, 0],
    compress: |state, block| {
        let [block, _] = block.as_chunks().0 else { return };
        md5::compress(state, block);
    },
};

/// FIPS 180-4. Its initial words are the first halves of SHA-512's.
pub static SHA256: Function = Function {
    block_len: 64,
    digest_len: 32,
    big_endian: true,
    initial: {
        let [a, b, c, d, e, f, g, h] = SHA512_INITIAL;
        [a >> 32, b >> 32, c >> 32, d >> 32, e >> 32, f >> 32, g >> 32, h >> 32]
    },
    compress: |state, block| {
        let mut words = state.map(|word| word as u32);
        compress256(&mut words, block.as_chunks().0.get(..1).unwrap_or_default());
        state.iter_mut().zip(&words).for_each(|(wide, word)| *wide = u64::from(*word));
    },
};

/// FIPS 180-4.
pub static SHA512: Function = Function {
    block_len: 128,
    digest_len: 64,
    big_endian: true,
    initial: SHA512_INITIAL,
    compress: |state, block| compress512(state, core::slice::from_ref(block)),
};

#[rustfmt::skip]
const SHA512_INITIAL: State = [
    0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
];

/// A message on its way through a [`Function`].
pub struct Digest {
    function: &'static Function,
    /// Octets of the message up to now.
    len: usize,
    state: State,
    block: Block,
}

impl Digest {
    /// An empty message.
    #[inline(never)]
    pub fn new(function: &'static Function) -> Self {
        Self { function, len: 0, state: function.initial, block: [0; 128] }
    }

    /// Appends `bytes` to the message.
    #[inline(never)]
    pub fn update(&mut self, bytes: &[u8]) {
        self.cycle(bytes, bytes.len());
    }

    /// Appends `len` bytes: the first of `bytes`, or all of them over and over.
    #[inline(never)]
    pub fn cycle(&mut self, bytes: &[u8], len: usize) {
        let block_len = self.function.block_len;
        for &byte in bytes.iter().cycle().take(len) {
            if let Some(place) = self.block.get_mut(self.len & (block_len - 1)) {
                *place = byte;
            }
            self.len += 1;
            if self.len & (block_len - 1) == 0 {
                (self.function.compress)(&mut self.state, &self.block);
            }
        }
    }

    /// Puts the message's digest at the start of `out`, says how long it is, and begins a new message.
    #[inline(never)]
    pub fn finish(&mut self, out: &mut [u8; DIGEST_LEN]) -> usize {
        let function = self.function;
        let bits = self.len as u64 * 8;
        self.update(&[0x80]);
        // The length has an eighth of a block at the end of one; of SHA-512's 16 octets the first 8 are always 0.
        let (word_len, length_len) = (function.block_len / 16, function.block_len / 8);
        let zeros = (self.len + length_len).wrapping_neg() & (function.block_len - 1);
        self.cycle(&[0], zeros + length_len - 8);
        self.update(&if function.big_endian { bits.to_be_bytes() } else { bits.to_le_bytes() });
        let mut places = out.iter_mut();
        for word in &self.state {
            for octet in 0..word_len {
                let behind = if function.big_endian { word_len - 1 - octet } else { octet };
                if let Some(place) = places.next() {
                    *place = (word >> (8 * behind)) as u8;
                }
            }
        }
        self.state = function.initial;
        self.len = 0;
        function.digest_len
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::Digest as _;
    use std::vec::Vec;

    fn digest_of(function: &'static Function, parts: &[&[u8]]) -> Vec<u8> {
        let (mut out, mut digest) = ([0xa5; DIGEST_LEN], Digest::new(function));
        digest.update(b"an earlier message");
        digest.finish(&mut out);
        parts.iter().for_each(|part| digest.update(part));
        let len = digest.finish(&mut out);
        out[..len].to_vec()
    }

    fn hex(bytes: &[u8]) -> std::string::String {
        bytes.iter().map(|byte| std::format!("{byte:02x}")).collect()
    }

    #[test]
    fn vectors_of_rfc_1321() {
        let vectors = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
            (&"1234567890".repeat(8), "57edf4a22be3c955ac49da2e2107b67a"),
        ];
        for (message, expected) in vectors {
            assert_eq!(hex(&digest_of(&MD5, &[message.as_bytes()])), expected);
        }
    }

    #[test]
    fn every_length_is_padded_as_the_crates_do() {
        let bytes: Vec<u8> = (0..=255).chain(0..=255).collect();
        for len in 0..300 {
            let message = &bytes[..len];
            assert_eq!(digest_of(&MD5, &[message]), ::md5::Md5::digest(message)[..], "{len}");
            assert_eq!(digest_of(&SHA256, &[message]), sha2::Sha256::digest(message)[..], "{len}");
            assert_eq!(digest_of(&SHA512, &[message]), sha2::Sha512::digest(message)[..], "{len}");
        }
    }

    #[test]
    fn a_cycle_ends_within_the_bytes_or_begins_again() {
        for (len, expected) in [(0, ""), (2, "ab"), (3, "abc"), (8, "abcabcab")] {
            let (mut out, mut digest) = ([0; DIGEST_LEN], Digest::new(&SHA512));
            digest.cycle(b"abc", len);
            digest.cycle(b"", len);
            digest.finish(&mut out);
            assert_eq!(digest_of(&SHA512, &[expected.as_bytes()]), out);
        }
    }

    proptest! {
        #[test]
        fn any_message_in_any_parts(parts: Vec<Vec<u8>>) {
            let message = parts.concat();
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(digest_of(&MD5, &parts), &::md5::Md5::digest(&message)[..]);
            prop_assert_eq!(digest_of(&SHA256, &parts), &sha2::Sha256::digest(&message)[..]);
            prop_assert_eq!(digest_of(&SHA512, &parts), &sha2::Sha512::digest(&message)[..]);
        }
    }
}
