//! The state file, as an older or newer agent or a broken disk may have left it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::state::State;

fuzz_target!(|text: &[u8]| {
    if let Some(state) = State::parse(text) {
        let again = state.emit().expect("no value of a parsed state has a newline");
        assert_eq!(State::parse(&again), Some(state));
    }
});
