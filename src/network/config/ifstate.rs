//! The state file of ifupdown, ifupdown-ng or busybox ifup: which interfaces are up, and as which stanza. ifup(8), ifstate(5).
//!
//! `ifup` of an interface that is up already, but not in this file, fails on its first address.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::out::Out;
use crate::network::config::tree::Tree;
use crate::network::lines::take_line;
use crate::ports::Verdict;
use crate::text::Text;

/// That of ifupdown since 0.7; and that of ifupdown-ng and busybox.
const FILES: [&str; 2] = ["/run/network/ifstate", "/run/ifstate"];

/// Enters every interface of the network in those that are there.
///
/// # Errors
///
/// Those of the tree.
pub fn enter(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    for path in FILES {
        let mut is_there = false;
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
        if is_there && path == FILES[0] {
            enter_each(network, tree)?;
        }
    }
    Ok(())
}

/// ifupdown since 0.8 believes a file of each interface: the stanza's name, or nothing.
fn enter_each(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    for interface in network.interfaces {
        let path = Text::<64>::of("%.%", &[&FILES[0], &interface.name]);
        let mut fill = |old: &[u8], out: &mut Out<'_>| {
            out.add("%\n", &[&interface.name]);
            if old.trim_ascii().is_empty() { Verdict::Write } else { Verdict::Leave }
        };
        // A file that is there gets no backup.
        if tree.is_there(path.as_str())? { tree.update(path.as_str(), &mut fill)? } else { tree.edit(path.as_str(), 0o644, &mut fill)? }
    }
    Ok(())
}

/// Whether a line of the file says that the interface is up, as whatever stanza.
#[inline(never)]
fn is_up(mut file: &[u8], name: &[u8]) -> bool {
    while let Some(line) = take_line(&mut file) {
        if line.strip_prefix(name).is_some_and(|stanza| stanza.starts_with(b"=")) {
            return true;
        }
    }
    false
}
