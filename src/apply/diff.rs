//! Two contents of a file as a unified diff of one hunk: what differs, with three lines around it. diff(1), patch(1).
//!
//! Equal lines between the first and the last different one are shown as changed: right for patch(1), and short for files like these.

use crate::error::Error;
use crate::network::config::out::Out;
use crate::network::lines::take_line;
use crate::ports::Sink;
use crate::text::Printable;

/// Lines shown around what differs.
const CONTEXT_COUNT: usize = 3;

/// Puts the diff of the file at `path` into `sink`; `None`: there is no such file before, or after.
///
/// # Errors
///
/// Those of the sink.
pub fn unified(path: &[u8], old: Option<&[u8]>, new: Option<&[u8]>, sink: &mut dyn Sink) -> Result<(), Error> {
    let mut out = Out::new(sink);
    put_name(&mut out, "---", path, old.is_some());
    put_name(&mut out, "+++", path, new.is_some());
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (old_count, new_count) = (count(old), count(new));
    let mut equal = 0;
    while equal < old_count && equal < new_count && line(old, equal) == line(new, equal) {
        equal += 1;
    }
    let (mut old_end, mut new_end, mut after) = (old_count, new_count, 0);
    while old_end > equal && new_end > equal && line(old, old_end - 1) == line(new, new_end - 1) {
        (old_end, new_end) = (old_end - 1, new_end - 1);
        after = CONTEXT_COUNT.min(after + 1);
    }
    let start = equal.saturating_sub(CONTEXT_COUNT);
    put_range(&mut out, "@@ -", start, old_end + after);
    put_range(&mut out, " +", start, new_end + after);
    out.put(b" @@\n");
    put_lines(&mut out, b" ", old, start, equal);
    put_lines(&mut out, b"-", old, equal, old_end);
    put_lines(&mut out, b"+", new, equal, new_end);
    put_lines(&mut out, b" ", old, old_end, old_end + after);
    out.finish()
}

#[inline(never)]
fn put_name(out: &mut Out<'_>, sign: &str, path: &[u8], is_there: bool) {
    out.add("% %\n", &[&sign, &Printable(if is_there { path } else { b"/dev/null" })]);
}

/// Puts the place of the lines from `start` to `end`. An empty range is named by the line in front of it.
#[inline(never)]
fn put_range(out: &mut Out<'_>, sign: &str, start: usize, end: usize) {
    out.add("%%,%", &[&sign, &(start + usize::from(end > start)), &(end - start)]);
}

/// The line at a place, with its end; empty behind the last one.
#[inline(never)]
fn line(mut text: &[u8], at: usize) -> &[u8] {
    for _ in 0..at {
        take_line(&mut text);
    }
    take_line(&mut text).unwrap_or_default()
}

#[inline(never)]
fn count(mut text: &[u8]) -> usize {
    let mut lines = 0;
    while take_line(&mut text).is_some() {
        lines += 1;
    }
    lines
}

#[inline(never)]
fn put_lines(out: &mut Out<'_>, sign: &[u8], text: &[u8], start: usize, end: usize) {
    for at in start..end {
        let line = line(text, at);
        out.put(sign);
        out.put(line);
        if line.last() != Some(&b'\n') {
            out.put(b"\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Collect;
    use proptest::prelude::*;
    use std::process::{Command, Stdio};
    use std::string::String;
    use std::{format, fs, io::Write};

    fn diff(old: Option<&str>, new: Option<&str>) -> String {
        let mut out = Collect::default();
        unified(b"/etc/file", old.map(str::as_bytes), new.map(str::as_bytes), &mut out).unwrap();
        String::from_utf8(out.0).unwrap()
    }

    #[test]
    fn as_diff_writes_it() {
        assert_eq!(diff(None, Some("a\nb\n")), "--- /dev/null\n+++ /etc/file\n@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(diff(Some("a\n"), None), "--- /etc/file\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
        assert_eq!(
            diff(Some("1\n2\n3\n4\n5\n6\n7\n8\n9"), Some("1\n2\n3\n4\nx\n6\n7\n8\n9")),
            "--- /etc/file\n+++ /etc/file\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"
        );
        assert_eq!(diff(Some("a"), Some("a\n")), "--- /etc/file\n+++ /etc/file\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// patch(1) turns the old content into the new one.
        #[test]
        fn patch_takes_it(old in "([ab]\n){0,9}[ab]?", new in "([ab]\n){0,9}[ab]?") {
            prop_assume!(old != new && !old.is_empty() && !new.is_empty());
            let file = std::env::temp_dir().join(format!("nova-agent-diff-{}-{:?}", std::process::id(), std::thread::current().id()));
            fs::write(&file, &old).unwrap();
            let mut patch = Command::new("patch").args(["-s", "--no-backup-if-mismatch"]).arg(&file).stdin(Stdio::piped()).spawn().unwrap();
            patch.stdin.take().unwrap().write_all(diff(Some(&old), Some(&new)).as_bytes()).unwrap();
            prop_assert!(patch.wait().unwrap().success());
            prop_assert_eq!(fs::read_to_string(&file).unwrap(), new);
            fs::remove_file(&file).unwrap();
        }
    }
}
