//! `/etc/shadow` and `/etc/passwd`: root's hash is set, and every byte that is none of its business stays.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::account::{Entry, passwd, shadow};
use nova_agent::crypto::crypt;
use nova_agent_fuzz::Collect;

const HASH: &[u8] = b"$6$0123456789abcdef$hash";

fuzz_target!(|old: &[u8]| {
    let Some(entry) = Entry::find(old) else { return };
    let rounds = crypt::rounds(entry.hash);
    assert!(rounds.is_none_or(|count| (1_000..=200_000).contains(&count)));
    for day in [0, 20_000] {
        let mut new = Collect::default();
        shadow::set(&entry, HASH, day, &mut new).unwrap();
        check(old, &new.0, Some(if day == 0 { b"" } else { b"20000" }));
    }
    let mut new = Collect::default();
    passwd::set(&entry, HASH, &mut new).unwrap();
    check(old, &new.0, None);
});

/// Compares the files line by line and field by field. `day`: what the third field becomes, where there is one.
fn check(old: &[u8], new: &[u8], day: Option<&[u8]>) {
    let lines = |file| <[u8]>::split(file, |&byte| byte == b'\n').collect::<Vec<&[u8]>>();
    let (old, new) = (lines(old), lines(new));
    assert_eq!(old.len(), new.len());
    let root = old.iter().position(|line| line.trim_ascii_start().starts_with(b"root:")).unwrap();
    for (i, (old, new)) in old.iter().zip(&new).enumerate() {
        if i != root {
            assert_eq!(old, new);
            continue;
        }
        let fields = |line| <[u8]>::split(line, |&byte| byte == b':').collect::<Vec<&[u8]>>();
        let mut expected = fields(old);
        expected[1] = HASH;
        if let (Some(third), Some(day)) = (expected.get_mut(2), day) {
            *third = day;
        }
        assert_eq!(fields(new), expected);
    }
}
