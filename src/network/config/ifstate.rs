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

/// Where each keeps it: ifupdown since 0.7, ifupdown-ng and busybox, busybox as it comes, ifupdown before.
const FILES: [&str; 4] = ["/run/network/ifstate", "/run/ifstate", "/var/run/ifstate", "/etc/network/run/ifstate"];

/// Enters every interface of the network, where there is such a file.
///
/// # Errors
///
/// Those of the tree.
pub fn enter(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    for path in FILES {
        if !tree.is_there(path)? {
            continue;
        }
        if path == FILES[0] {
            enter_each(network, tree)?;
        }
        return tree.update(path, &mut |old, out| {
            enter_all(network, old, out);
            Verdict::Write
        });
    }
    Ok(())
}

/// ifupdown since 0.8 believes a file of each interface: the name of the stanza, or nothing.
fn enter_each(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    for interface in network.interfaces {
        let path = Text::<64>::of("/run/network/ifstate.%", &[&interface.name]);
        let mut is_up = false;
        let exists = tree.read(path.as_str(), &mut |old| is_up = !old.trim_ascii().is_empty())?;
        if is_up {
            continue;
        }
        let mut fill = |_: &[u8], out: &mut Out<'_>| {
            out.add("%\n", &[&interface.name]);
            Verdict::Write
        };
        if exists { tree.update(path.as_str(), &mut fill)? } else { tree.edit(path.as_str(), 0o644, &mut fill)? }
    }
    Ok(())
}

/// A line `PHYSICAL=LOGICAL` for each interface; what follows it in ifupdown-ng may be left out.
fn enter_all(network: &Network<'_>, old: &[u8], out: &mut Out<'_>) {
    out.put(old);
    if !matches!(old, [] | [.., b'\n']) {
        out.put(b"\n");
    }
    for interface in network.interfaces {
        let (mut rest, mut is_up) = (old, false);
        while let Some(line) = take_line(&mut rest) {
            let logical = line.strip_prefix(interface.name.as_bytes());
            is_up |= logical.is_some_and(|logical| logical.starts_with(b"="));
        }
        if !is_up {
            out.add("%=%\n", &[&interface.name, &interface.name]);
        }
    }
}
