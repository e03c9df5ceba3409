//! `resetnetwork`: the network, the host name and the name servers become what `vm-data` says, now and at the next boot.
//!
//! Nothing here is undone when something fails: everything is tried, and the answer names what went wrong.

use crate::commands::{interfaces, interfaces::Interfaces, nextboot};
use crate::error::{Errno, Error};
use crate::json::JsonText;
use crate::limits::{DNS_COUNT, MESSAGE_LEN, NODENAME_LEN, UUID_LEN};
use crate::log::Level;
use crate::network::ip::Ip;
use crate::network::nodename::Nodename;
use crate::ports::{Host, Ports, Store};
use crate::reply::{Answer, Code};
use crate::text::{Show, Text};

const HOSTNAME: &[u8] = b"vm-data/hostname";

/// A host name that is to be set.
pub struct NewNodename {
    /// The name.
    pub wanted: Nodename,
    /// The kernel's before; none where only files are wanted.
    pub before: Option<Nodename>,
}

/// What went wrong, piece by piece, and memory.
pub struct Work<'w> {
    /// The answer's message.
    pub failures: &'w mut Text<MESSAGE_LEN>,
    /// The host name, if another one than before is wanted.
    pub nodename: Option<NewNodename>,
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
    let mut work = Work { failures: &mut answer.message, nodename: None, servers: heapless::Vec::new(), text, interfaces };
    set_nodename(ports, &mut work)?;
    interfaces::set_all(ports, &mut work)?;
    nextboot::write(ports, &mut work)?;
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
pub fn readable(value: Result<Option<&[u8]>, Error>) -> Result<&[u8], Error> {
    match value {
        Ok(value) => Ok(value.unwrap_or_default()),
        Err(Error::System(_, Errno(libc::EACCES))) => Ok(&[]),
        Err(error) => Err(error),
    }
}

/// Sets the kernel's host name, unless it is the one applied last: the user may have changed it since.
fn set_nodename(ports: &mut Ports<'_>, work: &mut Work<'_>) -> Result<(), Error> {
    let value = readable(ports.store.read(HOSTNAME))?;
    if value.is_empty() {
        return Ok(());
    }
    work.nodename = Nodename::parse(value).map(|wanted| NewNodename { wanted, before: None });
    let Some(new) = &mut work.nodename else {
        ports.host.log(Level::Warning, "event=host-name-refused", &[]);
        return Ok(());
    };
    if ports.journal.applied_nodename(domain(ports.store)?) == Some(new.wanted.as_bytes()) {
        work.nodename = None;
    } else if ports.settings.live
        && let Err(error) = make_live(ports.host, new)
    {
        work.nodename = None;
        work.failed("host name", "%", &error);
    }
    Ok(())
}

/// The uuid of this domain. One without is as good a domain as any.
#[inline(never)]
fn domain(store: &mut dyn Store) -> Result<&[u8], Error> {
    readable(store.read(b"vm")).map(|uuid| if uuid.len() > UUID_LEN { &[] } else { uuid })
}

fn make_live(host: &mut dyn Host, new: &mut NewNodename) -> Result<(), Error> {
    let mut buffer = [0; NODENAME_LEN + 1];
    let (wanted, before) = (new.wanted.as_bytes(), host.nodename(&mut buffer)?);
    new.before = Nodename::parse(before);
    if before == wanted { Ok(()) } else { host.set_nodename(wanted) }
}

/// Remembers that the host name was set and written.
///
/// # Errors
///
/// Those of [`Journal::set_applied_nodename`](crate::ports::Journal::set_applied_nodename).
pub fn note_nodename(ports: &mut Ports<'_>, work: &Work<'_>) -> Result<(), Error> {
    if let Some(new) = &work.nodename {
        ports.journal.set_applied_nodename(domain(ports.store)?, new.wanted.as_bytes())?;
        ports.host.log(Level::Info, "event=host-name-set", &[]);
    }
    Ok(())
}
