//! ifupdown: `/etc/network/interfaces`, in one form that ifupdown, ifupdown-ng and busybox ifup take alike. interfaces(5).
//!
//! The first address of a family, its gateway and the name servers are options of a stanza; whatever one of the three cannot say so is an
//! `up` line, with a comment at its end by which it is known again. How the file is edited is in `interfaces`, how it is read in `stanzas`.

use crate::error::Error;
use crate::network::config::interfaces::{Edit, gateway};
use crate::network::config::stanzas::{self, Kind};
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network, routes, template};
use crate::network::ip::Family;
use crate::ports::Verdict;
use crate::text::{Text, cut};

/// Where installers and cloud-init put further files that `/etc/network/interfaces` has read.
const FURTHER: &str = "/etc/network/interfaces.d";

/// The metric of a default route beside another interface's, less the interface's number: two of one metric are refused, and IPv6 has 1,024
/// for those that name none.
const OTHER_METRIC: usize = 1024;

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

/// The first address of a family.
const FIRST4: &str = "\
4a1|    address %i
4a1|    netmask %m
";
const FIRST6: &str = "\
6a1|    address %i
6a1|    netmask %p
";

/// What comes behind its gateway: the name servers, in one stanza of the interface; further addresses. An interface with nothing on it is
/// set up.
const MORE4: &str = "\
d?|    dns-nameservers\\
d| %i\\
d?|
a!|    up ip link set dev %I up || true # nova-agent
4a+|    up ip addr add %a brd %b dev %I || true # nova-agent
";
const MORE6: &str = "\
4a!4r!d?|    dns-nameservers\\
4a!4r!d| %i\\
4a!4r!d?|
6a+|    up ip -6 addr add %a dev %I || true # nova-agent
";

/// Puts the options of an interface's stanza for a family. A command that failed, say because the user has the same route, would keep those
/// behind it from being run.
#[inline(never)]
pub fn put_options(edit: &mut Edit<'_, '_>, at: usize, interface: &Interface, family: Family) {
    let (first, more, six) = if family == Family::V4 { (FIRST4, MORE4, "") } else { (FIRST6, MORE6, "-6 ") };
    let wanted = &interface.wanted;
    let before = edit.network.interfaces.get(..at).unwrap_or_default();
    let is_second = before.iter().any(|other| gateway(other, family).is_some());
    let primary = wanted.addresses.iter().find(|address| address.ip.family == family);
    // The option is used before further addresses are there.
    let option = gateway(interface, family)
        .filter(|gateway| !is_second && primary.is_some_and(|primary| primary.covers(gateway) || gateway.is_link_local_v6()));

    template::put(first, interface, &mut edit.file);
    if let Some(gateway) = option {
        edit.add("    gateway %", &[gateway]);
    }
    template::put(more, interface, &mut edit.file);
    routes::each(wanted, routes::ALL, &mut |route, is_onlink| {
        let is_default = route.prefix_len == 0;
        if route.destination.family != family || is_default && option.is_some() {
            return;
        }
        let mut flags = Text::<32>::new();
        if is_onlink {
            flags.put(" onlink");
        }
        if is_default && is_second {
            flags.add(" metric %", &[&(OTHER_METRIC + at)]);
        }
        edit.add("    up ip %route add % dev %% || true # nova-agent", &[&six, route, &interface.name, &flags]);
    });
}
