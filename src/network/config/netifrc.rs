//! netifrc: `config_IF`, `routes_IF` and `dns_servers_IF` in `/etc/conf.d/net`, one address or route a line, and the links that start
//! `net.IF` in the default runlevel. The manual is netifrc's `net.example`; what is in a line goes on to `ip`.
//!
//! The arrays of before 2011 are not written.

use crate::error::Error;
use crate::network::config::blocks::{self, Fate, Format, Variable, fate};
use crate::network::config::out::Out;
use crate::network::config::shell::File;
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::network::ip::Ip;
use crate::network::model::Wanted;
use crate::ports::Verdict;
use crate::text::{Parts, Text, cut};

const PATH: &str = "/etc/conf.d/net";
const RUNLEVEL: &str = "/etc/runlevels/default";

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
            let is_silent = |named: &Interface| named.wanted.dns.is_empty() && blocks::is_of(named, interface);
            !self.0.interfaces.iter().any(is_silent)
        }))
    }

    fn put(&self, interface: &Interface, _: File<'_>, out: &mut Out<'_>) {
        let wanted = &interface.wanted;
        let mut list = List { out, name: &Variable(interface), opening: "config_%=\"", is_open: false };
        if wanted.addresses.is_empty() {
            list.add("", "null", &[]);
        }
        for address in &wanted.addresses {
            list.add("\n", "%", &[address]);
        }
        list.next("routes_%=\"");
        for gateway in wanted.gateway4.iter().chain(&wanted.gateway6) {
            list.add("\n", "default via %%", &[gateway, &on_link(wanted, gateway)]);
        }
        for route in &wanted.routes {
            let suffix = route.gateway.as_ref().map_or("", |gateway| on_link(wanted, gateway));
            list.add("\n", "%%", &[route, &suffix]);
        }
        list.next("dns_servers_%=\"");
        for server in &wanted.dns {
            list.add(" ", "%", &[server]);
        }
        list.next("");
    }
}

/// The value of a variable in the making.
struct List<'l, 'o> {
    out: &'l mut Out<'o>,
    name: &'l Variable<'l>,
    opening: &'static str,
    is_open: bool,
}

impl List<'_, '_> {
    #[inline(never)]
    fn add(&mut self, parting: &str, template: &str, parts: &Parts<'_>) {
        if self.is_open {
            self.out.put(parting.as_bytes());
        } else {
            self.out.add(self.opening, &[self.name]);
        }
        self.is_open = true;
        self.out.add(template, parts);
    }

    /// Ends the variable, which is not there at all if nothing was added. The next one begins with `opening`.
    fn next(&mut self, opening: &'static str) {
        if self.is_open {
            self.out.put(b"\"\n");
        }
        self.is_open = false;
        self.opening = opening;
    }
}

/// What `ip route` has to be told of a gateway that is in no subnet of the interface.
fn on_link(wanted: &Wanted, gateway: &Ip) -> &'static str {
    if wanted.covers(gateway) || gateway.is_link_local_v6() { "" } else { " onlink" }
}

#[cfg(test)]
#[path = "netifrc_tests.rs"]
mod tests;
