//! Links that are looked at and not touched: every change is printed as a command of ip(8) would make it.

use crate::error::Errno;
use crate::network::live::{Item, Link};
use crate::network::model::Mac;
use crate::network::plan::Change;
use crate::ports::Links;
use crate::sys::posix::log::write_stdout;
use crate::text::Text;

/// The real links behind a pane of glass.
pub struct Shown<'l> {
    links: &'l mut dyn Links,
    /// Index of the link that was read last: its changes are shown once, though nothing of it comes true.
    read: u32,
    again: bool,
}

impl<'l> Shown<'l> {
    /// Shows what would be done to `links`.
    pub fn new(links: &'l mut dyn Links) -> Self {
        Self { links, read: 0, again: false }
    }
}

impl Links for Shown<'_> {
    fn find(&mut self, mac: Mac, link: &mut Link) -> Result<bool, Errno> {
        self.links.find(mac, link)
    }

    fn live(&mut self, link: &Link, each: &mut dyn FnMut(Item)) -> Result<(), Errno> {
        self.again = self.read == link.index;
        self.read = link.index;
        self.links.live(link, each)
    }

    fn change(&mut self, link: &Link, change: &Change) -> Result<(), Errno> {
        let (command, metric, errno) = match change {
            Change::Up => ("ip link set dev % up", 0, 0),
            Change::PromoteSecondaries => ("sysctl -w net/ipv4/conf/%/promote_secondaries=1", 0, 0),
            Change::AddAddress { .. } => ("ip address replace % dev %", 0, libc::EEXIST),
            Change::RemoveAddress(_) => ("ip address del % dev %", 0, libc::ESRCH),
            Change::AddRoute { onlink: true, .. } => ("ip route append % dev % onlink", 0, libc::EEXIST),
            Change::AddRoute { metric, .. } => ("ip route append % dev %", *metric, libc::EEXIST),
            Change::RemoveRoute(live) => ("ip route del % dev %", live.metric, libc::ESRCH),
        };
        let mut line = Text::<256>::new();
        line.fill(command, &[change.object().unwrap_or(&link.name), &link.name]);
        if metric != 0 {
            line.fill(" metric %", &[&metric]);
        }
        line.end_line();
        if !self.again {
            write_stdout(line.as_str())?;
        }
        // What cannot be there afterwards must not be tried again: the same answers as if somebody had been faster.
        if errno == 0 { Ok(()) } else { Err(Errno(errno)) }
    }

    fn stop_dhcp(&mut self, _: &Link, _: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
        Ok(())
    }

    fn runs(&mut self, _: u32) -> bool {
        false
    }
}
