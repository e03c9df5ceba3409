//! The command line: words, each ended by a NUL.

#![no_main]

use std::ffi::CStr;

use libfuzzer_sys::fuzz_target;
use nova_agent::cli::{self, Action, Options};

fuzz_target!(|input: &[u8]| {
    let mut words = input.to_vec();
    words.push(0);
    let words: Vec<&CStr> = words.split_inclusive(|&byte| byte == 0).filter_map(|word| CStr::from_bytes_with_nul(word).ok()).collect();
    // SAFETY: the words outlive all that is made of them, which ends in this block.
    let lasting = words.iter().map(|word| unsafe { CStr::from_ptr(word.as_ptr()) });
    let mut options = Options::new();
    match cli::parse(lasting, &mut options) {
        Ok(Action::Run) => assert!(!options.apply_at_start || words.contains(&c"resetnetwork")),
        Ok(Action::Apply | Action::Version | Action::Help) => {}
        Err(refused) => {
            assert!(words.iter().any(|word| word.to_bytes().starts_with(refused.word) || word.to_bytes().ends_with(refused.word)))
        }
    }
});
