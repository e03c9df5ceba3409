//! `/etc/resolv.conf`: the `nameserver` lines become those that are wanted, everything else stays byte for byte. resolv.conf(5).

use crate::limits::NAMESERVER_COUNT;
use crate::network::config::edited::Edited;
use crate::network::config::out::Out;
use crate::network::ip::Ip;
use crate::network::lines::{take_line, take_word};

/// Puts the new content for `servers`, as many of them as resolvers use.
pub fn edit(old: &[u8], servers: &[Ip], out: &mut Out<'_>) {
    let mut new = Edited::new(old, out);
    let mut left = servers.get(..NAMESERVER_COUNT).unwrap_or(servers);
    let mut rest = old;
    loop {
        let line = take_line(&mut rest);
        let is_ours = line.is_some_and(|mut line| take_word(&mut line) == b"nameserver");
        if is_ours || line.is_none() {
            for ip in left {
                new.add("nameserver %", &[ip]);
            }
            left = &[];
        }
        match line {
            None => break,
            Some(line) if !is_ours => new.keep(line),
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Collect;
    use proptest::prelude::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn edited(old: &str, servers: &[&str]) -> String {
        let servers: Vec<Ip> = servers.iter().map(|text| Ip::parse(text).unwrap()).collect();
        let mut new = Collect(Vec::new());
        let mut out = Out::new(&mut new);
        edit(old.as_bytes(), &servers, &mut out);
        out.finish().unwrap();
        String::from_utf8(new.0).unwrap()
    }

    #[test]
    fn only_nameserver_lines_are_ours() {
        let old = "# by hand\nsearch example.org\nnameserver 10.0.0.1\r\noptions timeout:1\nnameserver\t10.0.0.2\nnameservers 5\n";
        let new = "# by hand\nsearch example.org\nnameserver 192.0.2.53\nnameserver 2001:db8::53\noptions timeout:1\nnameservers 5\n";
        assert_eq!(edited(old, &["192.0.2.53", "2001:db8::53"]), new);
        assert_eq!(edited(new, &["192.0.2.53", "2001:db8::53"]), new);
    }

    #[test]
    fn they_go_to_the_end_where_there_is_none() {
        assert_eq!(edited("", &["192.0.2.53"]), "nameserver 192.0.2.53\n");
        assert_eq!(edited("search a", &["192.0.2.53"]), "search a\nnameserver 192.0.2.53\n");
        assert_eq!(edited("search a\r\n;x", &["192.0.2.53"]), "search a\r\n;x\r\nnameserver 192.0.2.53\r\n");
        assert_eq!(edited("nameserver 10.0.0.1", &["192.0.2.53"]), "nameserver 192.0.2.53\n");
    }

    /// Found by fuzzing: without a newline behind it the keyword was no keyword until one was added.
    #[test]
    fn a_keyword_without_value_or_newline_goes_at_once() {
        assert_eq!(edited("search a\nnameserver", &["192.0.2.53"]), "search a\nnameserver 192.0.2.53\n");
    }

    #[test]
    fn as_many_as_resolvers_use() {
        let four = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
        let new = edited("", &four);
        assert_eq!(new, "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n");
        let twice = "nameserver 192.0.2.1\nnameserver 192.0.2.1\n";
        assert_eq!(edited(twice, &four[..2]), "nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
    }

    proptest! {
        #[test]
        fn other_lines_stay_and_a_second_edit_changes_nothing(old in "([a-z#; ]{0,12}\r?\n|nameserver [0-9:.]{0,9}\n){0,8}[a-z]{0,3}", servers in prop::collection::vec(any::<[u8; 4]>(), 1..6)) {
            let servers: Vec<String> = servers.into_iter().map(|octets| Ip::from_octets(&octets).unwrap().to_string()).collect();
            let mut servers: Vec<&str> = servers.iter().map(String::as_str).collect();
            servers.sort_unstable();
            servers.dedup();
            let new = edited(&old, &servers);
            let others = |text: &str| -> Vec<String> { text.lines().filter(|line| line.split_ascii_whitespace().next() != Some("nameserver")).map(Into::into).collect() };
            prop_assert_eq!(others(&new), others(&old));
            prop_assert_eq!(edited(&new, &servers), new);
        }
    }
}
