//! SUSE's `ifcfg-NAME`, `ifroute-NAME` and what is beside them in `/etc/sysconfig/network`: wicked, and the ifup of SLES up to 11.
//! ifcfg(5), ifroute(5), netconfig(8).
//!
//! wicked takes no `onlink` in a route, so a gateway outside every subnet has a route of its own in both families.

use crate::error::Error;
use crate::network::config::shell::is_one_of;
use crate::network::config::shellvars::{Vars, edit};
use crate::network::config::sysconfig::{self, Format};
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network, block};
use crate::network::lines::take_word;
use crate::network::model::Mac;
use crate::ports::Verdict;

const FORMAT: Format = Format {
    directory: "/etc/sysconfig/network",
    variables: "\
|BOOTPROTO='static'
|STARTMODE='auto'
a1|IPADDR='%a'
a+|IPADDR_%k='%a'
",
    off: "STARTMODE='off'",
    owns,
    knows: |name| owns(name, None) || is_one_of(name, "BOOTPROTO STARTMODE "),
    is_rival,
    routes: &[("ifroute-", "4h|%a - - %I\n4r|%d %y - %I\n6r|%d %y - %I\n")],
    unlike: "",
};

/// What the names of an address's variables begin with. What is behind it may be anything.
const OF_ADDRESS: [&str; 6] = ["IPADDR", "PREFIXLEN", "NETMASK", "BROADCAST", "REMOTE_IPADDR", "LABEL"];

fn owns(name: &[u8], _: Option<&Interface>) -> bool {
    OF_ADDRESS.iter().any(|start| name.starts_with(start.as_bytes()))
}

/// The ifup of SLES 9 and 10 prefers a file that has the MAC address in its name: `ifcfg-eth-id-40:40:aa:bb:cc:01`.
fn is_rival(name: &str, _: &[u8], interface: &Interface) -> bool {
    name.strip_prefix("eth-id-").and_then(Mac::parse) == Some(interface.wanted.mac)
}

/// Writes the files.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    sysconfig::write(&FORMAT, network, tree)?;
    tree.edit("/etc/sysconfig/network/routes", 0o644, &mut |old, out| {
        block::edit(old, (&[], ""), &|_| false, &mut |line| contradicts(line, network), out)
    })?;
    if network.interfaces.iter().all(|interface| interface.wanted.dns.is_empty()) {
        return Ok(());
    }
    tree.edit("/etc/sysconfig/network/config", 0o644, &mut |old, out| {
        Verdict::write_if(edit(old, &|_| false, &mut |vars| set_dns(network, vars), out))
    })
}

/// Whether a line of the routes of all interfaces is a default route, not through another interface than ours, where the host wants another.
fn contradicts(line: &[u8], network: &Network<'_>) -> bool {
    let (mut rest, mut link) = (line, &b""[..]);
    for _ in 0..4 {
        link = take_word(&mut rest);
    }
    (matches!(link, b"" | b"-") || network.named(link).is_some())
        && network.interfaces.iter().any(|interface| block::is_default(line, &interface.wanted))
}

fn set_dns(network: &Network<'_>, vars: &mut Vars<'_, '_>) {
    vars.set("NETCONFIG_DNS_STATIC_SERVERS=\"", &[]);
    let mut parting = "";
    for (at, interface) in network.interfaces.iter().enumerate() {
        for server in &interface.wanted.dns {
            if !network.interfaces.iter().take(at).any(|before| before.wanted.dns.contains(server)) {
                vars.add("%%", &[&parting, server]);
                parting = " ";
            }
        }
    }
    vars.add("\"", &[]);
}
