//! SUSE's `ifcfg-NAME`, `ifroute-NAME` and what is beside them in `/etc/sysconfig/network`: wicked, and the ifup of SLES up to 11.
//! ifcfg(5), ifroute(5), netconfig(8).
//!
//! wicked takes no `onlink` in a route, so a gateway outside every subnet has a route of its own in both families.

use crate::error::Error;
use crate::network::config::shellvars::{self, Vars};
use crate::network::config::sysconfig::{self, Format, VARIABLES};
use crate::network::config::tree::Tree;
use crate::network::config::{Network, block};
use crate::packed;
use crate::packed::Packed;

const FORMAT: Format = Format {
    directory: "/etc/sysconfig/network",
    files: &[(VARIABLES, INTERFACE), ("ifroute-", packed!("4h|%a - - %I\n4r|%d %y - %I\n6r|%d %y - %I\n"))],
    ours: "-IPADDR* PREFIXLEN* NETMASK* BROADCAST* REMOTE_IPADDR* LABEL* ",
    harmless: "BOOTPROTO ",
    off: "STARTMODE='off'",
};

const INTERFACE: Packed = packed!(
    "\
|BOOTPROTO='static'
|STARTMODE='auto'
a1|IPADDR='%a'
a+|IPADDR_%k='%a'
"
);

/// Writes the files.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    sysconfig::write(&FORMAT, network, tree)?;
    tree.edit("/etc/sysconfig/network/routes", 0o644, &mut |old, out| block::edit_routes(old, network.interfaces, Packed::new(b""), out))?;
    let Some((first, others)) = network.servers.split_first() else { return Ok(()) };
    let wanted = &mut |vars: &mut Vars<'_, '_>| {
        vars.set("NETCONFIG_DNS_STATIC_SERVERS=\"%", &[first]);
        for server in others {
            vars.add(" %", &[server]);
        }
        vars.add("\"", &[]);
    };
    shellvars::write("/etc/sysconfig/network/config", wanted, tree)
}
