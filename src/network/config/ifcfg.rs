//! Red Hat's `ifcfg-NAME`, `route-NAME` and `route6-NAME`: RHEL and CentOS up to 8, Fedora up to 35, read by the `network` service and by
//! NetworkManager's ifcfg-rh plugin. sysconfig.txt of initscripts; nm-settings-ifcfg-rh(5).
//!
//! `NETMASK` is what all versions read; `PREFIX` came with 6, and so did a second IPv4 address (`IPADDR1`). The scripts take the default
//! gateway only where the first address's subnet has it; another one is a line of the route file. Of several files for an interface
//! NetworkManager takes the one of the highest priority; the scripts run all of them.

use crate::error::Error;
use crate::network::config::nodename::SYSINIT;
use crate::network::config::shell::{File, unquoted};
use crate::network::config::shellvars::{edit, is_any};
use crate::network::config::sysconfig::{self, Format};
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network};
use crate::network::model::Mac;
use crate::ports::Verdict;

const FORMAT: Format = Format {
    directory: "/etc/sysconfig/network-scripts",
    variables: "\
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
d|DNS%n=%i
|AUTOCONNECT_PRIORITY=100
",
    off: "ONBOOT=no",
    owns,
    knows: |name| owns(name, None) || is_any(name, &MAY_STAY),
    is_rival,
    routes: &[("route-", "4f|%a%v dev %I%o\n"), ("route6-", "6f|%a%v dev %I\n")],
    unlike: "ADDRESS",
};

/// Whatever an interface has, these are from the host.
const FROM_HOST: [&str; 16] = [
    "IPADDR",
    "IPADDR#",
    "NETMASK",
    "NETMASK#",
    "PREFIX",
    "PREFIX#",
    "BROADCAST",
    "BROADCAST#",
    "NETWORK",
    "GATEWAY",
    "GATEWAY#",
    "IPV6ADDR",
    "IPV6ADDR#",
    "IPV6ADDR_SECONDARIES",
    "IPV6_DEFAULTGW",
    "IPV6_DEFAULTDEV",
];

/// These contradict what it has of IPv6.
const AGAINST_V6: [&str; 2] = ["DHCPV6C", "IPV6_DISABLED"];

/// These do no harm when they are not wanted any more.
const MAY_STAY: [&str; 9] =
    ["DEVICE", "TYPE", "BOOTPROTO", "ONBOOT", "DEFROUTE", "IPV6INIT", "IPV6_AUTOCONF", "IPV6_DEFROUTE", "AUTOCONNECT_PRIORITY"];

fn owns(name: &[u8], interface: Option<&Interface>) -> bool {
    is_any(name, &FROM_HOST)
        || interface.is_none_or(has_v6) && is_any(name, &AGAINST_V6)
        || interface.is_none_or(|interface| !interface.wanted.dns.is_empty()) && is_any(name, &["DNS#"])
        || interface.is_none() && name == b"HWADDR"
}

#[inline(never)]
fn has_v6(interface: &Interface) -> bool {
    interface.wanted.addresses.iter().any(|address| !address.ip.is_v4())
}

/// A file of another name is taken for its `DEVICE`, which may have an alias's number behind a colon, or for its `HWADDR`.
fn is_rival(_: &str, content: &[u8], interface: &Interface) -> bool {
    let Some(file) = File::new(content) else { return false };
    let device = unquoted(file.value(b"DEVICE"));
    match device.strip_prefix(interface.name.as_bytes()) {
        Some([] | [b':', ..]) => true,
        _ => {
            let mac = core::str::from_utf8(unquoted(file.value(b"HWADDR"))).ok().and_then(Mac::parse);
            device.is_empty() && mac == Some(interface.wanted.mac)
        }
    }
}

/// Writes the files.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    sysconfig::write(&FORMAT, network, tree)?;
    let (mut has_gateway4, mut has_gateway6, mut is_v6) = (false, false, false);
    for interface in network.interfaces {
        has_gateway4 |= interface.wanted.gateway4.is_some();
        has_gateway6 |= interface.wanted.gateway6.is_some();
        is_v6 |= has_v6(interface);
    }
    let nodename = if tree.is_there(SYSINIT)? { network.nodename } else { None };
    tree.edit("/etc/sysconfig/network", 0o644, &mut |old, out| {
        // A default route of the whole system would come before those of the interfaces.
        let owns = &|name: &[u8]| {
            has_gateway4 && is_any(name, &["GATEWAY", "GATEWAYDEV"]) || has_gateway6 && is_any(name, &["IPV6_DEFAULTGW", "IPV6_DEFAULTDEV"])
        };
        Verdict::write_if(edit(
            old,
            owns,
            &mut |vars| {
                vars.set("?NETWORKING=yes", &[]);
                if is_v6 {
                    vars.set("?NETWORKING_IPV6=yes", &[]);
                }
                if let Some(nodename) = nodename {
                    vars.set("HOSTNAME=%", &[nodename]);
                }
            },
            out,
        ))
    })
}
