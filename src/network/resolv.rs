//! `/etc/resolv.conf`: the `nameserver` lines become those that are wanted, everything else stays byte for byte. resolv.conf(5).

use crate::error::Error;
use crate::limits::NAMESERVER_COUNT;
use crate::network::ip::Ip;
use crate::network::lines::take_line;
use crate::ports::Sink;
use crate::text::Text;

/// Puts the new content for `servers` into `sink`; `false` if the old one asks these servers already, in whatever order (the host's order
/// means nothing). Only as many as resolvers use are written; where there are more, any of them are as good.
///
/// # Errors
///
/// Those of the sink.
pub fn edit(old: &[u8], servers: &[Ip], sink: &mut dyn Sink) -> Result<bool, Error> {
    let used = servers.get(..NAMESERVER_COUNT).unwrap_or(servers);
    if used.is_empty() {
        return Ok(false);
    }
    // Lines, which servers they ask, and how many these are.
    let (mut count, mut asked, mut asked_count) = (0, 0u64, 0);
    let (mut ending, mut ends) = ("\n", true);
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        ending = if matches!(line, [.., b'\r', b'\n']) { "\r\n" } else { "\n" };
        let Some(value) = nameserver(line) else {
            sink.put(line)?;
            ends = line.last() == Some(&b'\n');
            continue;
        };
        if count == 0 {
            put(used, ending, sink)?;
        }
        count += 1;
        let ip = Ip::read(value);
        for (which, server) in servers.iter().enumerate() {
            if Some(*server) == ip && asked >> which & 1 == 0 {
                asked |= 1 << which;
                asked_count += 1;
            }
        }
    }
    if count == 0 {
        if !ends {
            sink.put(ending.as_bytes())?;
        }
        put(used, ending, sink)?;
    }
    Ok(count != used.len() || asked_count != used.len())
}

#[inline(never)]
fn put(servers: &[Ip], ending: &str, sink: &mut dyn Sink) -> Result<(), Error> {
    let mut lines = Text::<{ NAMESERVER_COUNT * 64 }>::new();
    for ip in servers {
        lines.add("nameserver %%", &[ip, &ending]);
    }
    sink.put(lines.as_bytes())
}

/// The value of a `nameserver` line. As in the C libraries, the keyword is at the line's start.
fn nameserver(line: &[u8]) -> Option<&[u8]> {
    let value = line.strip_prefix(b"nameserver")?;
    value.first().is_none_or(u8::is_ascii_whitespace).then(|| value.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Collect;
    use proptest::prelude::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn edited(old: &str, servers: &[&str]) -> Option<String> {
        let servers: Vec<Ip> = servers.iter().map(|text| Ip::parse(text).unwrap()).collect();
        let mut new = Collect(Vec::new());
        edit(old.as_bytes(), &servers, &mut new).unwrap().then(|| String::from_utf8(new.0).unwrap())
    }

    #[test]
    fn only_nameserver_lines_are_ours() {
        let old = "# by hand\nsearch example.org\r\nnameserver 10.0.0.1\r\noptions timeout:1\nnameserver\t10.0.0.2\n nameserver 1.2.3.4\nnameservers 5\n";
        let new = "# by hand\nsearch example.org\r\nnameserver 192.0.2.53\r\nnameserver 2001:db8::53\r\noptions timeout:1\n nameserver 1.2.3.4\nnameservers 5\n";
        assert_eq!(edited(old, &["192.0.2.53", "2001:db8::53"]).as_deref(), Some(new));
        assert_eq!(edited(new, &["2001:db8::53", "192.0.2.53"]), None);
    }

    #[test]
    fn they_go_to_the_end_where_there_is_none() {
        assert_eq!(edited("", &["192.0.2.53"]).as_deref(), Some("nameserver 192.0.2.53\n"));
        assert_eq!(edited("search a", &["192.0.2.53"]).as_deref(), Some("search a\nnameserver 192.0.2.53\n"));
        assert_eq!(edited("search a\r\n;x", &["192.0.2.53"]).as_deref(), Some("search a\r\n;x\nnameserver 192.0.2.53\n"));
        assert_eq!(edited("search a\n", &[]), None);
        assert_eq!(edited("nameserver 10.0.0.1", &["192.0.2.53"]).as_deref(), Some("nameserver 192.0.2.53\n"));
    }

    /// Found by fuzzing: without a newline behind it the keyword was no keyword until one was added.
    #[test]
    fn a_keyword_without_value_or_newline_goes_at_once() {
        assert_eq!(edited("search a\nnameserver", &["192.0.2.53"]).as_deref(), Some("search a\nnameserver 192.0.2.53\n"));
    }

    #[test]
    fn as_many_as_resolvers_use() {
        let four = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
        let new = edited("", &four).unwrap();
        assert_eq!(new, "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n");
        assert_eq!(edited(&new, &[four[3], four[2], four[1], four[0]]), None);
        let twice = "nameserver 192.0.2.1\nnameserver 192.0.2.1\n";
        assert_eq!(edited(twice, &four[..2]).as_deref(), Some("nameserver 192.0.2.1\nnameserver 192.0.2.2\n"));
    }

    proptest! {
        #[test]
        fn other_lines_stay_and_a_second_edit_changes_nothing(old in "([a-z#; ]{0,12}\r?\n|nameserver [0-9:.]{0,9}\n){0,8}[a-z]{0,3}", servers in prop::collection::vec(any::<[u8; 4]>(), 1..6)) {
            let servers: Vec<String> = servers.into_iter().map(|octets| Ip::from_octets(&octets).unwrap().to_string()).collect();
            let mut servers: Vec<&str> = servers.iter().map(String::as_str).collect();
            servers.sort_unstable();
            servers.dedup();
            let new = edited(&old, &servers).unwrap_or_else(|| old.clone());
            let others = |text: &str| -> Vec<String> { text.lines().filter(|line| nameserver(line.as_bytes()).is_none()).map(Into::into).collect() };
            prop_assert_eq!(others(&new), others(&old));
            prop_assert_eq!(edited(&new, &servers), None);
        }
    }
}
