//! The operations on nodes: read, list, write, make, remove, permissions. What is checked, and in which order, is what the two daemons do.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::tree::{Access, Node, Path, Permission, Tree, join, name, parent};
use crate::{Like, Word};

/// Where the operations find nodes: the tree, or a transaction's view of it.
pub trait Nodes {
    /// A copy of a node.
    fn get(&mut self, path: &[u8]) -> Option<Node>;
    /// Replaces, adds or (`None`) removes a node.
    fn put(&mut self, path: &[u8], node: Option<Node>);
    /// How many nodes a domain owns.
    fn owned_by(&self, domain: u32) -> usize;
}

impl Nodes for Tree {
    fn get(&mut self, path: &[u8]) -> Option<Node> {
        Tree::get(self, path).cloned()
    }

    fn put(&mut self, path: &[u8], node: Option<Node>) {
        match node {
            Some(node) => self.insert(path.to_vec(), node),
            None => self.remove(path),
        };
    }

    fn owned_by(&self, domain: u32) -> usize {
        self.values().filter(|node| node.owner() == domain).count()
    }
}

impl Nodes for &mut Tree {
    fn get(&mut self, path: &[u8]) -> Option<Node> {
        Tree::get(self, path).cloned()
    }

    fn put(&mut self, path: &[u8], node: Option<Node>) {
        Nodes::put(*self, path, node);
    }

    fn owned_by(&self, domain: u32) -> usize {
        Nodes::owned_by(*self, domain)
    }
}

/// What watches are told.
#[derive(Clone, Debug)]
pub struct Change {
    /// The node.
    pub path: Path,
    /// What was done to it.
    pub what: What,
    /// What was removed with it, deepest first.
    pub below: Vec<Path>,
    /// Permissions of the node and its parent, before and after: one that may read any of them is told.
    pub readable: Vec<Vec<Permission>>,
}

/// What was done to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Made, or its value set.
    Set,
    /// Its permissions set.
    Permissions,
    /// Removed, with everything below.
    Removed,
}

/// Permissions of a node and its parent: who may read any of them may know of a change.
pub fn readable(nodes: &mut dyn Nodes, path: &[u8]) -> Vec<Vec<Permission>> {
    [path, parent(path)].into_iter().filter_map(|p| nodes.get(p)).map(|n| n.permissions).collect()
}

/// Who asks, and in the manner of which daemon.
#[derive(Clone, Copy)]
pub struct Asker {
    /// The domain; 0 may do everything.
    pub domain: u32,
    /// The daemon.
    pub like: Like,
}

impl Asker {
    /// The node, if the asker has `access`. Whether a missing node is ENOENT or EACCES is told by what is above it.
    pub fn node(self, nodes: &mut dyn Nodes, path: &[u8], access: Access) -> Result<Node, Word> {
        match nodes.get(path) {
            Some(node) if node.allows(self.domain, access) => Ok(node),
            Some(_) => Err("EACCES"),
            None if self.like == Like::Oxenstored => Err("ENOENT"),
            None => {
                let above = nearest(nodes, path).1;
                Err(if above.allows(self.domain, access) { "ENOENT" } else { "EACCES" })
            }
        }
    }

    /// Sets a value, making the node and what is missing above it.
    pub fn write(self, nodes: &mut dyn Nodes, path: &[u8], value: &[u8]) -> Result<Change, Word> {
        let mut node = match self.node(nodes, path, Access::Write) {
            Err("ENOENT") => self.make(nodes, path, value)?,
            other => other?,
        };
        node.value = value.to_vec();
        self.store(nodes, path, node, true)?;
        Ok(change(nodes, path, What::Set))
    }

    /// Makes an empty node; `None` if there is one.
    pub fn mkdir(self, nodes: &mut dyn Nodes, path: &[u8]) -> Result<Option<Change>, Word> {
        match self.node(nodes, path, Access::Write) {
            Err("ENOENT") => {}
            other => return other.map(|_| None),
        }
        self.make(nodes, path, b"")?;
        Ok(Some(change(nodes, path, What::Set)))
    }

    /// Removes a node and everything below; `None` if there is none but a parent.
    pub fn rm(self, nodes: &mut dyn Nodes, path: &[u8]) -> Result<Option<Change>, Word> {
        match self.node(nodes, path, Access::Write) {
            Err("ENOENT") if nodes.get(parent(path)).is_some() => return Ok(None),
            other => other?,
        };
        if path == b"/" {
            return Err("EINVAL");
        }
        let mut told = change(nodes, path, What::Removed);
        let mut all = vec![path.to_vec()];
        let mut at = 0;
        while let Some(next) = all.get(at).cloned() {
            all.extend(nodes.get(&next).iter().flat_map(|n| n.children.iter().map(|c| join(&next, c))));
            nodes.put(&next, None);
            at += 1;
        }
        told.below = all.into_iter().skip(1).rev().collect();
        let mut above = nodes.get(parent(path)).ok_or("EINVAL")?;
        above.children.retain(|c| c != name(path));
        self.store(nodes, parent(path), above, false)?;
        Ok(Some(told))
    }

    /// Sets permissions. Only the owner may, and only dom0 may change the owner.
    pub fn set_permissions(self, nodes: &mut dyn Nodes, path: &[u8], permissions: Vec<Permission>) -> Result<Change, Word> {
        let mut node = self.node(nodes, path, Access::Write)?;
        let owner = permissions.first().ok_or("EINVAL")?.domain;
        if self.domain != 0 && node.owner() != self.domain {
            return Err("EACCES");
        }
        if self.domain != 0 && owner != self.domain {
            return Err(if self.like == Like::Xenstored { "EPERM" } else { "EACCES" });
        }
        let before = std::mem::replace(&mut node.permissions, permissions);
        self.store(nodes, path, node, true)?;
        let mut told = change(nodes, path, What::Permissions);
        told.readable.push(before);
        Ok(told)
    }

    /// Makes the node and what is missing above it: oxenstored one after the other, the C xenstored all or nothing.
    fn make(self, nodes: &mut dyn Nodes, path: &[u8], value: &[u8]) -> Result<Node, Word> {
        if self.like == Like::Oxenstored && nodes.get(parent(path)).is_none() {
            self.make(nodes, parent(path), b"")?;
        }
        let (start, mut above) = nearest(nodes, path);
        if !above.allows(self.domain, Access::Write) {
            return Err("EACCES");
        }
        let rest = path.strip_prefix(start.as_slice()).unwrap_or(path);
        let names: Vec<&[u8]> = rest.split(|b| *b == b'/').filter(|n| !n.is_empty()).collect();
        let limit = self.like.limits().nodes;
        if self.domain != 0 && nodes.owned_by(self.domain) + names.len() > limit.0 {
            return Err(limit.1);
        }
        let mut made = vec![];
        let mut at = start;
        for child in names {
            let mut node = Node::new(above.permissions.clone());
            if self.domain != 0 && self.like == Like::Xenstored {
                node.permissions[0].domain = self.domain;
            }
            above.children.push(child.to_vec());
            if self.like == Like::Oxenstored {
                above.children.sort();
            }
            made.push((at.clone(), above));
            at = join(&at, child);
            above = node;
        }
        above.value = value.to_vec();
        made.push((at, above.clone()));
        for (_, node) in &made {
            self.check(node)?;
        }
        for (path, node) in made {
            self.store(nodes, &path, node, false)?;
        }
        Ok(above)
    }

    fn check(self, node: &Node) -> Result<(), Word> {
        let record = self.like.refuses_record(node.permissions.len(), node.value.len(), node.names_len()).filter(|_| self.domain != 0);
        self.like.refuses_value(node.value.len()).or(record).map_or(Ok(()), Err)
    }

    fn store(self, nodes: &mut dyn Nodes, path: &[u8], mut node: Node, checked: bool) -> Result<(), Word> {
        static GENERATION: AtomicU64 = AtomicU64::new(1);
        if checked {
            self.check(&node)?;
        }
        node.generation = GENERATION.fetch_add(1, Ordering::Relaxed);
        nodes.put(path, Some(node));
        Ok(())
    }
}

/// The nearest node above `path`, and where.
fn nearest(nodes: &mut dyn Nodes, path: &[u8]) -> (Path, Node) {
    let mut at = parent(path);
    loop {
        match nodes.get(at) {
            Some(node) => return (at.to_vec(), node),
            None => at = parent(at),
        }
    }
}

fn change(nodes: &mut dyn Nodes, path: &[u8], what: What) -> Change {
    Change { path: path.to_vec(), what, below: Vec::new(), readable: readable(nodes, path) }
}
