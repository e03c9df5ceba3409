//! The host name (nodename): what is accepted as one, and `/etc/hostname`. sethostname(2), hostname(5).

use crate::limits::NODENAME_LEN;
use crate::network::config::edited::Edited;
use crate::network::config::out::Out;
use crate::network::lines::take_line;
use crate::text::{Line, Show};

/// A host name that has been checked: 1 to 64 letters, digits, `-`, `_` and single `.` in between; no part starts or ends with `-`. The
/// kernel would take anything; this is what hostname(5) allows, and `_`, which host names of hosted machines do have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodename(heapless::Vec<u8, NODENAME_LEN>);

impl Nodename {
    /// Checks a name. White space around it is not part of it.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let mut before = b'.';
        for &byte in text {
            let fits = match byte {
                b'.' => !matches!(before, b'.' | b'-'),
                b'-' => before != b'.',
                _ => byte == b'_' || byte.is_ascii_alphanumeric(),
            };
            if !fits {
                return None;
            }
            before = byte;
        }
        if matches!(before, b'.' | b'-') { None } else { text.try_into().ok().map(Self) }
    }

    /// The name.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Show for Nodename {
    fn show(&self, line: &mut Line) {
        // Always text: a name is ASCII.
        line.put(core::str::from_utf8(&self.0).unwrap_or_default());
    }
}

/// Puts the new content of `/etc/hostname`: the first line that is neither empty nor a comment becomes `name`, everything else stays. What
/// that line was.
pub fn edit<'a>(old: &'a [u8], name: &Nodename, out: &mut Out<'_>) -> &'a [u8] {
    let mut new = Edited::new(b"", out);
    let mut rest = old;
    loop {
        let line = take_line(&mut rest).unwrap_or_default();
        let text = line.trim_ascii();
        if line.is_empty() || !matches!(text, [] | [b'#', ..]) {
            new.add("%", &[name]);
            new.keep(rest);
            return text;
        }
        new.keep(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Collect;
    use std::string::String;
    use std::vec::Vec;

    #[test]
    fn names() {
        for name in ["dummy", "RESCUE-dummy", "a", "web_1.example.org", "3com", " web1\n", &"x".repeat(64)] {
            assert_eq!(Nodename::parse(name.as_bytes()).unwrap().as_bytes(), name.trim().as_bytes());
        }
        for name in ["", " ", "-a", "a-", ".a", "a.", "a..b", "a b", "a/b", "caf\u{e9}", "a\nb", "a.-b", &"x".repeat(65)] {
            assert_eq!(Nodename::parse(name.as_bytes()), None, "{name:?}");
        }
        assert_eq!(Nodename::parse(b"a\0"), None);
    }

    #[test]
    fn comments_stay() {
        let edited = |old: &str| {
            let mut new = Collect(Vec::new());
            let mut out = Out::new(&mut new);
            edit(old.as_bytes(), &Nodename::parse(b"web1").unwrap(), &mut out);
            out.finish().unwrap();
            String::from_utf8(new.0).unwrap()
        };
        assert_eq!(edited(""), "web1\n");
        assert_eq!(edited("old"), "web1\n");
        assert_eq!(edited("# who\n\nold\nmore\n"), "# who\n\nweb1\nmore\n");
        assert_eq!(edited("# who"), "# who\nweb1\n");
        assert_eq!(edited("# who\nweb1\n"), "# who\nweb1\n");
    }
}
