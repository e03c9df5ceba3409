//! Makes the live state of one link what is wanted: read, plan, change, and again, until nothing is left to change.
//!
//! The kernel drops more than it is told to: routes fall with an address, secondary addresses with their primary one. Reading again finds
//! them, whatever the reason; a link that is as wanted is read once and not changed.

use crate::error::Errno;
use crate::limits::{PROBLEMS_LEN, ROUND_COUNT};
use crate::log::Level;
use crate::network::live::Link;
use crate::network::model::Wanted;
use crate::network::plan::{Change, Plan};
use crate::ports::{Host, Links};
use crate::text::Text;

/// What became of a link.
#[derive(Default)]
pub struct Applied {
    /// Changes made.
    pub changes: usize,
    /// What the kernel refused, without addresses; empty: the link is as wanted.
    pub failures: Text<PROBLEMS_LEN>,
    /// Whether IPv6 was wanted and is absent from the kernel or switched off on the link.
    pub lacks_ipv6: bool,
}

impl Applied {
    #[inline(never)]
    fn failed(&mut self, what: &str) {
        if !self.failures.is_empty() {
            self.failures.put(", ");
        }
        self.failures.put(what);
    }

    #[inline(never)]
    fn refused(&mut self, what: &str, errno: Errno) {
        self.failed(what);
        self.failures.fill(": %", &[&errno]);
    }
}

/// Applies `wanted` to `link`.
pub fn apply(links: &mut dyn Links, host: &mut dyn Host, link: &mut Link, wanted: &Wanted, applied: &mut Applied) {
    for _ in 0..ROUND_COUNT {
        let before = applied.changes;
        match round(links, host, link, wanted, applied) {
            Err(Errno(libc::EAGAIN)) => {}
            Err(errno) => return applied.refused("netlink", errno),
            Ok(()) if applied.changes == before => return,
            Ok(()) => link.flags |= libc::IFF_UP as u32,
        }
    }
    applied.failed("does not come to rest");
}

/// One reading of the link and the changes it calls for. What failed in an earlier round is tried again, so only the failures of the last
/// round count.
fn round(links: &mut dyn Links, host: &mut dyn Host, link: &Link, wanted: &Wanted, applied: &mut Applied) -> Result<(), Errno> {
    let mut plan = Plan::new(wanted, link);
    applied.failures.clear();
    links.live(link, &mut |item| plan.see(item))?;
    plan.changes(&mut |change| {
        let Err(errno) = links.change(link, &change) else {
            host.log(Level::Debug, "event=change link=% what=\"%\"", &[&link.name, &change]);
            applied.changes += 1;
            return;
        };
        host.log(Level::Debug, "event=change-refused link=% what=\"%\" reason=\"%\"", &[&link.name, &change, &errno]);
        if errno.0 == libc::EAFNOSUPPORT {
            applied.lacks_ipv6 = true;
        } else if !is_moot(&change, errno.0) {
            applied.refused(change.what(), errno);
        }
    });
    Ok(())
}

/// Whether the failure leaves nothing to do: somebody was faster, or what cannot be saved is put back in the next round.
fn is_moot(change: &Change, errno: i32) -> bool {
    match change {
        Change::AddAddress { .. } | Change::AddRoute { .. } => errno == libc::EEXIST,
        Change::RemoveAddress(_) | Change::RemoveRoute(_) => matches!(errno, libc::ESRCH | libc::EADDRNOTAVAIL),
        Change::PromoteSecondaries => true,
        Change::Up => false,
    }
}
