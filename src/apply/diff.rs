//! Two contents of a file as a unified diff of one hunk: what differs, with three lines around it. diff(1), patch(1).
//!
//! Equal lines between the first and the last different one are shown as changed: right for patch(1), and short for files like these.

use crate::error::Error;
use crate::network::lines::take_line;
use crate::ports::Sink;
use crate::text::{Line, Printable, Text};

/// Lines shown around what differs.
const CONTEXT_COUNT: usize = 3;

/// Puts the diff of the file at `path` into `sink`; `None`: there is no such file before, or after.
///
/// # Errors
///
/// Those of the sink.
#[inline(never)]
pub fn unified(path: &[u8], old: Option<&[u8]>, new: Option<&[u8]>, sink: &mut dyn Sink) -> Result<(), Error> {
    let mut head = Text::<512>::new();
    put_name(&mut head, "---", path, old.is_some());
    put_name(&mut head, "+++", path, new.is_some());
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (old_count, new_count) = (count(old), count(new));
    let most = old_count.min(new_count);
    let mut equal = 0;
    while equal < most && line(old, equal) == line(new, equal) {
        equal += 1;
    }
    let mut tail = 0;
    while tail < most - equal && line(old, old_count - tail - 1) == line(new, new_count - tail - 1) {
        tail += 1;
    }
    let start = equal - equal.min(CONTEXT_COUNT);
    let (old_end, new_end, after) = (old_count - tail, new_count - tail, tail.min(CONTEXT_COUNT));
    put_range(&mut head, "@@ -", start, old_end + after);
    put_range(&mut head, " +", start, new_end + after);
    head.put(" @@\n");
    sink.put(head.as_bytes())?;
    put_lines(old, start, equal, b" ", sink)?;
    put_lines(old, equal, old_end, b"-", sink)?;
    put_lines(new, equal, new_end, b"+", sink)?;
    put_lines(old, old_end, old_end + after, b" ", sink)
}

#[inline(never)]
fn put_name(head: &mut Line, sign: &str, path: &[u8], is_there: bool) {
    head.fill("% %\n", &[&sign, &Printable(if is_there { path } else { b"/dev/null" })]);
}

/// Puts the place of the lines from `start` to `end`. An empty range is named by the line in front of it.
#[inline(never)]
fn put_range(head: &mut Line, sign: &str, start: usize, end: usize) {
    head.fill("%%,%", &[&sign, &(start + usize::from(end > start)), &(end - start)]);
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
fn put_lines(text: &[u8], from: usize, to: usize, sign: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
    for at in from..to {
        let line = line(text, at);
        sink.put(sign)?;
        sink.put(line)?;
        if line.last() != Some(&b'\n') {
            sink.put(b"\n\\ No newline at end of file\n")?;
        }
    }
    Ok(())
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
