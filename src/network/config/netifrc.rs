//! netifrc: `config_IF`, `routes_IF` and `dns_servers_IF` in `/etc/conf.d/net`, one address or route a line, and the links that start
//! `net.IF` in the default runlevel. The manual is netifrc's `net.example`; what is in a line goes on to `ip`.
//!
//! The arrays of before 2011 are not written.

use crate::error::Error;
use crate::network::config::blocks::{self, Fate, Format, fate};
use crate::network::config::out::Out;
use crate::network::config::shell::File;
use crate::network::config::template::{self, Variable};
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::ports::Verdict;
use crate::text::{Text, cut};

const PATH: &str = "/etc/conf.d/net";
const RUNLEVEL: &str = "/etc/runlevels/default";

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

struct Netifrc<'n>(&'n Network<'n>);

/// Writes the variables and makes the links.
///
/// # Errors
///
/// Those of [`Tree::edit`] and [`Tree::link`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    unlink(network, tree)?;
    let mut is_shell = true;
    tree.edit(PATH, 0o644, &mut |old, out| {
        is_shell = blocks::edit(old, network, &mut Netifrc(network), out);
        Verdict::write_if(is_shell && !(old.is_empty() && network.interfaces.is_empty()))
    })?;
    if !is_shell {
        tree.warn("not-written", PATH, "the shell could not read this file", &[]);
    }
    for interface in network.interfaces {
        let script = Text::<64>::of("/etc/init.d/net.%", &[&interface.name]);
        tree.link(script.as_str(), "net.lo")?;
        tree.link(Text::<64>::of("%/net.%", &[&RUNLEVEL, &interface.name]).as_str(), script.as_str())?;
    }
    Ok(())
}

/// Keeps the services of interfaces that are gone from being started.
fn unlink(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut names = Names::new();
    tree.names(RUNLEVEL, "net.", &mut names)?;
    let mut rest = names.as_str();
    while let Some((name, others)) = cut(rest, b'\n') {
        rest = others;
        let mut is_stale = false;
        tree.read(PATH, &mut |old| {
            if let (Some(file), Some(interface)) = (File::new(old), name.strip_prefix("net.")) {
                is_stale = matches!(fate(network, file, &Netifrc(network), interface.as_bytes()), Fate::Stale);
            }
        })?;
        if is_stale {
            tree.unlink(Text::<320>::of("%/%", &[&RUNLEVEL, &name]).as_str())?;
        }
    }
    Ok(())
}

impl Format for Netifrc<'_> {
    fn owner<'n>(&self, name: &'n [u8]) -> Option<&'n [u8]> {
        let interface = name.strip_prefix(b"config_").or(name.strip_prefix(b"routes_"));
        // Where the host names no servers, the user's stay.
        interface.or(name.strip_prefix(b"dns_servers_").filter(|interface| {
            let is_silent = |named: &Interface| named.wanted.dns.is_empty() && Variable(named).is(interface);
            !self.0.interfaces.iter().any(is_silent)
        }))
    }

    fn put(&self, interface: &Interface, _: File<'_>, out: &mut Out<'_>) {
        template::put(VARIABLES, interface, out);
    }
}

#[cfg(test)]
#[path = "netifrc_tests.rs"]
mod tests;
