//! The files of accounts: old bytes in, new bytes out. Locks, owners and renames are the business of the `Files` port.

pub mod passwd;
pub mod shadow;

use crate::error::Error;
use crate::ports::Sink;

/// A file taken apart around the second field (the hash) of root's entry.
pub struct Entry<'a> {
    /// Everything up to and including the first colon of the entry.
    pub before: &'a [u8],
    /// The second field.
    pub hash: &'a [u8],
    /// Everything behind it: the colon before the third field, or the end of the line or file.
    pub after: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Finds root's entry: the first of that name, as glibc's getspnam(3) does (blanks before a name are skipped, comments and
    /// NIS `+` lines have other names). `None` if there is none.
    pub fn find(file: &'a [u8]) -> Option<Self> {
        let mut rest = file.trim_ascii_start();
        loop {
            if let Some(found) = rest.strip_prefix(b"root:") {
                let (before, _) = file.split_at_checked(file.len() - found.len())?;
                let (hash, after) = field(found);
                return Some(Self { before, hash, after });
            }
            let newline = rest.iter().position(|&byte| byte == b'\n')?;
            rest = rest.get(newline..)?.trim_ascii_start();
        }
    }
}

/// Writes the parts one after the other.
#[inline(never)]
fn put(out: &mut dyn Sink, parts: &[&[u8]]) -> Result<(), Error> {
    parts.iter().try_for_each(|part| out.put(part))
}

/// Splits where a field ends: before a colon, a newline or the end.
fn field(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| matches!(byte, b':' | b'\n')).unwrap_or(bytes.len());
    bytes.split_at_checked(end).unwrap_or((bytes, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Collect;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn shadow(old: &[u8], day: u64) -> Option<Vec<u8>> {
        let mut out = Collect::default();
        shadow::set(&Entry::find(old)?, b"$6$HASH", day, &mut out).unwrap();
        Some(out.0)
    }

    fn passwd(old: &[u8]) -> Option<Vec<u8>> {
        let mut out = Collect::default();
        passwd::set(&Entry::find(old)?, b"$6$HASH", &mut out).unwrap();
        Some(out.0)
    }

    #[test]
    fn shadow_entries_of_all_kinds() {
        let cases: [(&[u8], &[u8]); 14] = [
            (b"root:*:18000:0:99999:7:::\n", b"root:$6$HASH:19700:0:99999:7:::\n"),
            (b"root:!:18000:0:99999:7:::\nbin:*:1::::::\n", b"root:$6$HASH:19700:0:99999:7:::\nbin:*:1::::::\n"),
            (b"daemon:*:1::::::\nroot:$1$a$b:0:0:99999:7:::", b"daemon:*:1::::::\nroot:$6$HASH:19700:0:99999:7:::"),
            (b"root:::0:99999:7:::\r\nx:*:::::::\r\n", b"root:$6$HASH:19700:0:99999:7:::\r\nx:*:::::::\r\n"),
            (b"# root:x\n\n+\n+root:a:1\nroot2:a:1\nroot:a:1\n", b"# root:x\n\n+\n+root:a:1\nroot2:a:1\nroot:$6$HASH:19700\n"),
            (b"root:a:1:\nroot:b:2:\n", b"root:$6$HASH:19700:\nroot:b:2:\n"),
            (b"root:", b"root:$6$HASH"),
            (b"root:\n", b"root:$6$HASH\n"),
            (b"root:*\n", b"root:$6$HASH\n"),
            (b"root:*:\n", b"root:$6$HASH:19700\n"),
            (b"root\nroot:x:1:2:3:4:5:6:7:8:9:10\n", b"root\nroot:$6$HASH:19700:2:3:4:5:6:7:8:9:10\n"),
            (b" \troot:x:1:2\n", b" \troot:$6$HASH:19700:2\n"),
            (b"\xff\0:x:1\nroot:\xff:1:\xfe\n", b"\xff\0:x:1\nroot:$6$HASH:19700:\xfe\n"),
            (b"a:root:1\nroot:*:1:b\n\n\n", b"a:root:1\nroot:$6$HASH:19700:b\n\n\n"),
        ];
        for (old, new) in cases {
            assert_eq!(shadow(old, 19_700).unwrap(), new, "{}", std::string::String::from_utf8_lossy(old));
        }
    }

    #[test]
    fn a_clock_never_set_makes_no_expired_password() {
        assert_eq!(shadow(b"root:*:18000:0:99999:7:::\n", 0).unwrap(), b"root:$6$HASH::0:99999:7:::\n");
    }

    #[test]
    fn passwd_gets_the_hash_even_where_it_says_x() {
        let new = b"bin:x:1:1::/:\nroot:$6$HASH:0:0:root:/root:/bin/sh\n";
        for old in ["x", "", "*", "$1$a$b"] {
            let old = std::format!("bin:x:1:1::/:\nroot:{old}:0:0:root:/root:/bin/sh\n");
            assert_eq!(passwd(old.as_bytes()).unwrap(), new);
        }
    }

    #[test]
    fn files_without_root_have_no_entry() {
        for old in ["", "\n", "root", "root\n", "Root:x:1\n", "toor:x:0:0\n", "#root:x\n", "+root:x:\n", "x:root:\n", ":\n"] {
            assert!(Entry::find(old.as_bytes()).is_none(), "{old}");
        }
    }

    proptest! {
        #[test]
        fn every_other_byte_stays(
            before in "([a-qs-z#+ ][a-z:\r]{0,9})?(\n[a-qs-z#+ ][a-z:\r]{0,9}){0,4}",
            hash in "[^:\n]{0,20}", day in "[^:\n]{0,6}",
            after in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            let head = if before.is_empty() { before } else { before + "\n" };
            let tail = [b":", &after[..]].concat();
            let old = [head.as_bytes(), b"root:", hash.as_bytes(), b":", day.as_bytes(), &tail].concat();
            let new = [head.as_bytes(), b"root:$6$HASH:19700", &tail].concat();
            prop_assert_eq!(shadow(&old, 19_700), Some(new));
            let new = [head.as_bytes(), b"root:$6$HASH:", day.as_bytes(), &tail].concat();
            prop_assert_eq!(passwd(&old), Some(new));
        }

        #[test]
        fn any_file_is_taken_apart_without_loss(file in "(root|[a-z:#\n\r +]){0,60}") {
            if let Some(entry) = Entry::find(file.as_bytes()) {
                prop_assert_eq!([entry.before, entry.hash, entry.after].concat(), file.as_bytes());
                prop_assert!(entry.before.ends_with(b"root:"));
                prop_assert!(!entry.hash.contains(&b':') && !entry.hash.contains(&b'\n'));
            }
        }
    }
}
