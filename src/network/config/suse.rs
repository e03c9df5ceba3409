//! SUSE's `ifcfg-NAME`, `ifroute-NAME` and what is beside them in `/etc/sysconfig/network`: wicked, and the ifup of SLES up to 11.
//! ifcfg(5), ifroute(5), netconfig(8).
//!
//! wicked takes no `onlink` in a route, so a gateway outside every subnet has a route of its own in both families.

use crate::error::Error;
use crate::network::config::shellvars::{Vars, edit};
use crate::network::config::sysconfig::{self, Format};
use crate::network::config::tree::Tree;
use crate::network::config::{Network, block};
use crate::ports::Verdict;

const FORMAT: Format = Format {
    directory: "/etc/sysconfig/network",
    variables: "\
|BOOTPROTO='static'
|STARTMODE='auto'
a1|IPADDR='%a'
a+|IPADDR_%k='%a'
",
    ours: "-IPADDR* PREFIXLEN* NETMASK* BROADCAST* REMOTE_IPADDR* LABEL* ",
    harmless: "BOOTPROTO ",
    off: "STARTMODE='off'",
    routes: &[("ifroute-", "4h|%a - - %I\n4r|%d %y - %I\n6r|%d %y - %I\n")],
};

/// Writes the files.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    sysconfig::write(&FORMAT, network, tree)?;
    tree.edit("/etc/sysconfig/network/routes", 0o644, &mut |old, out| block::edit(old, network.interfaces, "", out))?;
    if network.interfaces.iter().all(|interface| interface.wanted.dns.is_empty()) {
        return Ok(());
    }
    tree.edit("/etc/sysconfig/network/config", 0o644, &mut |old, out| {
        Verdict::write_if(edit(old, &|_| false, &mut |vars| set_dns(network, vars), out))
    })
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
