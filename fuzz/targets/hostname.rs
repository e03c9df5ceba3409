//! `vm-data/hostname` (up to the first NUL) and `/etc/hostname` (behind it).

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::network::config::out::Out;
use nova_agent::network::nodename::{Nodename, edit};
use nova_agent_fuzz::Collect;

fuzz_target!(|input: &[u8]| {
    let at = input.iter().position(|&byte| byte == 0).unwrap_or(input.len());
    let (name, old) = (&input[..at], input.get(at + 1..).unwrap_or_default());
    let Some(name) = Nodename::parse(name) else { return };
    assert!((1..=64).contains(&name.as_bytes().len()));
    let mut new = Collect::default();
    let mut out = Out::new(&mut new);
    edit(old, &name, &mut out);
    out.finish().unwrap();
    let mut again = Collect::default();
    assert_eq!(edit(&new.0, &name, &mut Out::new(&mut again)), name.as_bytes());
    assert_eq!(again.0, new.0, "a second edit changes nothing");
    let own = |line: &&[u8]| !line.trim_ascii().is_empty() && !line.trim_ascii().starts_with(b"#");
    let lines: Vec<&[u8]> = new.0.split(|&byte| byte == b'\n').collect();
    let named = lines.iter().position(own).unwrap();
    assert_eq!(lines[named].trim_ascii(), name.as_bytes());
    let mut before = old.split(|&byte| byte == b'\n');
    for line in &lines[..named] {
        assert_eq!(before.next(), Some(*line));
    }
});
