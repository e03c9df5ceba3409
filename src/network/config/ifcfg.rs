//! Red Hat's `ifcfg-NAME`, `route-NAME` and `route6-NAME`: RHEL and CentOS up to 8, Fedora up to 35, read by the `network` service and by
//! NetworkManager's ifcfg-rh plugin. sysconfig.txt of initscripts; nm-settings-ifcfg-rh(5).
//!
//! `NETMASK` is what all versions read; `PREFIX` came with 6, and so did a second IPv4 address (`IPADDR1`). The scripts take the default
//! gateway only where the first address's subnet has it; another one is a line of the route file. Of several files for an interface
//! NetworkManager takes the one of the highest priority; the scripts run all of them.

use crate::error::Error;
use crate::network::config::nodename::SYSINIT;
use crate::network::config::shellvars::{self, Vars};
use crate::network::config::sysconfig::{self, Format, VARIABLES};
use crate::network::config::tree::Tree;
use crate::network::config::{Network, template};
use crate::packed;
use crate::packed::Packed;

const FORMAT: Format = Format {
    directory: "/etc/sysconfig/network-scripts",
    files: &[(VARIABLES, INTERFACE), ("route-", packed!("4f|%a%v dev %I%o\n")), ("route6-", packed!("6f|%a%v dev %I\n"))],
    ours: "-HWADDR IPADDR# NETMASK# PREFIX# BROADCAST# NETWORK GATEWAY# IPV6ADDR* IPV6_DEFAULTGW IPV6_DEFAULTDEV ",
    harmless: "DEVICE TYPE BOOTPROTO DEFROUTE IPV6INIT IPV6_AUTOCONF IPV6_DEFROUTE DNS# AUTOCONNECT_PRIORITY ",
    off: "ONBOOT=no",
};

const INTERFACE: Packed = packed!(
    "\
|DEVICE=%I
|HWADDR=%U
|?TYPE=Ethernet
|BOOTPROTO=none
|ONBOOT=yes
4a1|IPADDR=%i
4a1|NETMASK=%m
4a+|IPADDR%k=%i
4a+|NETMASK%k=%m
4G|GATEWAY=%i
4G|DEFROUTE=yes
6a?|IPV6INIT=yes
6a?|IPV6_AUTOCONF=no
6a1|IPV6ADDR=%a
6a+?|IPV6ADDR_SECONDARIES=\"\\
6a+|%_%a\\
6a+?|\"
6G|IPV6_DEFAULTGW=%i%%%I
6G|IPV6_DEFROUTE=yes
6a?|-DHCPV6C IPV6_DISABLED \n\
d|DNS%n=%i
d?|-DNS# \n\
|AUTOCONNECT_PRIORITY=100
"
);

/// A default route of the whole system would come before those of the interfaces.
const GATEWAYS: Packed = packed!(
    "\
4G|-GATEWAY GATEWAYDEV \n\
6G|-IPV6_DEFAULTGW IPV6_DEFAULTDEV \n"
);

/// Writes the files.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    sysconfig::write(&FORMAT, network, tree)?;
    let nodename = if tree.is_there(SYSINIT)? { network.nodename } else { None };
    let wanted = &mut |vars: &mut Vars<'_, '_>| {
        for interface in network.interfaces {
            template::put(GATEWAYS, interface, vars);
        }
        vars.set("?NETWORKING=yes", &[]);
        vars.set("?NETWORKING_IPV6=yes", &[]);
        if let Some(nodename) = nodename {
            vars.set("HOSTNAME=%", &[nodename]);
        }
    };
    shellvars::write("/etc/sysconfig/network", wanted, tree)
}
