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
        // A line `PHYSICAL=LOGICAL` for each; what ifupdown-ng has behind it may be left out.
        tree.update(path, &mut |old, out| {
            out.put(old);
            for interface in network.interfaces {
                let name = interface.name.as_bytes();
                let (mut rest, mut is_up) = (old, false);
                while let Some(line) = take_line(&mut rest) {
                    is_up |= line.starts_with(name) && line.get(name.len()) == Some(&b'=');
                }
                if !is_up {
                    out.add("%=%\n", &[&interface.name, &interface.name]);
                }
            }
            Verdict::Write
        })?;
    }
    if !tree.is_there(FILES[0])? {
        return Ok(());
    }
    // ifupdown since 0.8 believes a file of each interface: the stanza's name, or nothing.
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
