//! What a connection may do beside operations on nodes: watches, transactions, and questions about domains.

use std::collections::{BTreeMap, BTreeSet};

use crate::nodes::{Asker, Change, Nodes, What};
use crate::transaction::{Reply, Transaction};
use crate::tree::{Access, Node, Path, Permission, Tree, absolute, home, initial, is_below, join};
use crate::wire::{Message, PAYLOAD_LEN, kind, strings};
use crate::{Like, Word};

/// The whole state of a daemon.
pub struct Store {
    like: Like,
    tree: Tree,
    clients: BTreeMap<u64, Client>,
    /// Domains that dom0 has introduced.
    pub introduced: BTreeSet<u32>,
    /// What to send to which connection, in order.
    pub outbox: Vec<(u64, Message)>,
    last_transaction: u32,
}

struct Client {
    domain: u32,
    watches: Vec<Watch>,
    transactions: BTreeMap<u32, Transaction>,
}

#[derive(PartialEq, Eq)]
struct Watch {
    path: Path,
    token: Vec<u8>,
    relative: bool,
}

impl Watch {
    /// The event about `path`, which a relative watch is told relatively.
    fn event(&self, domain: u32, path: &[u8]) -> Vec<u8> {
        let home = join(&home(domain), b"");
        let shown = if self.relative { path.strip_prefix(home.as_slice()).unwrap_or(path) } else { path };
        strings([shown, &self.token])
    }
}

const OK: &[u8] = b"OK\0";

/// Where a special watch is looked for, which is no node.
fn special(path: &str) -> Change {
    Change { path: path.into(), what: What::Set, below: Vec::new(), readable: vec![vec![Permission { domain: 0, letter: b'n' }]] }
}

/// A payload of exactly one string.
fn only(payload: &[u8]) -> Result<&[u8], Word> {
    payload.strip_suffix(b"\0").filter(|text| !text.contains(&0)).ok_or("EINVAL")
}

/// The first string of a payload, and what follows it.
fn first(payload: &[u8]) -> Result<(&[u8], &[u8]), Word> {
    let end = payload.iter().position(|b| *b == 0).ok_or("EINVAL")?;
    Ok((&payload[..end], &payload[end + 1..]))
}

/// Strings that all end in a NUL.
fn list(payload: &[u8]) -> Result<Vec<&[u8]>, Word> {
    Ok(payload.strip_suffix(b"\0").ok_or("EINVAL")?.split(|b| *b == 0).collect())
}

fn number(text: &[u8]) -> Result<u32, Word> {
    std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()).ok_or("EINVAL")
}

/// Requests on nodes: the answer and, if something changed, what.
fn on_nodes(asker: Asker, nodes: &mut dyn Nodes, message: &Message) -> Result<(Vec<u8>, Option<Change>), Word> {
    let payload = message.payload.as_slice();
    let path_of = |text: &[u8]| absolute(text, asker.domain, asker.like);
    let done = |change| Ok((OK.to_vec(), change));
    let c = asker.like == Like::Xenstored;
    match message.kind {
        kind::READ => Ok((asker.node(nodes, &path_of(only(payload)?)?, Access::Read)?.value, None)),
        kind::DIRECTORY => Ok((strings(asker.node(nodes, &path_of(only(payload)?)?, Access::Read)?.children), None)),
        kind::DIRECTORY_PART if c => {
            let [path, offset] = list(payload)?[..] else { return Err("EINVAL") };
            let node = asker.node(nodes, &path_of(path)?, Access::Read)?;
            let all = strings(&node.children);
            let mut part = strings([node.generation.to_string()]);
            let rest = all.get(number(offset).unwrap_or(0) as usize..).unwrap_or_default();
            let room = PAYLOAD_LEN - part.len() - 1;
            let whole = rest.split_inclusive(|b| *b == 0).scan(0, |end, name| {
                *end += name.len();
                Some(*end)
            });
            let len = whole.take_while(|end| *end <= room).last().unwrap_or(0);
            part.extend(&rest[..len]);
            part.extend((len == rest.len()).then_some(0));
            Ok((part, None))
        }
        kind::GET_PERMS => {
            let node = asker.node(nodes, &path_of(only(payload)?)?, Access::Read)?;
            Ok((strings(node.permissions.iter().map(|p| p.text())), None))
        }
        kind::WRITE => {
            let (path, value) = first(payload)?;
            done(Some(asker.write(nodes, &path_of(path)?, value)?))
        }
        kind::MKDIR => done(asker.mkdir(nodes, &path_of(only(payload)?)?)?),
        kind::RM if c && only(payload).is_err() => Err("ENOMEM"),
        kind::RM => done(asker.rm(nodes, &path_of(only(payload)?)?)?),
        kind::SET_PERMS => {
            let (path, permissions) = first(payload)?;
            let permissions = list(permissions)?.into_iter().map(Permission::parse).collect::<Result<_, _>>()?;
            done(Some(asker.set_permissions(nodes, &path_of(path)?, permissions)?))
        }
        _ => Err("ENOSYS"),
    }
}

impl Store {
    /// A daemon that just started.
    pub fn new(like: Like) -> Self {
        Self {
            like,
            tree: initial(like),
            clients: BTreeMap::new(),
            introduced: BTreeSet::from([0]),
            outbox: Vec::new(),
            last_transaction: 0,
        }
    }

    /// A connection of `domain` opens.
    pub fn open(&mut self, id: u64, domain: u32) {
        self.clients.insert(id, Client { domain, watches: Vec::new(), transactions: BTreeMap::new() });
    }

    /// A connection closes; its watches and transactions go with it.
    pub fn close(&mut self, id: u64) {
        self.clients.remove(&id);
    }

    /// Answers one request, and tells watches what it changed.
    pub fn handle(&mut self, id: u64, message: &Message) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let no_transaction = if self.like == Like::Xenstored { "ENOENT" } else { "EIO" };
        let asker = Asker { domain: client.domain, like: self.like };
        let mut changes = Vec::new();
        let mut initial = None;
        let reply = match message.kind {
            kind::WATCH => self.watch(id, &message.payload).map(|event| {
                initial = event;
                OK.to_vec()
            }),
            kind::UNWATCH => self.unwatch(id, &message.payload),
            kind::TRANSACTION_START => self.start(id, message.transaction),
            kind::TRANSACTION_END => self.end(id, message).map(|told| {
                changes = told;
                OK.to_vec()
            }),
            kind::RESET_WATCHES => {
                client.watches.clear();
                client.transactions.clear();
                Ok(OK.to_vec())
            }
            kind::INTRODUCE | kind::RELEASE | kind::IS_DOMAIN_INTRODUCED | kind::GET_DOMAIN_PATH => {
                self.domains(asker, message, &mut changes)
            }
            _ if message.transaction == 0 => on_nodes(asker, &mut self.tree, message).map(|(reply, change)| {
                changes.extend(change);
                reply
            }),
            _ => match client.transactions.get_mut(&message.transaction) {
                None => Err(no_transaction),
                Some(transaction) => {
                    let result = on_nodes(asker, &mut *transaction.nodes(&self.tree), message);
                    let reply = result.map(|(reply, change)| {
                        transaction.changes.extend(change);
                        reply
                    });
                    transaction.log.push((message.clone(), reply.clone()));
                    reply
                }
            },
        };
        // oxenstored has this limit only where a ring is between.
        let limited = self.like == Like::Xenstored || asker.domain != 0;
        let reply = reply.and_then(|payload| if limited && payload.len() > PAYLOAD_LEN { Err("E2BIG") } else { Ok(payload) });
        let (kind, payload) = match reply {
            Ok(payload) => (message.kind, payload),
            Err(word) => (kind::ERROR, strings([word])),
        };
        self.outbox.push((id, Message { kind, payload, request: message.request, transaction: message.transaction }));
        if let Some(event) = initial {
            self.tell(id, event);
        }
        for change in changes {
            self.fire(&change);
        }
    }

    fn tell(&mut self, id: u64, payload: Vec<u8>) {
        self.outbox.push((id, Message { kind: kind::WATCH_EVENT, request: 0, transaction: 0, payload }));
    }

    fn parse_watch(&self, domain: u32, payload: &[u8]) -> Result<Watch, Word> {
        let [path, token] = list(payload)?[..] else { return Err("EINVAL") };
        let relative = !path.starts_with(b"/") && !path.starts_with(b"@");
        let path = if path.starts_with(b"@") { path.to_vec() } else { absolute(path, domain, self.like)? };
        Ok(Watch { path, token: token.to_vec(), relative })
    }

    fn watch(&mut self, id: u64, payload: &[u8]) -> Result<Option<Vec<u8>>, Word> {
        let domain = self.clients[&id].domain;
        let watch = self.parse_watch(domain, payload)?;
        let limit = self.like.limits().watches;
        let used: usize = self.clients.values().filter(|c| c.domain == domain).map(|c| c.watches.len()).sum();
        let client = self.clients.get_mut(&id).unwrap();
        if client.watches.iter().any(|w| w.path == watch.path && w.token == watch.token) {
            return Err("EEXIST");
        }
        if domain != 0 && used >= limit.0 {
            return Err(limit.1);
        }
        client.watches.push(watch);
        Ok(Some(payload.to_vec()))
    }

    fn unwatch(&mut self, id: u64, payload: &[u8]) -> Reply {
        let watch = self.parse_watch(self.clients[&id].domain, payload)?;
        let watches = &mut self.clients.get_mut(&id).unwrap().watches;
        let at = watches.iter().position(|w| w.path == watch.path && w.token == watch.token).ok_or("ENOENT")?;
        watches.remove(at);
        Ok(OK.to_vec())
    }

    fn start(&mut self, id: u64, within: u32) -> Reply {
        let limit = self.like.limits().transactions;
        let client = self.clients.get_mut(&id).unwrap();
        if within != 0 {
            return Err(if client.transactions.contains_key(&within) { "EBUSY" } else { "ENOENT" });
        }
        if client.domain != 0 && client.transactions.len() >= limit.0 {
            return Err(limit.1);
        }
        self.last_transaction += 1;
        client.transactions.insert(self.last_transaction, Transaction::new(self.like, &self.tree));
        Ok(strings([self.last_transaction.to_string()]))
    }

    fn end(&mut self, id: u64, message: &Message) -> Result<Vec<Change>, Word> {
        let client = self.clients.get_mut(&id).unwrap();
        let asker = Asker { domain: client.domain, like: self.like };
        let commit = match message.payload.as_slice() {
            b"T\0" => true,
            b"F\0" => false,
            _ => return Err("EINVAL"),
        };
        let unknown = if self.like == Like::Oxenstored && message.transaction != 0 { "EIO" } else { "ENOENT" };
        let transaction = client.transactions.remove(&message.transaction).ok_or(unknown)?;
        if !commit {
            return Ok(Vec::new());
        }
        transaction.commit(&mut self.tree, |tree, request| on_nodes(asker, tree, request).map(|(reply, _)| reply))
    }

    fn domains(&mut self, asker: Asker, message: &Message, changes: &mut Vec<Change>) -> Reply {
        let words = list(&message.payload)?;
        let domain = number(words.first().ok_or("EINVAL")?)?;
        if message.kind == kind::GET_DOMAIN_PATH {
            return Ok(strings([home(domain)]));
        }
        if asker.domain != 0 {
            return Err("EACCES");
        }
        match message.kind {
            kind::IS_DOMAIN_INTRODUCED => return Ok(strings([if self.introduced.contains(&domain) { "T" } else { "F" }])),
            kind::INTRODUCE if words.len() < 3 => return Err("EINVAL"),
            kind::INTRODUCE => changes.extend(self.introduced.insert(domain).then(|| special("@introduceDomain"))),
            _ if !self.introduced.remove(&domain) => return Err(if self.like == Like::Xenstored { "ENOENT" } else { "EINVAL" }),
            _ => changes.push(special("@releaseDomain")),
        }
        Ok(OK.to_vec())
    }

    /// Tells every watch that the change concerns.
    fn fire(&mut self, change: &Change) {
        let mut events = Vec::new();
        for (id, client) in &self.clients {
            let readable = |p: &Vec<Permission>| Node::new(p.clone()).allows(client.domain, Access::Read);
            if !change.readable.iter().any(readable) {
                continue;
            }
            let told = match self.like {
                Like::Xenstored => told_by_xenstored(&client.watches, change),
                Like::Oxenstored => told_by_oxenstored(&client.watches, change),
            };
            events.extend(told.into_iter().map(|(watch, path)| (*id, watch.event(client.domain, path))));
        }
        for (id, event) in events {
            self.tell(id, event);
        }
    }
}

type Told<'a> = Vec<(&'a Watch, &'a [u8])>;

/// Watches in the order in which they were set; those on removed children first, deepest first.
fn told_by_xenstored<'a>(watches: &'a [Watch], change: &'a Change) -> Told<'a> {
    let below = change.below.iter().flat_map(|path| watches.iter().filter(move |w| w.path == *path).map(|w| (w, path.as_slice())));
    below.chain(watches.iter().filter(|w| is_below(&change.path, &w.path)).map(|w| (w, change.path.as_slice()))).collect()
}

/// From the root down, newest first; then, of a removed node, everything watched below it, whether it was there or not.
fn told_by_oxenstored<'a>(watches: &'a [Watch], change: &'a Change) -> Told<'a> {
    let mut above: Told<'a> =
        watches.iter().rev().filter(|w| is_below(&change.path, &w.path)).map(|w| (w, change.path.as_slice())).collect();
    above.sort_by_key(|(w, _)| w.path.len());
    let removed = change.what == What::Removed;
    let is_under = |w: &&Watch| removed && w.path != change.path && is_below(&w.path, &change.path);
    let mut below: Told<'a> = watches.iter().rev().filter(is_under).map(|w| (w, w.path.as_slice())).collect();
    below.sort_by_key(|(w, _)| &w.path);
    above.extend(below);
    above
}
