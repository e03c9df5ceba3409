//! Transactions, in the manner of either daemon.
//!
//! The C xenstored copies each node when the transaction first touches it and refuses the commit if any of them changed since.
//! oxenstored works on a snapshot and, at the commit, does everything again on the current tree: it refuses if any answer differs.

use std::collections::{BTreeMap, BTreeSet};

use crate::nodes::{Change, Nodes, What, readable};
use crate::tree::{Node, Path, Tree};
use crate::wire::Message;
use crate::{Like, Word};

/// What a request is answered with.
pub type Reply = Result<Vec<u8>, Word>;

/// One open transaction.
pub struct Transaction {
    /// What it changed so far, for the watches.
    pub changes: Vec<Change>,
    /// What it was asked and what it answered.
    pub log: Vec<(Message, Reply)>,
    work: Work,
}

enum Work {
    /// Touched nodes: the generation they had (`None`: absent) and what they are now.
    Copies(BTreeMap<Path, (Option<u64>, Option<Node>)>),
    Snapshot(Tree),
}

impl Transaction {
    /// Starts one on `tree`.
    pub fn new(like: Like, tree: &Tree) -> Self {
        let work = match like {
            Like::Xenstored => Work::Copies(BTreeMap::new()),
            Like::Oxenstored => Work::Snapshot(tree.clone()),
        };
        Self { changes: Vec::new(), log: Vec::new(), work }
    }

    /// The nodes as this transaction sees them.
    pub fn nodes<'a>(&'a mut self, tree: &'a Tree) -> Box<dyn Nodes + 'a> {
        match &mut self.work {
            Work::Copies(copies) => Box::new(Overlay { tree, copies }),
            Work::Snapshot(snapshot) => Box::new(snapshot),
        }
    }

    /// Brings its work into `tree`, where `replay` does a logged request again. EAGAIN if others interfered; then nothing changed.
    pub fn commit(mut self, tree: &mut Tree, mut replay: impl FnMut(&mut Tree, &Message) -> Reply) -> Result<Vec<Change>, Word> {
        match self.work {
            Work::Copies(copies) => {
                if copies.iter().any(|(path, (before, _))| tree.get(path).map(|n| n.generation) != *before) {
                    return Err("EAGAIN");
                }
                // Each node is told of once, and only if it is or was there.
                let mut told = BTreeSet::new();
                let exists = |path: &Path| copies.get(path).is_none_or(|(before, after)| before.is_some() || after.is_some());
                self.changes.iter_mut().for_each(|change| change.below.retain(exists));
                self.changes.retain(|change| exists(&change.path) && told.insert(change.path.clone()));
                for (path, (_, node)) in copies {
                    match node {
                        Some(node) => tree.insert(path, node),
                        None => tree.remove(&path),
                    };
                }
            }
            Work::Snapshot(_) if self.changes.is_empty() => {}
            Work::Snapshot(_) => {
                let mut new = tree.clone();
                if self.log.iter().any(|(request, reply)| replay(&mut new, request) != *reply) {
                    return Err("EAGAIN");
                }
                let mut old = std::mem::replace(tree, new);
                for change in &mut self.changes {
                    let after = readable(tree, &change.path);
                    let before = readable(&mut old, &change.path);
                    change.readable = match change.what {
                        What::Set => after,
                        What::Permissions => [before, after].concat(),
                        What::Removed => before,
                    };
                }
            }
        }
        Ok(self.changes)
    }
}

/// A tree seen through the copies of a transaction.
struct Overlay<'a> {
    tree: &'a Tree,
    copies: &'a mut BTreeMap<Path, (Option<u64>, Option<Node>)>,
}

impl Overlay<'_> {
    fn touch(&mut self, path: &[u8]) -> &mut Option<Node> {
        let fresh = || self.tree.get(path).map_or((None, None), |node| (Some(node.generation), Some(node.clone())));
        &mut self.copies.entry(path.to_vec()).or_insert_with(fresh).1
    }
}

impl Nodes for Overlay<'_> {
    fn get(&mut self, path: &[u8]) -> Option<Node> {
        self.touch(path).clone()
    }

    fn put(&mut self, path: &[u8], node: Option<Node>) {
        *self.touch(path) = node;
    }

    fn owned_by(&self, domain: u32) -> usize {
        let now = |path: &Path| self.copies.get(path).is_none_or(|(_, node)| node.as_ref().is_some_and(|n| n.owner() == domain));
        let old = self.tree.iter().filter(|(path, node)| node.owner() == domain && now(path)).count();
        let new =
            self.copies.iter().filter(|(path, (_, n))| !self.tree.contains_key(*path) && n.as_ref().is_some_and(|n| n.owner() == domain));
        old + new.count()
    }
}
