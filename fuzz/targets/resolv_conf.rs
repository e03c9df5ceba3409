//! `/etc/resolv.conf`: how many name servers (a digit, say), four octets each, then the file. Lines that are none of `nameserver` stay as they are.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::network::config::out::Out;
use nova_agent::network::ip::Ip;
use nova_agent::network::resolv::edit;
use nova_agent_fuzz::Collect;

fuzz_target!(|input: &[u8]| {
    let Some((first, rest)) = input.split_first() else { return };
    let Some((octets, old)) = rest.split_at_checked(4 * usize::from(first % 7)) else { return };
    let mut servers = Vec::new();
    for ip in octets.chunks(4).filter_map(Ip::from_octets) {
        if !servers.contains(&ip) {
            servers.push(ip);
        }
    }
    let new = edited(old, &servers);
    assert_eq!(edited(&new, &servers), new, "a second edit changes nothing");
    let (others, kept) = (others(old), others(&new));
    assert_eq!(others, kept);
    let named = new.split(|&byte| byte == b'\n').filter(|line| is_ours(line)).count();
    assert_eq!(named, servers.len().min(3));
});

fn edited(old: &[u8], servers: &[Ip]) -> Vec<u8> {
    let mut new = Collect::default();
    let mut out = Out::new(&mut new);
    edit(old, servers, &mut out);
    out.finish().unwrap();
    new.0
}

fn is_ours(line: &[u8]) -> bool {
    line.trim_ascii().strip_prefix(b"nameserver").is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

fn others(file: &[u8]) -> Vec<&[u8]> {
    let lines = file.split_inclusive(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line));
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line)).filter(|line| !is_ours(line)).collect()
}
