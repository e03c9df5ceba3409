//! ifupdown: `/etc/network/interfaces`, in one form that ifupdown, ifupdown-ng and busybox ifup take alike. interfaces(5).
//!
//! The first address of a family, its gateway and the name servers are options of a stanza; whatever one of the three cannot say so is an
//! `up` line, with a comment at its end by which it is known again. How the file is edited is in `interfaces`, how it is read in `stanzas`.

use crate::error::Error;
use crate::limits::DNS_COUNT;
use crate::network::config::interfaces::{Edit, gateway, uses};
use crate::network::config::stanzas::{self, Kind};
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::network::ip::{Family, Ip};
use crate::network::model::{Address, Route};
use crate::ports::Verdict;
use crate::text::{Parts, Show, Text, cut};

/// Where installers and cloud-init put further files that `/etc/network/interfaces` has read.
const FURTHER: &str = "/etc/network/interfaces.d";

/// The metric of a default route beside another interface's, less the interface's number: two of one metric are refused, and IPv6 has 1,024
/// for those that name none.
const OTHER_METRIC: usize = 1024;

/// Longest command: a route via IPv6 addresses with all that may follow, and the name of a link.
const COMMAND_LEN: usize = 192;

/// Writes the network.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut has_sources = false;
    tree.edit("/etc/network/interfaces", 0o644, &mut |old, out| {
        if old.is_empty() && network.interfaces.is_empty() {
            return Verdict::Leave;
        }
        let mut edit = Edit::new(network, old, out);
        edit.scan();
        edit.run();
        has_sources = edit.has_sources;
        Verdict::Write
    })?;
    if has_sources {
        warn_of_others(network, tree);
    }
    Ok(())
}

/// Warns of stanzas that add up with ours. What cannot be read is nothing to warn of.
#[inline(never)]
fn warn_of_others(network: &Network<'_>, tree: &mut Tree<'_>) {
    let mut names = Names::new();
    let _ = tree.names(FURTHER, "", &mut names);
    let mut rest = names.as_str();
    while let Some((name, behind)) = cut(rest, b'\n') {
        rest = behind;
        let path = Text::<256>::of("%/%", &[&FURTHER, &name]);
        let mut other = None;
        let _ = tree.read(path.as_str(), &mut |mut text| {
            while let Some(mut line) = stanzas::take(&mut text) {
                if stanzas::kind(&mut line) == Kind::Iface {
                    other = network.named(stanzas::take_word(&mut line)).or(other);
                }
            }
        });
        if let Some(interface) = other {
            tree.warn(
                "configured-twice",
                path.as_str(),
                "% is configured here, too, and both add up: remove its stanza",
                &[&interface.name],
            );
        }
    }
}

/// Puts the options of an interface's stanza for a family.
#[inline(never)]
pub fn put_options(edit: &mut Edit<'_, '_>, at: usize, interface: &Interface, family: Family) {
    let (name, wanted) = (&interface.name, &interface.wanted);
    let before = edit.network.interfaces.get(..at).unwrap_or_default();
    let metric = if before.iter().any(|other| gateway(other, family).is_some()) { OTHER_METRIC + at } else { 0 };
    let mut gateway = gateway(interface, family);
    let mut addresses = wanted.addresses.iter().filter(|address| address.ip.family == family);
    if let Some(first) = addresses.next() {
        edit.add("    address %", &[&first.ip]);
        if family == Family::V4 {
            edit.add("    netmask %", &[&Ip::unspecified(family).last(0).network(first.prefix_len)]);
            edit.add("    broadcast %", &[&broadcast(first)]);
        } else {
            edit.add("    netmask %", &[&first.prefix_len]);
        }
        if let Some(ip) = gateway
            && metric == 0
            && (first.covers(ip) || ip.is_link_local_v6())
        {
            edit.add("    gateway %", &[ip]);
            gateway = None;
        }
    } else if wanted.addresses.is_empty() {
        up(edit, "link set dev % up", &[name]);
    }
    if !wanted.dns.is_empty() && (family == Family::V4 || !uses(interface, Family::V4)) {
        let mut servers = Text::<{ DNS_COUNT * 40 }>::new();
        for server in &wanted.dns {
            servers.add(" %", &[server]);
        }
        edit.add("    dns-nameservers%", &[&servers]);
    }
    for address in addresses {
        if family == Family::V4 {
            up(edit, "addr add % brd % dev %", &[address, &broadcast(address), name]);
        } else {
            up(edit, "-6 addr add % dev %", &[address, name]);
        }
    }
    if let Some(gateway) = gateway {
        put_route(edit, interface, &Route::default_via(*gateway), metric);
    }
    for route in &wanted.routes {
        if route.destination.family == family {
            put_route(edit, interface, route, 0);
        }
    }
}

/// The broadcast address; 0.0.0.0 is none.
#[inline(never)]
fn broadcast(address: &Address) -> Ip {
    address.broadcast().unwrap_or(Ip::unspecified(Family::V4))
}

/// A command for ip(8). The ones behind it would not run if it failed, say because the user has the same route.
#[inline(never)]
fn up(edit: &mut Edit<'_, '_>, template: &str, parts: &Parts<'_>) {
    let mut command = Text::<COMMAND_LEN>::new();
    command.fill(template, parts);
    edit.add("    up ip % || true # nova-agent", &[&command]);
}

/// A route, and what its gateway needs outside every subnet: IPv6 has the flag `onlink` only since Linux 4.16.
#[inline(never)]
fn put_route(edit: &mut Edit<'_, '_>, interface: &Interface, route: &Route, metric: usize) {
    let name = &interface.name;
    let (six, mut flag, mut value): (_, _, &dyn Show) = (if route.destination.is_v4() { "" } else { "-6 " }, "", &"");
    if let Some(gateway) = &route.gateway
        && !interface.wanted.covers(gateway)
        && !gateway.is_link_local_v6()
    {
        if gateway.is_v4() {
            flag = " onlink";
        } else {
            up(edit, "-6 route add %/128 dev %", &[gateway, name]);
        }
    }
    let mut word = "";
    if metric > 0 {
        (word, value) = (" metric ", &metric);
    }
    up(edit, "%route add % dev %%%%", &[&six, route, name, &flag, &word, value]);
}
