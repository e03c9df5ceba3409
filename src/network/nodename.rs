//! The host name (nodename): what is accepted as one, and `/etc/hostname`. sethostname(2), hostname(5).

use crate::error::Error;
use crate::limits::NODENAME_LEN;
use crate::network::lines::take_line;
use crate::ports::Sink;
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

/// What `/etc/hostname` holds now: the first line that is neither empty nor a comment.
pub fn named(file: &[u8]) -> &[u8] {
    let mut rest = file;
    while let Some(line) = take_line(&mut rest) {
        let text = line.trim_ascii();
        if !matches!(text, [] | [b'#', ..]) {
            return text;
        }
    }
    b""
}

/// Puts the new content of `/etc/hostname` into `sink`: the first line that is neither empty nor a comment becomes the name, everything
/// else stays. `false` if it is the name already.
///
/// # Errors
///
/// Those of the sink.
pub fn edit(old: &[u8], name: &Nodename, sink: &mut dyn Sink) -> Result<bool, Error> {
    let (mut named, mut ends) = (false, true);
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        let text = line.trim_ascii();
        if named || matches!(text, [] | [b'#', ..]) {
            sink.put(line)?;
        } else if text == name.as_bytes() {
            return Ok(false);
        } else {
            put(name, sink)?;
            named = true;
        }
        ends = line.last() == Some(&b'\n');
    }
    if !named {
        if !ends {
            sink.put(b"\n")?;
        }
        put(name, sink)?;
    }
    Ok(true)
}

#[inline(never)]
fn put(name: &Nodename, sink: &mut dyn Sink) -> Result<(), Error> {
    sink.put(name.as_bytes())?;
    sink.put(b"\n")
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
            let changed = edit(old.as_bytes(), &Nodename::parse(b"web1").unwrap(), &mut new).unwrap();
            changed.then(|| String::from_utf8(new.0).unwrap())
        };
        assert_eq!(edited("").as_deref(), Some("web1\n"));
        assert_eq!(edited("old").as_deref(), Some("web1\n"));
        assert_eq!(edited("# who\n\nold\nmore\n").as_deref(), Some("# who\n\nweb1\nmore\n"));
        assert_eq!(edited("# who").as_deref(), Some("# who\nweb1\n"));
        assert_eq!(edited("# who\nweb1\n"), None);
    }
}
