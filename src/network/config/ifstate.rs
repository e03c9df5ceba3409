//! The state file of ifupdown, ifupdown-ng or busybox ifup: which interfaces are up, and as which stanza. ifup(8), ifstate(5).
//!
//! `ifup` of an interface that is up already, but not in this file, fails on its first address.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::foreign::has_word;
use crate::network::config::tree::Tree;
use crate::ports::Verdict;
use crate::text::Text;

/// That of ifupdown-ng and busybox; and that of ifupdown since 0.7.
const FILES: [&str; 2] = ["/run/ifstate", "/run/network/ifstate"];

/// Enters every interface of the network in those that are there.
///
/// # Errors
///
/// Those of the tree.
pub fn enter(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut is_there = false;
    for path in &FILES {
        // A line `PHYSICAL=LOGICAL` for each; what ifupdown-ng has behind it may be left out.
        tree.update(path, &mut |old, out| {
            is_there = !old.is_empty();
            out.put(old);
            for interface in network.interfaces {
                if !has_word(old, interface.name.as_bytes()) {
                    out.add("%=%\n", &[&interface.name, &interface.name]);
                }
            }
            Verdict::Write
        })?;
    }
    if !is_there {
        return Ok(());
    }
    // ifupdown since 0.8 believes a file of each interface: the stanza's name, or nothing.
    for interface in network.interfaces {
        let path = Text::<64>::of("%.%", &[&FILES[1], &interface.name]);
        tree.edit(path.as_str(), 0o644, &mut |old, out| {
            out.add("%\n", &[&interface.name]);
            if old.is_empty() { Verdict::Write } else { Verdict::Leave }
        })?;
    }
    Ok(())
}
