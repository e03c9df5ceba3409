//! netifrc: `config_IF`, `routes_IF` and `dns_servers_IF` in `/etc/conf.d/net`, one address or route a line, and the links that start
//! `net.IF` in the default runlevel. The manual is netifrc's `net.example`; what is in a line goes on to `ip`.
//!
//! The arrays of before 2011 are not written.

use crate::error::Error;
use crate::network::config::blocks::{Blocks, path};
use crate::network::config::out::Out;
use crate::network::config::shell::File;
use crate::network::config::template::{self, Variable};
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network};
use crate::ports::Verdict;
use crate::text::{Line, Text, cut};

const PATH: &str = "/etc/conf.d/net";
const LINK: &str = "/etc/runlevels/default/net.%";

/// Without a variable an interface would be set up by DHCP.
const VARIABLES: &str = "\
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
";

/// Writes the variables and makes the links.
///
/// # Errors
///
/// Those of [`Tree::edit`] and [`Tree::link`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut gone = Text::<256>::new();
    tree.edit(PATH, 0o644, &mut |old, out| {
        edit(network, old, &mut gone, out);
        Verdict::write_if(!old.is_empty() || !network.interfaces.is_empty())
    })?;
    let mut names = gone.as_str();
    while let Some((name, others)) = cut(names, b' ') {
        names = others;
        tree.link(path(LINK, &name).as_str(), None)?;
    }
    for Interface { name, .. } in network.interfaces {
        let script = path("/etc/init.d/net.%", name);
        tree.link(script.as_str(), Some("net.lo"))?;
        tree.link(path(LINK, name).as_str(), Some(script.as_str()))?;
    }
    Ok(())
}

/// Puts the new content, and the names of the interfaces whose blocks go for good.
fn edit(network: &Network<'_>, old: &[u8], gone: &mut Line, out: &mut Out<'_>) {
    let Some(mut file) = File::new(old) else { return out.refuse() };
    let mut blocks = Blocks::new(network, &|interface, new| template::put(VARIABLES, interface, new), out);
    // Whose block goes: empty before its first variable.
    let mut block: Option<&[u8]> = None;
    while let Some(statement) = file.take() {
        let (line, name) = (statement.line, statement.name);
        if blocks.replaces(line) {
            block = Some(b"");
            continue;
        }
        let servers = name.strip_prefix(b"dns_servers_");
        if let Some(owner) = name.strip_prefix(b"config_").or(name.strip_prefix(b"routes_")).or(servers) {
            let interface = network.interfaces.iter().find(|interface| Variable(interface).is(owner));
            if block == Some(b"") {
                block = Some(owner);
                if interface.is_none() {
                    gone.fill("% ", &[&core::str::from_utf8(owner).unwrap_or_default()]);
                }
            }
            // Where the host names no servers, the user's stay.
            if block == Some(owner) || interface.is_some_and(|interface| servers.is_none() || !interface.wanted.dns.is_empty()) {
                continue;
            }
        }
        block = None;
        blocks.keep(line);
    }
    blocks.replaces(b"");
}

#[cfg(test)]
#[path = "netifrc_tests.rs"]
mod tests;
