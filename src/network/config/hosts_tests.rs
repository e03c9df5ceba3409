//! `/etc/hosts` as distributions ship it and users change it.

use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::Network;
use super::hosts::edit;
use super::nodename::Renaming;
use super::out::Out;
use super::testing::interface;
use crate::memory::Collect;
use crate::network::fake::address;
use crate::network::nodename::Nodename;
use crate::ports::Verdict;

/// The file after a machine with the addresses 198.51.100.23 and 2001:db8:1::23 changed its name.
fn renamed(old: &str, from: &str, to: &str) -> String {
    let mut eth0 = interface("eth0", 1);
    eth0.wanted.addresses.extend(["198.51.100.23/24", "2001:db8:1::23/64"].map(address));
    let network = Network { interfaces: &[eth0], macs: &[], is_partial: false, nodename: None, servers: &[] };
    let to = Nodename::parse(to.as_bytes()).unwrap();
    let mut new = Collect(Vec::new());
    let mut out = Out::new(&mut new);
    let verdict = edit(old.as_bytes(), &Renaming { wanted: &to, old: Nodename::parse(from.as_bytes()) }, &network, &mut out);
    out.finish().unwrap();
    if verdict == Verdict::Leave { old.into() } else { String::from_utf8(new.0).unwrap() }
}

#[test]
fn debian() {
    let old = "127.0.0.1\tlocalhost\n127.0.1.1\told.example.org\told\n\n# The following lines are desirable for IPv6 capable hosts\n::1     localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\n";
    assert_eq!(renamed(old, "old", "web1"), old.replace("old", "web1"));
    assert_eq!(renamed(old, "old.example.org", "web1"), old.replace("old", "web1"));
    let with_domain = renamed(old, "old", "web1.example.com");
    assert_eq!(with_domain, old.replace("old.example.org\told", "web1.example.com\tweb1"));
    assert_eq!(renamed(&with_domain, "old", "web1.example.com"), with_domain);
}

#[test]
fn red_hat() {
    let old = "127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4\n::1         localhost localhost.localdomain localhost6 localhost6.localdomain6\n10.0.0.9 db\n";
    let new = old.to_string() + "127.0.1.1\tweb1\n";
    for from in ["localhost.localdomain", "localhost", "", "(none)", "old"] {
        assert_eq!(renamed(old, from, "web1"), new, "{from}");
    }
    assert_eq!(renamed(&new, "old", "web1"), new);
    let old = "127.0.0.1 old.example.org old localhost.localdomain localhost\n";
    assert_eq!(renamed(old, "old.example.org", "web1.example.com"), "127.0.0.1 web1.example.com web1 localhost.localdomain localhost\n");
}

#[test]
fn lines_of_our_own_addresses_follow_and_others_stay() {
    let old = "::1 localhost old\n198.51.100.23 old.example.org old # old\n2001:DB8:1:0::23\told\n203.0.113.9 old\n fe80::1%eth0 old\n#127.0.0.1 old\n198.51.100.230 old\n";
    let new = "::1 localhost web1\n198.51.100.23 web1.example.org web1 # old\n2001:DB8:1:0::23\tweb1\n203.0.113.9 old\n fe80::1%eth0 old\n#127.0.0.1 old\n198.51.100.230 old\n";
    assert_eq!(renamed(old, "old", "web1"), new);
}

#[test]
fn names_are_whole_names() {
    let old = "127.0.1.1 older golden old-1 localhost-old ip6-old\n";
    let new = "127.0.1.1 older golden old-1 localhost-old ip6-old\n127.0.1.1\tweb1\n";
    assert_eq!(renamed(old, "old.example.org", "web1"), new);
    assert_eq!(renamed("127.0.1.1 localhost\n", "localhost", "web1"), "127.0.1.1 localhost\n127.0.1.1\tweb1\n");
}

#[test]
fn a_name_keeps_its_domain_and_gets_a_line_of_its_own_where_that_makes_it_another() {
    assert_eq!(renamed("127.0.1.1 old.a old\n", "old", "web1.example.org"), "127.0.1.1 web1.example.org web1\n");
    assert_eq!(renamed("127.0.1.1 old\n", "old", "web1.example.org"), "127.0.1.1 web1\n127.0.1.1\tweb1.example.org\n");
    assert_eq!(renamed("127.0.1.1 old.a\n", "old.a", "web1"), "127.0.1.1 web1.a\n127.0.1.1\tweb1\n");
}

#[test]
fn a_new_line_goes_to_the_end() {
    assert_eq!(renamed("# none\n", "old", "web1"), "# none\n127.0.1.1\tweb1\n");
    assert_eq!(renamed("# none", "old", "web1"), "# none\n127.0.1.1\tweb1\n");
    assert_eq!(renamed("127.0.0.1 localhost\r\n10.0.0.1 a\r\n", "old", "web1"), "127.0.0.1 localhost\r\n10.0.0.1 a\r\n127.0.1.1\tweb1\r\n");
    assert_eq!(renamed("", "old", "web1"), "");
}

/// What a resolver sees: the address and the names of each line that has any.
fn read(file: &str) -> Vec<Vec<String>> {
    let lines = file.lines().map(|line| line.split('#').next().unwrap().split_ascii_whitespace().map(|name| name.to_lowercase()).collect());
    lines.filter(|fields: &Vec<String>| fields.len() > 1).collect()
}

proptest! {
    #[test]
    fn only_old_names_of_our_own_change_and_the_new_one_is_found(
        lines in prop::collection::vec("(127\\.0\\.[01]\\.1|::1|198\\.51\\.100\\.23|10\\.0\\.0\\.1|#)?([ \t]{1,2}(old|old\\.a|old\\.b\\.c|web1|web1\\.a|localhost|ip6-old|x)){0,4}( #old)?(\r?\n)", 0..8),
        ends in any::<bool>(),
        from in "old|old\\.a|web1|localhost|x|",
        to in "web1|web1\\.a|old\\.a|z\\.y",
    ) {
        let mut old = lines.concat();
        if !ends {
            old.truncate(old.trim_end().len());
        }
        let new = renamed(&old, &from, &to);
        prop_assert_eq!(renamed(&new, "", &to), new.clone());
        // A line that was added has no counterpart.
        let mut new_lines: Vec<&str> = new.split_inclusive('\n').collect();
        let added = std::format!("127.0.1.1\t{to}");
        if new_lines.len() > old.split_inclusive('\n').count() {
            let at = new_lines.iter().position(|line| line.trim_end() == added).unwrap();
            new_lines.remove(at);
        }
        prop_assert_eq!(new_lines.len(), old.split_inclusive('\n').count());
        let label = |name: &str| name.split('.').next().unwrap().to_lowercase();
        for (new_line, old_line) in new_lines.iter().zip(old.split_inclusive('\n')) {
            let is_own = ["127.0.", "::1", "198.51.100.23"].iter().any(|own| old_line.starts_with(own));
            let has_old = old_line.split('#').next().unwrap().split_ascii_whitespace().skip(1).any(|name| label(name) == label(&from));
            if new_line.trim_end() != old_line.trim_end() {
                prop_assert!(is_own && has_old && from != "localhost", "{:?} became {:?}", old_line, new_line);
            }
            let kept = |line: &str| {
                let (names, comment) = line.trim_end().split_once('#').unwrap_or((line, ""));
                let names = names.split_ascii_whitespace().filter(|name| ![label(&from), label(&to)].contains(&label(name)));
                (names.map(ToString::to_string).collect::<Vec<_>>(), comment.to_string())
            };
            prop_assert_eq!(kept(new_line), kept(old_line));
        }
        prop_assert!(old.is_empty() || read(&new).iter().any(|fields| fields.iter().skip(1).any(|name| *name == to)), "{:?}", new);
    }

    #[test]
    fn any_bytes(old in prop::collection::vec(any::<u8>(), 0..200)) {
        let to = Nodename::parse(b"web1").unwrap();
        let mut new = Collect(Vec::new());
        let mut out = Out::new(&mut new);
        edit(&old, &Renaming { wanted: &to, old: Nodename::parse(b"old") }, &Network { interfaces: &[], macs: &[], is_partial: false, nodename: None, servers: &[] }, &mut out);
        out.finish().unwrap();
        prop_assert!(new.0.len() >= old.len());
    }
}
