//! The comment that heads what is ours for one interface: `# nova-agent 40:40:aa:bb:cc:01 public`.
//!
//! It tells whose lines or file these are when the interface is gone, and an administrator which network it is.

use crate::network::config::Interface;
use crate::network::model::Mac;
use crate::text::{Line, Show};

const HEAD: &str = "# nova-agent ";
/// Octets of a MAC address as text.
const MAC_LEN: usize = 17;

/// The comment for an interface, without the line's end.
pub struct Marker<'a>(pub &'a Interface);

impl Show for Marker<'_> {
    fn show(&self, line: &mut Line) {
        let wanted = &self.0.wanted;
        let parting = if wanted.label.is_empty() { "" } else { " " };
        line.fill("%%%%", &[&HEAD, &wanted.mac, &parting, &wanted.label]);
    }
}

/// The MAC address in a line that is such a comment, indented or not.
#[inline(never)]
pub fn marked(line: &[u8]) -> Option<Mac> {
    let rest = line.trim_ascii().strip_prefix(HEAD.as_bytes())?;
    let (mac, rest) = rest.split_at_checked(MAC_LEN)?;
    if !matches!(rest, [] | [b' ', ..]) {
        return None;
    }
    core::str::from_utf8(mac).ok().and_then(Mac::parse)
}

/// Whether the line is a comment that only older agents write.
#[inline(never)]
pub fn is_agents(line: &[u8]) -> bool {
    line.starts_with(b"# Label ") || line.starts_with(b"# Automatically generated, do not edit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::testing::interface;
    use crate::text::Text;

    #[test]
    fn it_is_read_as_it_is_written() {
        let mut eth0 = interface("eth0", 1);
        assert_eq!(Text::<64>::of("%", &[&Marker(&eth0)]).as_str(), "# nova-agent 40:40:aa:bb:cc:01");
        eth0.wanted.label.push_str("my net").unwrap();
        let line = Text::<64>::of("\t%\r\n", &[&Marker(&eth0)]);
        assert_eq!(line.as_str(), "\t# nova-agent 40:40:aa:bb:cc:01 my net\r\n");
        assert_eq!(marked(line.as_bytes()), Some(eth0.wanted.mac));
        for other in [
            "",
            "# nova-agent",
            "# nova-agent 40:40:aa:bb:cc:0",
            "# nova-agent 40:40:aa:bb:cc:011",
            "#nova-agent 40:40:aa:bb:cc:01",
            "x # nova-agent 40:40:aa:bb:cc:01",
        ] {
            assert_eq!(marked(other.as_bytes()), None, "{other}");
        }
    }
}
