//! `resetnetwork`: the live network, the host name and the name servers become what `vm-data` says.
//!
//! One interface is held in memory at a time (3 KiB); what needs all of them, as files of a distribution do, reads them again from
//! XenStore. Nothing here is undone when something fails: every interface is tried, and the answer names what went wrong.

use alloc::boxed::Box;

use crate::error::{Errno, Error};
use crate::json::{self, JsonText};
use crate::limits::{
    DHCP_CLIENT_COUNT, DHCP_WAIT_MS, DNS_COUNT, INTERFACE_COUNT, INTERFACE_POLL_MS, INTERFACE_WAIT_MS, MESSAGE_LEN, NAMESERVER_COUNT,
    NODE_NAME_LEN, NODENAME_LEN, UUID_LEN,
};
use crate::log::Level;
use crate::network::apply::apply;
use crate::network::ip::Ip;
use crate::network::live::Link;
use crate::network::nodename::{self, Nodename};
use crate::network::parse::{self, Document};
use crate::network::resolv;
use crate::ports::{Kind, Ports, Rule};
use crate::reply::{Answer, Code};
use crate::text::{Parts, Text};

/// The directory of interfaces; a node's name is a MAC address without colons, its value a JSON object.
const NETWORKING: &[u8] = b"vm-data/networking";
const HOSTNAME: &[u8] = b"vm-data/hostname";
const RESOLV_CONF: &[u8] = b"/etc/resolv.conf";
const ETC_HOSTNAME: &[u8] = b"/etc/hostname";
/// How the two files are written.
const RULE: Rule = Rule { create: Some(0o644), parents: false, backup: true };

/// Name of a node in [`NETWORKING`].
type Node = heapless::String<NODE_NAME_LEN>;
type Nodes = heapless::Vec<Node, INTERFACE_COUNT>;

/// What went wrong, piece by piece, and memory for one value.
struct Work<'w> {
    failures: Text<MESSAGE_LEN>,
    servers: heapless::Vec<Ip, DNS_COUNT>,
    text: &'w mut JsonText,
}

impl Work<'_> {
    fn failed(&mut self, who: &str, what: &str, parts: &Parts<'_>) {
        let parting = if self.failures.is_empty() { "" } else { "; " };
        self.failures.add("%%: ", &[&parting, &who]);
        self.failures.add(what, parts);
    }
}

/// Applies `vm-data`. `text` is memory for one value.
///
/// # Errors
///
/// Those of XenStore, and [`Error::Stopped`]; whatever else fails is in the answer.
#[inline(never)]
pub fn run(ports: &mut Ports<'_>, text: &mut JsonText) -> Result<Answer, Error> {
    let mut work = Work { failures: Text::new(), servers: heapless::Vec::new(), text };
    set_nodename(ports, &mut work)?;
    set_interfaces(ports, &mut work)?;
    set_servers(ports, &mut work);
    Ok(if work.failures.is_empty() { Answer::done("", &[]) } else { Answer { code: Code::Failed, message: work.failures } })
}

/// The names of the interfaces' nodes.
#[inline(never)]
fn list(ports: &mut Ports<'_>, work: &mut Work<'_>, nodes: &mut Nodes) -> Result<(), Error> {
    let mut left_out = 0;
    let listing = readable(ports.store.directory(NETWORKING))?.unwrap_or_default();
    for name in listing.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let node = core::str::from_utf8(name).ok().and_then(|name| Node::try_from(name).ok());
        if node.is_none_or(|node| nodes.push(node).is_err()) {
            left_out += 1;
        }
    }
    if left_out > 0 {
        work.failed("vm-data/networking", "% nodes are too many or have too long names", &[&left_out]);
    }
    Ok(())
}

/// A node that may not be read is none: xenstored says EACCES for one that does not exist in a directory that may not be read.
fn readable(value: Result<Option<&[u8]>, Error>) -> Result<Option<&[u8]>, Error> {
    match value {
        Err(Error::System(_, Errno(libc::EACCES))) => Ok(None),
        value => value,
    }
}

/// Configures every interface, waiting for those that have no link yet; the wait is shared, so that one which never comes delays nobody.
#[inline(never)]
fn set_interfaces(ports: &mut Ports<'_>, work: &mut Work<'_>) -> Result<(), Error> {
    let mut nodes = Nodes::new();
    list(ports, work, &mut nodes)?;
    let deadline = ports.host.now_ms() + INTERFACE_WAIT_MS;
    loop {
        let mut i = 0;
        while let Some(node) = nodes.get(i).cloned() {
            if set_interface(ports, work, &node)? {
                nodes.remove(i);
            } else {
                i += 1;
            }
        }
        let now = ports.host.now_ms();
        if nodes.is_empty() || now >= deadline {
            break;
        }
        ports.host.wait(now + INTERFACE_POLL_MS)?;
    }
    for node in &nodes {
        work.failed(node, "no link has this MAC address", &[]);
    }
    Ok(())
}

/// Configures one interface; `false` if there is no link for it.
#[inline(never)]
fn set_interface(ports: &mut Ports<'_>, work: &mut Work<'_>, node: &Node) -> Result<bool, Error> {
    let document = match read(ports, work, node)? {
        Some(Ok(document)) => document,
        Some(Err(error)) => {
            work.failed(node, "%", &[&error]);
            return Ok(true);
        }
        None => return Ok(true),
    };
    for server in &document.wanted.dns {
        if !work.servers.contains(server) && work.servers.push(*server).is_err() {
            work.failed(node, "too many name servers", &[]);
        }
    }
    let link = match ports.links.find(document.wanted.mac) {
        Ok(Some(link)) => link,
        Ok(None) => return Ok(false),
        Err(error) => {
            work.failed(node, "%", &[&error]);
            return Ok(true);
        }
    };
    if !document.problems.is_empty() {
        work.failed(&link.name, "not understood: %", &[&document.problems]);
    }
    if link.is_port {
        work.failed(&link.name, "is a port of a bridge or bond, left alone", &[]);
        return Ok(true);
    }
    end_dhcp(ports, work, &link)?;
    let applied = apply(ports.links, ports.host, &link, &document.wanted);
    if !applied.failures.is_empty() {
        work.failed(&link.name, "%", &[&applied.failures]);
    }
    if applied.lacks_ipv6 {
        ports.host.log(Level::Warning, "event=no-ipv6 link=%", &[&link.name]);
    }
    ports.host.log(Level::Info, "event=network link=% changes=%", &[&link.name, &applied.changes]);
    Ok(true)
}

/// Reads and parses one interface's node; `None` if it is gone.
#[inline(never)]
fn read(ports: &mut Ports<'_>, work: &mut Work<'_>, node: &Node) -> Result<Option<Result<Box<Document>, Error>>, Error> {
    let path = Text::<64>::of("vm-data/networking/%", &[&node]);
    let Some(value) = ports.store.read(path.as_str().as_bytes())? else { return Ok(None) };
    Ok(Some(json::sanitise(value, work.text).and_then(|text| parse::parse(text, node))))
}

/// Ends DHCP clients on the link and waits until they are gone: some take their addresses with them.
#[inline(never)]
fn end_dhcp(ports: &mut Ports<'_>, work: &mut Work<'_>, link: &Link) -> Result<(), Error> {
    let mut clients = heapless::Vec::<u32, DHCP_CLIENT_COUNT>::new();
    let host = &mut *ports.host;
    let told = ports.links.stop_dhcp(link, &mut |name, process| {
        host.log(Level::Info, "event=dhcp-client-ended link=% name=% pid=%", &[&link.name, &name, &process]);
        // One too many is not waited for.
        let _ = clients.push(process);
    });
    if let Err(error) = told {
        work.failed(&link.name, "%", &[&error]);
    }
    let deadline = ports.host.now_ms() + DHCP_WAIT_MS;
    while clients.iter().any(|&process| ports.links.runs(process)) {
        let now = ports.host.now_ms();
        if now >= deadline {
            ports.host.log(Level::Warning, "event=dhcp-client-stays link=%", &[&link.name]);
            break;
        }
        ports.host.wait(now + INTERFACE_POLL_MS.min(DHCP_WAIT_MS / 20))?;
    }
    Ok(())
}

/// Makes the name servers of all interfaces those of the guest, unless a resolver of its own has the file.
#[inline(never)]
fn set_servers(ports: &mut Ports<'_>, work: &mut Work<'_>) {
    let servers = work.servers.clone();
    if servers.is_empty() {
        return;
    }
    let result = match ports.files.kind(RESOLV_CONF) {
        Ok(None | Some(Kind::File)) => {
            ports.files.edit(RESOLV_CONF, RULE, ports.journal, &mut |old, sink| resolv::edit(old.unwrap_or_default(), &servers, sink))
        }
        Ok(Some(_)) => {
            ports.host.log(Level::Info, "event=resolv-conf-left-alone reason=\"not a plain file\"", &[]);
            return;
        }
        Err(error) => Err(error),
    };
    match result {
        Ok(_) if servers.len() > NAMESERVER_COUNT => {
            ports.host.log(Level::Warning, "event=name-servers used=% wanted=%", &[&NAMESERVER_COUNT, &servers.len()]);
        }
        Ok(_) => {}
        Err(error) => work.failed("resolv.conf", "%", &[&error]),
    }
}

/// Sets the host name, unless it is the one applied last: the user may have changed it since.
#[inline(never)]
fn set_nodename(ports: &mut Ports<'_>, work: &mut Work<'_>) -> Result<(), Error> {
    let Some(value) = readable(ports.store.read(HOSTNAME))? else { return Ok(()) };
    let Some(name) = Nodename::parse(value) else {
        ports.host.log(Level::Warning, "event=host-name-refused", &[]);
        return Ok(());
    };
    // A domain without one is as good a domain as any.
    let mut uuid = heapless::Vec::<u8, UUID_LEN>::new();
    let _ = uuid.extend_from_slice(readable(ports.store.read(b"vm"))?.unwrap_or_default());
    if ports.journal.applied_nodename(&uuid) == Some(name.as_bytes()) {
        return Ok(());
    }
    match change_nodename(ports, &name).and_then(|()| ports.journal.set_applied_nodename(&uuid, name.as_bytes())) {
        Ok(()) => ports.host.log(Level::Info, "event=host-name-set", &[]),
        Err(error) => work.failed("host name", "%", &[&error]),
    }
    Ok(())
}

#[inline(never)]
fn change_nodename(ports: &mut Ports<'_>, name: &Nodename) -> Result<(), Error> {
    let mut live = [0; NODENAME_LEN + 1];
    if ports.host.nodename(&mut live)? != name.as_bytes() {
        ports.host.set_nodename(name.as_bytes())?;
    }
    ports.files.edit(ETC_HOSTNAME, RULE, ports.journal, &mut |old, sink| nodename::edit(old.unwrap_or_default(), name, sink)).map(drop)
}
