//! The state file of ifupdown, ifupdown-ng or busybox ifup: which interfaces are up, and as which stanza. ifup(8), ifstate(5).
//!
//! `ifup` of an interface that is up already, but not in this file, fails on its first address.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::tree::Tree;
use crate::network::lines::take_line;
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
    for path in FILES {
        // A line `PHYSICAL=LOGICAL` for each; what ifupdown-ng has behind it may be left out.
        tree.update(path, &mut |old, out| {
            is_there = !old.is_empty();
            out.put(old);
            for interface in network.interfaces {
                if !is_up(old, interface.name.as_bytes()) {
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

/// Whether a line of the file says that the interface is up, as whatever stanza.
fn is_up(mut file: &[u8], name: &[u8]) -> bool {
    while let Some(line) = take_line(&mut file) {
        if line.strip_prefix(name).is_some_and(|stanza| stanza.starts_with(b"=")) {
            return true;
        }
    }
    false
}
