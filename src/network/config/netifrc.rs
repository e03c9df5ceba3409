//! netifrc: `config_IF`, `routes_IF` and `dns_servers_IF` in `/etc/conf.d/net`, one address or route a line, and the links that start
//! `net.IF` in the default runlevel. The manual is netifrc's `net.example`; what is in a line goes on to `ip`.
//!
//! Our variables stand at the file's end, where they win: what the user says of the same interface stays, and holds again when it is gone.

use crate::error::Error;
use crate::network::config::block;
use crate::network::config::marker::marked;
use crate::network::config::tree::{Tree, path};
use crate::network::config::{Interface, Network};
use crate::network::lines::{take_line, take_word};
use crate::packed;
use crate::packed::Packed;
use crate::text::{Text, take_until};

const PATH: &str = "/etc/conf.d/net";
const LINK: &str = "/etc/runlevels/default/net.%";

/// Without a variable an interface would be set up by DHCP. An array of the user's would keep its other elements.
const VARIABLES: Packed = packed!(
    "\
|unset config_%V routes_%V
a!|config_%V=\"null\"
a1|config_%V=\"%a
a+|%a
a?|\"
r1|routes_%V=\"%d%v%o
r+|%d%v%o
r?|\"
d?|dns_servers_%V=\"\\
d|%_%i\\
d?|\"
"
);

/// Writes the variables and makes the links.
///
/// # Errors
///
/// Those of [`Tree::edit`] and [`Tree::link`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut gone = Text::<256>::new();
    tree.edit(PATH, 0o644, &mut |old, out| {
        let (mut rest, mut is_stale) = (old, false);
        while let Some(line) = take_line(&mut rest) {
            if is_stale
                && let Some(mut words) = line.strip_prefix(b"unset config_")
                && let Ok(name) = core::str::from_utf8(take_word(&mut words))
                && network.named(name.as_bytes()).is_none()
            {
                gone.fill("% ", &[&name]);
            }
            is_stale = marked(line).is_some_and(|mac| network.is_stale(mac));
        }
        block::edit(old, network, VARIABLES, &mut |_| false, out)
    })?;
    let mut names = gone.as_str();
    while let Some(name) = take_until(&mut names, b' ') {
        tree.link(path(LINK, &name).as_str(), None)?;
    }
    for Interface { name, .. } in network.interfaces {
        let script = path("/etc/init.d/net.%", name);
        tree.link(script.as_str(), Some("net.lo"))?;
        tree.link(path(LINK, name).as_str(), Some(script.as_str()))?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "netifrc_tests.rs"]
mod tests;
