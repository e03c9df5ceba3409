//! Two contents of a file as a unified diff of one hunk: what differs, with three lines around it. diff(1), patch(1).
//!
//! Equal lines between the first and the last different one are shown as changed: right for patch(1), and short for files like these.

use crate::error::Error;
use crate::network::lines::take_line;
use crate::ports::Sink;
use crate::text::{Printable, Show, Text};

/// Lines shown around what differs.
const CONTEXT_COUNT: usize = 3;

/// Puts the diff of the file at `path` into `sink`; `None`: there is no such file before, or after.
///
/// # Errors
///
/// Those of the sink.
#[inline(never)]
pub fn unified(path: &[u8], old: Option<&[u8]>, new: Option<&[u8]>, sink: &mut dyn Sink) -> Result<(), Error> {
    let name = |content: Option<&[u8]>, side| match content {
        Some(_) => Text::<256>::of("% %\n", &[&side, &Printable(path)]),
        None => Text::<256>::of("% /dev/null\n", &[&side]),
    };
    let (was, is) = (old.unwrap_or_default(), new.unwrap_or_default());
    let head = equal_lines(was, is);
    let (was_rest, is_rest) = (skip(was, head), skip(is, head));
    let tail = equal_tail(was_rest, is_rest);
    let (removed, added) = (count(was_rest) - tail, count(is_rest) - tail);
    let before = head.min(CONTEXT_COUNT);
    let after = tail.min(CONTEXT_COUNT);
    sink.put(name(old, "---").as_bytes())?;
    sink.put(name(new, "+++").as_bytes())?;
    let range = |changed: usize| {
        let lines = before + changed + after;
        // An empty range is named by the line in front of it.
        Text::<48>::of("%,%", &[&(head - before + usize::from(lines > 0)), &lines])
    };
    let (from, to): (Text<48>, Text<48>) = (range(removed), range(added));
    let parts: [&dyn Show; 2] = [&from, &to];
    sink.put(Text::<128>::of("@@ -% +% @@\n", &parts).as_bytes())?;
    put_lines(skip(was, head - before), before, b" ", sink)?;
    put_lines(was_rest, removed, b"-", sink)?;
    put_lines(is_rest, added, b"+", sink)?;
    put_lines(skip(was_rest, removed), after, b" ", sink)
}

/// How many lines at the beginning are equal.
fn equal_lines(mut one: &[u8], mut other: &[u8]) -> usize {
    let mut equal = 0;
    while let (Some(line), Some(same)) = (take_line(&mut one), take_line(&mut other)) {
        if line != same {
            break;
        }
        equal += 1;
    }
    equal
}

/// How many lines at the end are equal.
fn equal_tail(one: &[u8], other: &[u8]) -> usize {
    let mut equal = 0;
    while let most @ 1.. = count(one).min(count(other)) - equal {
        let (mut line, mut same) = (skip(one, count(one) - equal - 1), skip(other, count(other) - equal - 1));
        if most == 0 || take_line(&mut line) != take_line(&mut same) {
            break;
        }
        equal += 1;
    }
    equal
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
fn skip(mut text: &[u8], lines: usize) -> &[u8] {
    for _ in 0..lines {
        take_line(&mut text);
    }
    text
}

#[inline(never)]
fn put_lines(mut text: &[u8], lines: usize, sign: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
    for _ in 0..lines {
        let Some(line) = take_line(&mut text) else { break };
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
