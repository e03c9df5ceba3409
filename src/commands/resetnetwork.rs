//! `resetnetwork`: the live network, the host name and the name servers become what `vm-data` says.
//!
//! One interface is held in memory at a time (3 KiB); what needs all of them, as files of a distribution do, reads them again from
//! XenStore. Nothing here is undone when something fails: every interface is tried, and the answer names what went wrong.

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
use crate::ports::{Kind, Ports, Rule, Verdict};
use crate::reply::{Answer, Code};
use crate::text::{Show, Text};

/// The directory of interfaces; a node's name is a MAC address without colons, its value a JSON object.
const NETWORKING: &[u8] = b"vm-data/networking";
const HOSTNAME: &[u8] = b"vm-data/hostname";
const RESOLV_CONF: &[u8] = b"/etc/resolv.conf";
const ETC_HOSTNAME: &[u8] = b"/etc/hostname";
/// How the two files are written.
const RULE: Rule = Rule { create: Some(0o644), parents: false, backup: true };

/// Name of a node in [`NETWORKING`].
type Node = heapless::String<NODE_NAME_LEN>;
/// Those to be configured; an empty name is nobody's.
type Nodes = [Node; INTERFACE_COUNT];

/// What went wrong, piece by piece, and memory for one value.
struct Work<'w> {
    failures: &'w mut Text<MESSAGE_LEN>,
    servers: heapless::Vec<Ip, DNS_COUNT>,
    text: &'w mut JsonText,
}

impl Work<'_> {
    #[inline(never)]
    fn failed(&mut self, who: &str, what: &str, part: &dyn Show) {
        let parting = if self.failures.is_empty() { "" } else { "; " };
        self.failures.add("%%: ", &[&parting, &who]);
        self.failures.add(what, &[part]);
    }
}

/// Applies `vm-data`. `text` is memory for one value.
///
/// # Errors
///
/// Those of XenStore, and [`Error::Stopped`]; whatever else fails is in the answer.
#[inline(never)]
pub fn run(ports: &mut Ports<'_>, text: &mut JsonText, answer: &mut Answer) -> Result<(), Error> {
    answer.set(Code::Done, "", &[]);
    let mut work = Work { failures: &mut answer.message, servers: heapless::Vec::new(), text };
    set_nodename(ports, &mut work)?;
    set_interfaces(ports, &mut work)?;
    set_servers(ports, &mut work);
    if !answer.message.is_empty() {
        answer.code = Code::Failed;
    }
    Ok(())
}

/// The names of the interfaces' nodes.
fn list(ports: &mut Ports<'_>, work: &mut Work<'_>, nodes: &mut Nodes) -> Result<(), Error> {
    let (mut count, mut left_out) = (0, 0u32);
    let mut listing = readable(ports.store.directory(NETWORKING))?;
    while let Some(end) = listing.iter().position(|&byte| byte == 0) {
        let (name, rest) = listing.split_at_checked(end).unwrap_or_default();
        listing = rest.get(1..).unwrap_or_default();
        if let Some(node) = nodes.get_mut(count)
            && core::str::from_utf8(name).is_ok_and(|name| node.push_str(name).is_ok())
        {
            count += 1;
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        work.failed("vm-data/networking", "% nodes are too many or have too long names", &left_out);
    }
    Ok(())
}

/// A node that may not be read is none: xenstored says EACCES for one that does not exist in a directory that may not be read. One that is
/// empty is none either.
#[inline(never)]
fn readable(value: Result<Option<&[u8]>, Error>) -> Result<&[u8], Error> {
    match value {
        Ok(value) => Ok(value.unwrap_or_default()),
        Err(Error::System(_, Errno(libc::EACCES))) => Ok(&[]),
        Err(error) => Err(error),
    }
}

/// Configures every interface, waiting for those that have no link yet; the wait is shared, so that one which never comes delays nobody.
#[inline(never)]
fn set_interfaces(ports: &mut Ports<'_>, work: &mut Work<'_>) -> Result<(), Error> {
    let mut nodes: Nodes = [const { Node::new() }; INTERFACE_COUNT];
    list(ports, work, &mut nodes)?;
    let deadline = ports.host.now_ms() + INTERFACE_WAIT_MS;
    loop {
        let mut missing = false;
        for node in &mut nodes {
            if !node.is_empty() {
                if set_interface(ports, work, node)? {
                    node.clear();
                } else {
                    missing = true;
                }
            }
        }
        let now = ports.host.now_ms();
        if !missing || now >= deadline {
            break;
        }
        ports.host.wait(now + INTERFACE_POLL_MS)?;
    }
    for node in &nodes {
        if !node.is_empty() {
            work.failed(node, "no link has this MAC address", &"");
        }
    }
    Ok(())
}

/// Configures one interface; `false` if there is no link for it.
#[inline(never)]
fn set_interface(ports: &mut Ports<'_>, work: &mut Work<'_>, node: &Node) -> Result<bool, Error> {
    let mut path = Text::<64>::new();
    path.add("vm-data/networking/%", &[node]);
    let Some(value) = ports.store.read(path.as_bytes())? else { return Ok(true) };
    let document = json::sanitise(value, work.text).and_then(|text| parse::parse(text, node));
    let mut is_there = true;
    let result = document.and_then(|document| configure(ports, work, node, &document, &mut is_there));
    match result {
        Err(Error::Stopped) => return Err(Error::Stopped),
        Err(error) => work.failed(node, "%", &error),
        Ok(()) => {}
    }
    Ok(is_there)
}

#[inline(never)]
fn configure(ports: &mut Ports<'_>, work: &mut Work<'_>, node: &Node, document: &Document, is_there: &mut bool) -> Result<(), Error> {
    for server in &document.wanted.dns {
        if !work.servers.contains(server) && work.servers.push(*server).is_err() {
            work.failed(node, "too many name servers", &"");
        }
    }
    let mut link = Link::default();
    *is_there = ports.links.find(document.wanted.mac, &mut link).map_err(|errno| Error::System("netlink", errno))?;
    if !*is_there {
        return Ok(());
    }
    if !document.problems.is_empty() {
        work.failed(&link.name, "not understood: %", &document.problems);
    }
    if link.is_port {
        work.failed(&link.name, "is a port of a bridge or bond, left alone", &"");
        return Ok(());
    }
    end_dhcp(ports, work, &link)?;
    let applied = apply(ports.links, ports.host, &mut link, &document.wanted);
    if !applied.failures.is_empty() {
        work.failed(&link.name, "%", &applied.failures);
    }
    if applied.lacks_ipv6 {
        ports.host.log(Level::Warning, "event=no-ipv6 link=%", &[&link.name]);
    }
    ports.host.log(Level::Info, "event=network link=% changes=%", &[&link.name, &applied.changes]);
    Ok(())
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
    if let Err(errno) = told {
        work.failed(&link.name, "look for DHCP clients: %", &errno);
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
fn set_servers(ports: &mut Ports<'_>, work: &mut Work<'_>) {
    if work.servers.is_empty() {
        return;
    }
    if let Err(error) = edit_servers(ports, &work.servers) {
        work.failed("resolv.conf", "%", &error);
    }
}

fn edit_servers(ports: &mut Ports<'_>, servers: &[Ip]) -> Result<(), Error> {
    if !matches!(ports.files.kind(RESOLV_CONF)?, None | Some(Kind::File)) {
        ports.host.log(Level::Info, "event=resolv-conf-left-alone reason=\"not a plain file\"", &[]);
        return Ok(());
    }
    ports.files.edit(RESOLV_CONF, RULE, ports.journal, &mut |old, sink| {
        resolv::edit(old.unwrap_or_default(), servers, sink).map(Verdict::write_if)
    })?;
    if servers.len() > NAMESERVER_COUNT {
        ports.host.log(Level::Warning, "event=name-servers used=% wanted=%", &[&NAMESERVER_COUNT, &servers.len()]);
    }
    Ok(())
}

/// Sets the host name, unless it is the one applied last: the user may have changed it since.
#[inline(never)]
fn set_nodename(ports: &mut Ports<'_>, work: &mut Work<'_>) -> Result<(), Error> {
    let value = readable(ports.store.read(HOSTNAME))?;
    if value.is_empty() {
        return Ok(());
    }
    let Some(name) = Nodename::parse(value) else {
        ports.host.log(Level::Warning, "event=host-name-refused", &[]);
        return Ok(());
    };
    // A domain without one is as good a domain as any.
    let mut uuid = heapless::Vec::<u8, UUID_LEN>::new();
    let _ = uuid.extend_from_slice(readable(ports.store.read(b"vm"))?);
    if ports.journal.applied_nodename(&uuid) == Some(name.as_bytes()) {
        return Ok(());
    }
    if let Err(error) = change_nodename(ports, &name, &uuid) {
        work.failed("host name", "%", &error);
    }
    Ok(())
}

fn change_nodename(ports: &mut Ports<'_>, name: &Nodename, uuid: &[u8]) -> Result<(), Error> {
    let mut live = [0; NODENAME_LEN + 1];
    if ports.host.nodename(&mut live)? != name.as_bytes() {
        ports.host.set_nodename(name.as_bytes())?;
    }
    ports.files.edit(ETC_HOSTNAME, RULE, ports.journal, &mut |old, sink| {
        nodename::edit(old.unwrap_or_default(), name, sink).map(Verdict::write_if)
    })?;
    ports.journal.set_applied_nodename(uuid, name.as_bytes())?;
    ports.host.log(Level::Info, "event=host-name-set", &[]);
    Ok(())
}
