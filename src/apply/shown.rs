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

    #[inline(never)]
    fn change(&mut self, link: &Link, change: &Change) -> Result<(), Errno> {
        // A route's metric as far as it is not 0, and what follows it.
        let (mut metric, mut end) = (0, "");
        let mut line = Text::<256>::new();
        let refusal = match change {
            Change::Up => {
                line.fill("ip link set dev % up", &[&link.name]);
                Ok(())
            }
            Change::PromoteSecondaries => {
                line.fill("sysctl -w net/ipv4/conf/%/promote_secondaries=1", &[&link.name]);
                Ok(())
            }
            Change::AddAddress { address, .. } => {
                line.fill("ip address replace % dev %", &[address, &link.name]);
                Err(Errno(libc::EEXIST))
            }
            Change::RemoveAddress(live) => {
                line.fill("ip address del % dev %", &[&live.address, &link.name]);
                Err(Errno(libc::ESRCH))
            }
            Change::AddRoute { route, metric: wanted, onlink } => {
                line.fill("ip route append % dev %", &[route, &link.name]);
                metric = *wanted;
                end = if *onlink { " onlink" } else { "" };
                Err(Errno(libc::EEXIST))
            }
            Change::RemoveRoute(live) => {
                line.fill("ip route del % dev %", &[&live.route, &link.name]);
                metric = live.metric;
                Err(Errno(libc::ESRCH))
            }
        };
        if metric != 0 {
            line.fill(" metric %", &[&metric]);
        }
        line.put(end);
        line.end_line();
        if !self.again {
            write_stdout(line.as_str())?;
        }
        // What cannot be there afterwards must not be tried again: the same answers as if somebody had been faster.
        refusal
    }

    fn stop_dhcp(&mut self, _: &Link, _: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
        Ok(())
    }

    fn runs(&mut self, _: u32) -> bool {
        false
    }
}
