//! Nodes, their permissions, and the tree they form: a flat map from absolute path to node, as the C xenstored keeps it.

use std::collections::BTreeMap;

use crate::{Like, Word};

/// An absolute path: starts with a slash, ends in none (but for the root), or starts with `@`.
pub type Path = Vec<u8>;

/// Whether a domain may read, write, or do everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// See value, children and permissions.
    Read,
    /// Change value and children, remove.
    Write,
}

/// One entry of a node's permissions: `n1`, `r0`, `w2`, `b3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The domain it is about; in the first entry the owner.
    pub domain: u32,
    /// n(one), r(ead), w(rite) or b(oth); in the first entry what domains not listed may do.
    pub letter: u8,
}

impl Permission {
    /// Reads `n1` and the like; anything else is EINVAL.
    pub fn parse(text: &[u8]) -> Result<Self, Word> {
        let (letter, digits) = text.split_first().ok_or("EINVAL")?;
        let domain = std::str::from_utf8(digits).ok().and_then(|d| d.parse().ok()).ok_or("EINVAL")?;
        if b"nrwb".contains(letter) { Ok(Self { domain, letter: *letter }) } else { Err("EINVAL") }
    }

    /// As the protocol writes it.
    pub fn text(self) -> Vec<u8> {
        format!("{}{}", self.letter as char, self.domain).into_bytes()
    }

    fn grants(self, access: Access) -> bool {
        match access {
            Access::Read => b"rb".contains(&self.letter),
            Access::Write => b"wb".contains(&self.letter),
        }
    }
}

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Any octets.
    pub value: Vec<u8>,
    /// Names in the order in which they are listed.
    pub children: Vec<Vec<u8>>,
    /// Never empty.
    pub permissions: Vec<Permission>,
    /// Changes with every change of the node.
    pub generation: u64,
}

impl Node {
    /// A node without value and children.
    pub fn new(permissions: Vec<Permission>) -> Self {
        Self { value: Vec::new(), children: Vec::new(), permissions, generation: 0 }
    }

    /// Who owns it.
    pub fn owner(&self) -> u32 {
        self.permissions.first().map_or(0, |p| p.domain)
    }

    /// Whether `domain` has `access`.
    pub fn allows(&self, domain: u32, access: Access) -> bool {
        if domain == 0 || self.owner() == domain {
            return true;
        }
        let listed = self.permissions.iter().skip(1).find(|p| p.domain == domain);
        listed.or(self.permissions.first()).is_some_and(|p| p.grants(access))
    }

    /// Octets of the children's names with their NULs.
    pub fn names_len(&self) -> usize {
        self.children.iter().map(|c| c.len() + 1).sum()
    }
}

/// All nodes.
pub type Tree = BTreeMap<Path, Node>;

/// What a daemon starts with; oxenstored keeps the special watches' names as nodes.
pub fn initial(like: Like) -> Tree {
    let names: &[&str] = match like {
        Like::Xenstored => &["tool", "tool/xenstored"],
        Like::Oxenstored => &["@introduceDomain", "@releaseDomain", "tool", "tool/xenstored"],
    };
    let mut tree = Tree::from([(b"/".to_vec(), Node::new(vec![Permission { domain: 0, letter: b'n' }]))]);
    for path in names.iter().map(|name| join(b"/", name.as_bytes())) {
        let above = tree.get_mut(parent(&path)).expect("listed after its parent");
        above.children.push(name(&path).to_vec());
        let node = Node::new(above.permissions.clone());
        tree.insert(path, node);
    }
    tree
}

/// The path above; the root's is the root.
pub fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|b| *b == b'/') {
        Some(0) | None => b"/",
        Some(at) => &path[..at],
    }
}

/// The last component.
pub fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or(path)
}

/// The path of a child.
pub fn join(path: &[u8], name: &[u8]) -> Path {
    if path == b"/" { [b"/", name].concat() } else { [path, b"/", name].concat() }
}

/// `/local/domain/N`.
pub fn home(domain: u32) -> Path {
    format!("/local/domain/{domain}").into_bytes()
}

/// Makes a path from a client absolute. EINVAL if it is no path, or too long behind `/local/domain/N/`.
pub fn absolute(text: &[u8], domain: u32, like: Like) -> Result<Path, Word> {
    let limit = like.limits().path;
    let path = match text.first() {
        Some(b'/') => text.to_vec(),
        Some(b'@') if like == Like::Oxenstored => join(b"/", text),
        Some(b'@') => return Err("EINVAL"),
        _ => join(&home(domain), text),
    };
    let fine = |c: &[u8]| !c.is_empty() && c.iter().all(|b| b.is_ascii_alphanumeric() || b"-/_@".contains(b));
    let all_fine = path == b"/" || path.split(|b| *b == b'/').skip(1).all(fine);
    let shared = if path.starts_with(b"/local/domain/") {
        path.splitn(5, |b| *b == b'/').last().map_or(0, |rest| path.len() - rest.len())
    } else {
        0
    };
    if all_fine && path.len() <= shared + limit { Ok(path) } else { Err("EINVAL") }
}

/// Whether `path` is `above` or lies below it.
pub fn is_below(path: &[u8], above: &[u8]) -> bool {
    (above == b"/" && path.starts_with(b"/")) || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}
