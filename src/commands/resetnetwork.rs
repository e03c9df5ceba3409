//! `resetnetwork`: the network, the host name and the name servers become what `vm-data` says, now and at the next boot.
//!
//! Nothing here is undone when something fails: everything is tried, and the answer names what went wrong.

use crate::commands::{interfaces, interfaces::Interfaces, nextboot};
use crate::error::{Errno, Error};
use crate::json::JsonText;
use crate::limits::{DNS_COUNT, MESSAGE_LEN, NAMESERVER_COUNT, NODENAME_LEN, UUID_LEN};
use crate::log::Level;
use crate::network::ip::Ip;
use crate::network::nodename::{self, Nodename};
use crate::network::resolv;
use crate::ports::{Kind, Ports, Rule, Verdict};
use crate::reply::{Answer, Code};
use crate::text::{Show, Text};

const HOSTNAME: &[u8] = b"vm-data/hostname";
const RESOLV_CONF: &[u8] = b"/etc/resolv.conf";
const ETC_HOSTNAME: &[u8] = b"/etc/hostname";
/// How the two files are written.
const RULE: Rule = Rule { create: Some(0o644), parents: false, backup: true };

/// What went wrong, piece by piece, and memory.
pub struct Work<'w> {
    /// The answer's message.
    pub failures: &'w mut Text<MESSAGE_LEN>,
    /// The name servers of all interfaces.
    pub servers: heapless::Vec<Ip, DNS_COUNT>,
    /// For one value.
    pub text: &'w mut JsonText,
    /// For all interfaces.
    pub interfaces: &'w mut Interfaces,
}

impl Work<'_> {
    /// Notes what went wrong with whom.
    #[inline(never)]
    pub fn failed(&mut self, who: &str, what: &str, part: &dyn Show) {
        let parting = if self.failures.is_empty() { "" } else { "; " };
        self.failures.add("%%: ", &[&parting, &who]);
        self.failures.add(what, &[part]);
    }
}

/// Applies `vm-data`. `text` is memory for one value, `interfaces` for what was understood.
///
/// # Errors
///
/// Those of XenStore, and [`Error::Stopped`]; whatever else fails is in the answer.
#[inline(never)]
pub fn run(ports: &mut Ports<'_>, text: &mut JsonText, interfaces: &mut Interfaces, answer: &mut Answer) -> Result<(), Error> {
    answer.set(Code::Done, "", &[]);
    interfaces.clear();
    let mut work = Work { failures: &mut answer.message, servers: heapless::Vec::new(), text, interfaces };
    set_nodename(ports, &mut work)?;
    interfaces::set_all(ports, &mut work)?;
    if !work.interfaces.macs.is_empty() {
        nextboot::write(ports, &mut work)?;
    }
    set_servers(ports, &mut work);
    if !answer.message.is_empty() {
        answer.code = Code::Failed;
    }
    Ok(())
}

/// A node that may not be read is none: xenstored says EACCES for one that does not exist in a directory that may not be read. One that is
/// empty is none either.
///
/// # Errors
///
/// Those of XenStore.
#[inline(never)]
pub fn readable(value: Result<Option<&[u8]>, Error>) -> Result<&[u8], Error> {
    match value {
        Ok(value) => Ok(value.unwrap_or_default()),
        Err(Error::System(_, Errno(libc::EACCES))) => Ok(&[]),
        Err(error) => Err(error),
    }
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
