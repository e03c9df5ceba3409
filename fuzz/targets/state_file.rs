//! The state file, as an older or newer agent or a broken disk may have left it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::state::State;

fuzz_target!(|text: &[u8]| {
    let mut state = State::new();
    state.parse(text);
    let mut written = Default::default();
    state.emit(&mut written).expect("the buffer holds the longest values");
    let mut again = State::new();
    again.parse(&written);
    assert_eq!(again, state);
});
