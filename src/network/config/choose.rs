//! Which backend is in charge: the one with the strongest evidence on the running system, whatever the distribution is called.

use crate::error::Error;
use crate::network::config::tree::Tree;
use crate::network::config::{Backend, Network};
use crate::text::{Show, Text};

/// What is written for the next boot.
#[derive(Clone, Copy)]
pub enum Choice {
    /// What the backend that is in charge reads, out of this table.
    Probe(&'static [Backend]),
    /// What this one reads.
    Always(&'static Backend),
    /// Nothing.
    Nothing,
}

/// Evidence for a backend: a file, and what it holds.
pub struct Clue {
    /// How much it weighs.
    pub weight: Weight,
    /// Its path; `%` is the name of an interface. The clue counts if it holds for any interface.
    pub path: Path,
    /// What the file holds; empty: that it is there is enough.
    pub holds: &'static str,
    /// Another file that must be there, too; empty: none.
    pub with: &'static str,
}

/// A clue's path.
#[derive(Clone, Copy)]
pub enum Path {
    /// As it stands.
    Whole(&'static str),
    /// With the name of an interface in the place of `%`.
    Named(&'static str),
    /// With the index of an interface in the place of `%`.
    Indexed(&'static str),
}

/// How much a clue weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It owns one of the interfaces now.
    Owns,
    /// It runs.
    Runs,
    /// It is started at boot.
    Enabled,
    /// Its files configure something.
    Configured,
    /// Its program is installed.
    Installed,
}

/// The weights, the heaviest first, and how the log calls each.
const WEIGHTS: [(Weight, &str); 5] = [
    (Weight::Owns, "owns an interface"),
    (Weight::Runs, "runs"),
    (Weight::Enabled, "is started at boot"),
    (Weight::Configured, "has files"),
    (Weight::Installed, "is installed"),
];

/// The backend with the heaviest clue; of those with equal ones the first in the table. Says why in the log.
///
/// # Errors
///
/// Those of looking at files.
#[inline(never)]
pub fn probe(table: &'static [Backend], network: &Network<'_>, tree: &mut Tree<'_>) -> Result<Option<&'static Backend>, Error> {
    let mut path = Text::new();
    for (weight, reason) in WEIGHTS {
        for backend in table {
            for clue in backend.clues {
                if clue.weight == weight && is_found(clue, network, tree, &mut path)? {
                    tree.info("backend", path.as_str(), "% %", &[&backend.name, &reason]);
                    return Ok(Some(backend));
                }
            }
        }
    }
    Ok(None)
}

/// Whether the clue is found, and then at which path.
#[inline(never)]
fn is_found(clue: &Clue, network: &Network<'_>, tree: &mut Tree<'_>, path: &mut Text<128>) -> Result<bool, Error> {
    if !clue.with.is_empty() && !tree.is_there(clue.with)? {
        return Ok(false);
    }
    path.clear();
    let template = match clue.path {
        Path::Whole(whole) => {
            path.put(whole);
            return holds(clue, path, tree);
        }
        Path::Named(template) | Path::Indexed(template) => template,
    };
    for interface in network.interfaces {
        let part: &dyn Show = if let Path::Indexed(_) = clue.path { &interface.index } else { &interface.name };
        path.clear();
        path.fill(template, &[part]);
        if holds(clue, path, tree)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[inline(never)]
fn holds(clue: &Clue, path: &Text<128>, tree: &mut Tree<'_>) -> Result<bool, Error> {
    if clue.holds.is_empty() {
        return tree.is_there(path.as_str());
    }
    let mut holds = false;
    tree.read(path.as_str(), &mut |bytes| {
        holds = bytes.windows(clue.holds.len()).any(|window| window == clue.holds.as_bytes());
    })?;
    Ok(holds)
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::*;
    use crate::memory::{MemoryFiles, MemoryHost, MemoryJournal};
    use crate::network::config::testing::interface;

    const fn clue(weight: Weight, path: Path, holds: &'static str, with: &'static str) -> Clue {
        Clue { weight, path, holds, with }
    }

    const fn backend(name: &'static str, clues: &'static [Clue]) -> Backend {
        Backend { name, clues, write: |_, _| Ok(()), enter: None, reload: &[] }
    }

    static TABLE: &[Backend] = &[
        backend("a", &[clue(Weight::Installed, Path::Whole("/a"), "", ""), clue(Weight::Owns, Path::Named("/run/a/%"), "", "")]),
        backend("b", &[clue(Weight::Owns, Path::Indexed("/run/b/%"), "managed=true", "/b")]),
        backend("c", &[clue(Weight::Installed, Path::Whole("/c"), "", ""), clue(Weight::Runs, Path::Whole("/run/c"), "", "")]),
    ];

    fn chosen(paths: &[(&str, &str)]) -> (Option<&'static str>, Vec<String>) {
        let mut files = MemoryFiles::default();
        for (path, content) in paths {
            files.files.insert(path.to_string(), content.as_bytes().to_vec());
        }
        let (mut journal, mut host) = (MemoryJournal::default(), MemoryHost::default());
        let interfaces = [interface("eth0", 2), interface("eth1", 3)];
        let network = Network { interfaces: &interfaces, macs: &[], is_partial: false, nodename: None };
        let backend = probe(TABLE, &network, &mut Tree::new(&mut files, &mut journal, &mut host)).unwrap();
        (backend.map(|backend| backend.name), host.lines)
    }

    #[test]
    fn the_heaviest_clue_wins_and_then_the_first() {
        assert_eq!(chosen(&[]), (None, Vec::new()));
        assert_eq!(chosen(&[("/a", ""), ("/c", "")]).0, Some("a"));
        assert_eq!(chosen(&[("/a", ""), ("/run/c", "")]).0, Some("c"));
        let (name, log) = chosen(&[("/run/a/eth1", ""), ("/run/c", ""), ("/run/b/3", "x\nmanaged=true\n"), ("/b", "")]);
        assert_eq!((name, log.join("\n").as_str()), (Some("a"), "Info event=backend file=/run/a/eth1 reason=\"a owns an interface\""));
        assert_eq!(chosen(&[("/run/c", ""), ("/run/b/3", "managed=true\n"), ("/b", "")]).0, Some("b"));
        assert_eq!(chosen(&[("/run/c", ""), ("/run/b/3", "managed=true\n")]).0, Some("c"), "the second file is missing");
        assert_eq!(chosen(&[("/run/c", ""), ("/run/b/3", "managed=false\n"), ("/b", "")]).0, Some("c"));
    }
}
