//! The golden trees in memory: for the renderers of systems that the binary under test is not made for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, fs};

use super::testing::System;
use super::{Interface, Network, Write};
use crate::memory::MemoryJournal;
use crate::network::config::tree::Tree;
use crate::network::model::Mac;
use crate::network::parse::parse;

/// Everything in a directory, by path: files with their content, symbolic links with their target behind `-> `.
fn tree(directory: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().map(Result::unwrap) {
        let path = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            tree(&entry.path(), &path, found);
        } else if kind.is_symlink() {
            found.insert(path, format!("-> {}", fs::read_link(entry.path()).unwrap().display()));
        } else {
            found.insert(path, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// What is in a directory, sorted.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The interfaces of a case, and the MAC addresses of all nodes. The first link with the address that is no bridge, VLAN or tap has it.
fn network(case: &Path) -> (Vec<Interface>, Vec<Mac>) {
    let links: Vec<(String, Option<Mac>)> = entries(&case.join("in/sys/class/net"))
        .iter()
        .filter(|link| !link.join("uevent").exists() && !link.join("tun_flags").exists())
        .map(|link| (name(link).to_string(), Mac::parse(fs::read_to_string(link.join("address")).unwrap().trim())))
        .collect();
    let (mut interfaces, mut macs) = (Vec::new(), Vec::new());
    for (index, node) in entries(&case.join("in/networking")).iter().enumerate() {
        let wanted = parse(&fs::read_to_string(node).unwrap(), name(node)).unwrap_or_else(|error| panic!("{error}")).wanted;
        macs.push(wanted.mac);
        let found = if links.is_empty() {
            Some(format!("eth{index}"))
        } else {
            links.iter().find(|(_, mac)| *mac == Some(wanted.mac)).map(|(link, _)| link.clone())
        };
        if let Some(found) = found {
            interfaces.push(Interface { name: found.parse().unwrap(), index: index as u32 + 2, wanted });
        }
    }
    (interfaces, macs)
}

fn write(system: &mut System, render: Write, case: &Path) -> u32 {
    let (interfaces, macs) = network(case);
    let mut journal = MemoryJournal::default();
    let mut tree = Tree::new(&mut system.files, &mut journal, &mut system.host);
    render(&Network { interfaces: &interfaces, macs: &macs, is_partial: false }, &mut tree).unwrap_or_else(|error| panic!("{error}"));
    let changes = tree.changes;
    crate::ports::Files::commit(&mut system.files).unwrap_or_else(|error| panic!("{error}"));
    changes
}

/// Runs a renderer on every case of a backend, and once more, which is to change nothing.
pub fn judge(backend: &str, render: Write) {
    let cases = entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(backend));
    assert!(!cases.is_empty());
    for case in cases {
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        tree(&case.join("etc-before"), "/etc", &mut before);
        tree(&case.join("etc-after"), "/etc", &mut after);
        let mut system = System::default();
        for (path, content) in before {
            match content.strip_prefix("-> ") {
                Some(target) => drop(system.files.symlinks.insert(path, target.to_string())),
                None => drop(system.files.files.insert(path, content.into_bytes())),
            }
        }
        write(&mut system, render, &case);
        let log = system.host.lines.join("\n");
        for line in fs::read_to_string(case.join("log")).unwrap_or_default().lines() {
            assert!(log.contains(line), "{}: the log lacks {line:?}:\n{log}", case.display());
        }
        let files = system.paths().into_iter().map(|path| (path.clone(), system.read(&path)));
        let links = system.files.symlinks.iter().map(|(path, target)| (path.clone(), format!("-> {target}")));
        let found: BTreeMap<String, String> = files.chain(links).collect();
        for path in after.keys().chain(found.keys()) {
            let [wanted, found] = [&after, &found].map(|tree| tree.get(path).map_or("(nothing)", String::as_str));
            assert!(wanted == found, "{}: {path}\n--- wanted\n{wanted}\n--- found\n{found}", case.display());
        }
        assert_eq!(write(&mut system, render, &case), 0, "{}: a second time changes something", case.display());
    }
}
