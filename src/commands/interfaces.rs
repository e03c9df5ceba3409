//! The interfaces of `vm-data`: each is read, understood and, unless only files are wanted, made live.
//!
//! One JSON document is held in memory at a time; what was understood of all stays for the files of the next boot. Nothing is undone when
//! something fails: every interface is tried, and the answer names what went wrong.

use crate::commands::resetnetwork::{Work, readable};
use crate::error::{Error, What};
use crate::json;
use crate::limits::{DHCP_CLIENT_COUNT, DHCP_WAIT_MS, INTERFACE_COUNT, INTERFACE_POLL_MS, INTERFACE_WAIT_MS, NODE_NAME_LEN};
use crate::log::Level;
use crate::network::apply::{Applied, apply};
use crate::network::config::Interface;
use crate::network::live::Link;
use crate::network::model::{Mac, Wanted};
use crate::network::parse::{self, Document};
use crate::ports::Ports;
use crate::text::{Text, is_plain};

/// The directory of interfaces; a node's name is a MAC address without colons, its value a JSON object.
const NETWORKING: &[u8] = b"vm-data/networking";

/// Name of a node in [`NETWORKING`].
type Node = heapless::String<NODE_NAME_LEN>;
/// Those to be configured; an empty name is nobody's.
type Nodes = [Node; INTERFACE_COUNT];

/// What was understood of all interfaces.
pub struct Interfaces {
    /// Those that have a link and are ours to configure, by length of name and name.
    pub each: heapless::Vec<Interface, INTERFACE_COUNT>,
    /// The MAC addresses of all.
    pub macs: heapless::Vec<Mac, INTERFACE_COUNT>,
    /// Whether there may be others.
    pub is_partial: bool,
}

impl Interfaces {
    /// None.
    pub const fn new() -> Self {
        Self { each: heapless::Vec::new(), macs: heapless::Vec::new(), is_partial: false }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.each.clear();
        self.macs.clear();
        self.is_partial = false;
    }

    /// Takes note of an address that `vm-data` names.
    fn know(&mut self, mac: Option<Mac>) {
        match mac {
            Some(mac) if self.macs.contains(&mac) => {}
            Some(mac) if self.macs.push(mac).is_ok() => {}
            _ => self.is_partial = true,
        }
    }

    /// Adds one in its place, and takes what it is to have.
    fn add(&mut self, link: &Link, wanted: &mut Wanted) {
        let interface = Interface { name: link.name.clone(), index: link.index, wanted: Wanted::new(wanted.mac) };
        // There is room: the nodes are no more than that.
        let _ = self.each.push(interface);
        if let Some(last) = self.each.last_mut() {
            core::mem::swap(&mut last.wanted, wanted);
        }
        let mut rest = self.each.as_mut_slice();
        while let Some((last, others)) = rest.split_last_mut()
            && let Some(before) = others.last_mut()
            && comes_before(&last.name, &before.name)
        {
            core::mem::swap(last, before);
            rest = others;
        }
    }
}

/// The order of interfaces: eth2 comes before eth10.
fn comes_before(name: &str, other: &str) -> bool {
    name.len() < other.len() || name.len() == other.len() && name < other
}

impl Default for Interfaces {
    fn default() -> Self {
        Self::new()
    }
}

/// The names of the interfaces' nodes.
fn list(ports: &mut Ports<'_>, work: &mut Work<'_>, nodes: &mut Nodes) -> Result<(), Error> {
    let (mut count, mut left_out) = (0, 0u32);
    let mut listing = readable(ports.store.directory(NETWORKING))?;
    while let Some(end) = listing.iter().position(|byte| matches!(byte, 0 | b'\n')) {
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
        work.interfaces.is_partial = true;
        work.failed("vm-data/networking", "% nodes are too many or have too long names", &left_out);
    }
    Ok(())
}

/// Sets every interface, waiting for those that have no link yet; the wait is shared, so that one which never comes delays nobody.
#[inline(never)]
pub fn set_all(ports: &mut Ports<'_>, work: &mut Work<'_>) -> Result<(), Error> {
    let mut nodes: Nodes = [const { Node::new() }; INTERFACE_COUNT];
    list(ports, work, &mut nodes)?;
    // What is not live cannot come, either.
    let wait_ms = if ports.settings.live { INTERFACE_WAIT_MS } else { 0 };
    let deadline = ports.host.now_ms() + wait_ms;
    loop {
        let mut missing = false;
        for node in &mut nodes {
            if !node.is_empty() {
                if set_one(ports, work, node)? {
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

/// Sets one interface; `false` if there is no link for it.
#[inline(never)]
fn set_one(ports: &mut Ports<'_>, work: &mut Work<'_>, node: &Node) -> Result<bool, Error> {
    let mut path = Text::<64>::new();
    path.add("vm-data/networking/%", &[node]);
    let Some(value) = ports.store.read(path.as_bytes())? else { return Ok(true) };
    let document = json::sanitise(value, work.text).and_then(|text| parse::parse(text, node));
    work.interfaces.know(document.as_ref().map_or_else(|_| Mac::parse(node), |document| Some(document.wanted.mac)));
    let mut is_there = true;
    let result = document.and_then(|mut document| set(ports, work, node, &mut document, &mut is_there));
    match result {
        Err(Error::Stopped) => return Err(Error::Stopped),
        Err(error) => work.failed(node, "%", &error),
        Ok(()) => {}
    }
    Ok(is_there)
}

#[inline(never)]
fn set(ports: &mut Ports<'_>, work: &mut Work<'_>, node: &Node, document: &mut Document, is_there: &mut bool) -> Result<(), Error> {
    let mut left_out = false;
    for server in &document.wanted.dns {
        left_out |= !work.servers.contains(server) && work.servers.push(*server).is_err();
    }
    let mut link = Link::default();
    *is_there = ports.links.find(document.wanted.mac, &mut link).map_err(|errno| Error::System(What::Netlink, errno))?;
    if !*is_there {
        return Ok(());
    }
    if left_out {
        work.failed(node, "too many name servers", &"");
    }
    if !document.problems.is_empty() {
        work.failed(&link.name, "not understood: %", &document.problems);
    }
    if link.is_port {
        work.failed(&link.name, "is a port of a bridge or bond, left alone", &"");
        return Ok(());
    }
    let result = if ports.settings.live { make_live(ports, work, &mut link, &document.wanted) } else { Ok(()) };
    // What can stand in any file as it is; the kernel allows nearly everything.
    if is_plain(link.name.as_bytes(), b"._-") {
        work.interfaces.add(&link, &mut document.wanted);
    } else {
        work.failed(node, "the link's name can stand in no file, so it is set until the next boot only", &"");
    }
    result
}

#[inline(never)]
fn make_live(ports: &mut Ports<'_>, work: &mut Work<'_>, link: &mut Link, wanted: &Wanted) -> Result<(), Error> {
    end_dhcp(ports, work, link)?;
    let mut applied = Applied::default();
    apply(ports.links, ports.host, link, wanted, &mut applied);
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
