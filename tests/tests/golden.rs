//! Golden trees: what `nova-agent apply` makes of a system's /etc, for every backend and case in `tests/golden`.
//!
//! A case has `in` (vm-data as a host writes it, and the links under `sys`), `etc-before` (may be missing) and `etc-after`, written by hand
//! from the distribution's manual; `status` and `log` if they are not 0 and nothing of interest. Host name, hosts and resolv.conf are the
//! same for every backend, so they are looked at in the cases that have them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use nova_agent::apply::{self, Job, Source};
use nova_agent::log::Level;
use nova_agent::network::config::choose::Choice;
use nova_agent::network::config::{Backend, backends};
use nova_agent::reply::{Answer, Code};
use nova_agent::settings::Settings;
use nova_agent::sys::posix::fd::Fd;
use nova_agent::sys::posix::host::System;
use nova_agent::sys::posix::log::Log;
use nova_agent_tests::directory::Directory;
use nova_agent_tests::guest::agent_binary;

/// Files that are not the backend's.
const COMMON: [&str; 3] = ["hostname", "hosts", "resolv.conf"];

/// What is at a path: a file's content, or a symbolic link's target behind `-> `.
type Tree = BTreeMap<String, String>;

fn read_tree(root: &Path) -> Tree {
    fn walk(directory: &Path, prefix: &str, tree: &mut Tree) {
        for entry in fs::read_dir(directory).into_iter().flatten().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                walk(&entry.path(), &format!("{name}/"), tree);
            } else if kind.is_symlink() {
                tree.insert(name, format!("-> {}", fs::read_link(entry.path()).unwrap().display()));
            } else {
                tree.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut tree = Tree::new();
    walk(root, "", &mut tree);
    tree
}

/// The backups of a file in a tree.
fn backups<'t>(tree: &'t Tree, path: &str) -> Vec<&'t str> {
    let is_one = |name: &&String| {
        let time = name.strip_prefix(path).and_then(|rest| rest.strip_prefix('.')).and_then(|rest| rest.strip_suffix(".bak~"));
        time.is_some_and(|time| time.bytes().all(|byte| byte.is_ascii_digit()))
    };
    tree.keys().filter(is_one).map(|name| tree[name].as_str()).collect()
}

fn is_backup(path: &str) -> bool {
    path.ends_with(".bak~")
}

/// Everything that a write would change.
fn fingerprint(root: &Path) -> Vec<(PathBuf, u64, i64, i64)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(path) = open.pop() {
        let stat = fs::symlink_metadata(&path).unwrap();
        if stat.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        found.push((path, stat.ino(), stat.ctime(), stat.ctime_nsec()));
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    if from.exists() {
        assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
    }
}

/// Exit status and log of `apply`. Backends of other systems than the binary's are run in this process.
fn apply(backend: &str, case: &Path, root: &Path) -> (Option<i32>, String) {
    if let Some(backend) = backends::named(backends::FREEBSD, backend.as_bytes()) {
        return apply_here(backend, case, root);
    }
    let mut command = Command::new(agent_binary());
    command.args(["apply", "-l", "debug", "--backend", backend, "--from"]).arg(case.join("in")).arg("--root").arg(root);
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn apply_here(backend: &'static Backend, case: &Path, root: &Path) -> (Option<i32>, String) {
    let kept = |path: &Path| -> &'static CStr { Box::leak(CString::new(path.to_str().unwrap()).unwrap().into_boxed_c_str()) };
    let log = root.with_extension("log");
    let mut host = System { log: Log::to_file(Level::Debug, kept(&log)).unwrap() };
    let root = Fd::open(kept(root), 0, 0).unwrap();
    let settings = Settings { backend: Choice::Always(backend), live: false, programs: false };
    let job = Job { source: Source::File(kept(&case.join("in"))), root: &root, elsewhere: true, dry_run: false, settings };
    let mut answer = Answer::empty();
    let result = apply::run(job, &mut host, &mut Box::default(), &mut answer);
    (Some(i32::from(result.is_err() || answer.code != Code::Done)), fs::read_to_string(log).unwrap() + answer.message.as_str())
}

/// What is wrong with one case.
fn judge(backend: &str, case: &Path) -> Result<(), String> {
    let directory = Directory::new();
    let root = directory.path().join("root");
    fs::create_dir(&root).unwrap();
    copy(&case.join("etc-before"), &root.join("etc"));
    copy(&case.join("in/sys"), &root.join("sys"));
    fs::create_dir_all(root.join("etc")).unwrap();
    let before = read_tree(&root.join("etc"));
    let wanted = read_tree(&case.join("etc-after"));

    let (found_status, log) = apply(backend, case, &root);
    let status = fs::read_to_string(case.join("status")).map_or(0, |text| text.trim().parse().unwrap());
    if found_status != Some(status) {
        return Err(format!("exit status {found_status:?} in place of {status}:\n{log}"));
    }
    for line in fs::read_to_string(case.join("log")).unwrap_or_default().lines() {
        if !log.contains(line) {
            return Err(format!("the log lacks {line:?}:\n{log}"));
        }
    }
    let after = read_tree(&root.join("etc"));
    let is_ours = |path: &str| !is_backup(path) && (!COMMON.contains(&path) || before.contains_key(path) || wanted.contains_key(path));
    for path in after.keys().chain(wanted.keys()).filter(|path| is_ours(path)) {
        if after.get(path) != wanted.get(path) {
            let show = |content: Option<&String>| content.map_or("(nothing)".into(), |text| format!("{text:?}").replace("\\n", "\n"));
            return Err(format!("etc/{path}:\n--- wanted\n{}\n--- found\n{}\n{log}", show(wanted.get(path)), show(after.get(path))));
        }
        if !before.contains_key(path) && after.get(path).is_some_and(|content| !content.starts_with("-> ")) {
            let is_secret = path.starts_with("netplan/") || path.ends_with(".nmconnection");
            let mode = fs::metadata(root.join("etc").join(path)).unwrap().permissions().mode() & 0o7777;
            if mode != if is_secret { 0o600 } else { 0o644 } {
                return Err(format!("etc/{path} has mode {mode:o}"));
            }
        }
    }
    for (path, content) in before.iter().filter(|(_, content)| !content.starts_with("-> ")) {
        let is_changed = after.get(path) != Some(content);
        let kept = backups(&after, path);
        if is_changed && kept != [content] || !is_changed && !kept.is_empty() {
            return Err(format!("etc/{path}: {} backups", kept.len()));
        }
    }

    let settled = fingerprint(&root);
    let again = apply(backend, case, &root);
    if again.1.lines().any(|line| line.contains("event=foreign") && line.contains("nova-agent")) {
        return Err(format!("takes a file of its own for a foreign one:\n{}", again.1));
    }
    if again.0 != Some(status) || fingerprint(&root) != settled {
        return Err(format!("a second time changes something:\n{}", again.1));
    }
    Ok(())
}

/// The directories in a directory, by name.
fn directories(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn every_case_of_every_backend() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let (mut count, mut failures) = (0, Vec::new());
    for backend in directories(&golden).iter().filter(|path| name(path) != "vm-data") {
        for case in directories(backend) {
            count += 1;
            if let Err(error) = judge(name(backend), &case) {
                failures.push(format!("{}/{}: {error}", name(backend), name(&case)));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases\n{}", failures.len(), failures.join("\n"));
}
