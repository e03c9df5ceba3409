//! Red Hat's `ifcfg-NAME`, `route-NAME` and `route6-NAME`: RHEL and CentOS up to 8, Fedora up to 35, read by the `network` service and by
//! NetworkManager's ifcfg-rh plugin. sysconfig.txt of initscripts; nm-settings-ifcfg-rh(5).
//!
//! `NETMASK` is what all versions read; `PREFIX` is new in 6. So is a second IPv4 address (`IPADDR1`). The scripts take the default gateway
//! only where the first address's subnet has it; another is a line of the route file.

use crate::error::Error;
use crate::network::config::out::Out;
use crate::network::config::routes::{Which, each, is_far};
use crate::network::config::shell::{File, unquoted};
use crate::network::config::shellvars::{Vars, edit, is_any};
use crate::network::config::sysconfig::{self, Format};
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network, block};
use crate::network::ip::{Family, Ip};
use crate::network::lines::take_word;
use crate::network::model::{Mac, Route};
use crate::ports::Verdict;
use crate::text::{Line, Show, Text};

const FORMAT: Format = Format {
    directory: "/etc/sysconfig/network-scripts",
    owns,
    knows: |name| owns(name, None) || is_any(name, &ALWAYS_THERE),
    set,
    off: "ONBOOT=no",
    is_rival,
    routes: &[ROUTE, "route6-"],
    edit_routes,
};

const ROUTE: &str = "route-";

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

/// These stay when they are not wanted.
const ALWAYS_THERE: [&str; 9] =
    ["DEVICE", "TYPE", "BOOTPROTO", "ONBOOT", "DEFROUTE", "IPV6INIT", "IPV6_AUTOCONF", "IPV6_DEFROUTE", "AUTOCONNECT_PRIORITY"];

/// Writes the files.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    sysconfig::write(&FORMAT, network, tree)?;
    tree.edit("/etc/sysconfig/network", 0o644, &mut |old, out| {
        let (mut has_gateway4, mut has_gateway6, mut has_v6) = (false, false, false);
        for interface in network.interfaces {
            has_gateway4 |= interface.wanted.gateway4.is_some();
            has_gateway6 |= interface.wanted.gateway6.is_some();
            has_v6 |= is_v6(interface);
        }
        // A default route of the whole system would come before those of the interfaces.
        let owns = &|name: &[u8]| {
            has_gateway4 && is_any(name, &["GATEWAY", "GATEWAYDEV"]) || has_gateway6 && is_any(name, &["IPV6_DEFAULTGW", "IPV6_DEFAULTDEV"])
        };
        Verdict::write_if(edit(
            old,
            owns,
            &mut |vars| {
                vars.set_missing("NETWORKING=yes", &[]);
                if has_v6 {
                    vars.set_missing("NETWORKING_IPV6=yes", &[]);
                }
            },
            out,
        ))
    })
}

/// Whether the interface is to have anything of IPv6.
#[inline(never)]
fn is_v6(interface: &Interface) -> bool {
    let wanted = &interface.wanted;
    wanted.gateway6.is_some() || wanted.addresses.iter().any(|address| !address.ip.is_v4())
}

fn owns(name: &[u8], interface: Option<&Interface>) -> bool {
    is_any(name, &FROM_HOST)
        || interface.is_none_or(is_v6) && is_any(name, &AGAINST_V6)
        || interface.is_none_or(|interface| !interface.wanted.dns.is_empty()) && is_any(name, &["DNS#"])
        || interface.is_none() && name == b"HWADDR"
}

fn set(interface: &Interface, rivals: bool, vars: &mut Vars<'_, '_>) {
    let (name, wanted) = (&interface.name, &interface.wanted);
    vars.set("DEVICE=%", &[name]);
    vars.set("HWADDR=%", &[&Upper(&wanted.mac)]);
    vars.set_missing("TYPE=Ethernet", &[]);
    vars.set("BOOTPROTO=none", &[]);
    vars.set("ONBOOT=yes", &[]);
    let mut count = 0u32;
    for address in &wanted.addresses {
        if address.ip.is_v4() {
            let number: &dyn Show = if count == 0 { &"" } else { &count };
            vars.set("IPADDR%=%", &[number, &address.ip]);
            vars.set("NETMASK%=%", &[number, &netmask(address.prefix_len)]);
            count += 1;
        }
    }
    if let Some(gateway) = &wanted.gateway4 {
        vars.set("GATEWAY=%", &[gateway]);
        vars.set("DEFROUTE=yes", &[]);
    }
    if is_v6(interface) {
        vars.set("IPV6INIT=yes", &[]);
        vars.set("IPV6_AUTOCONF=no", &[]);
    }
    count = 0;
    for address in &wanted.addresses {
        if !address.ip.is_v4() {
            match count {
                0 => vars.set("IPV6ADDR=%", &[address]),
                1 => vars.set("IPV6ADDR_SECONDARIES=\"%", &[address]),
                _ => vars.add(" %", &[address]),
            }
            count += 1;
        }
    }
    if count > 1 {
        vars.add("\"", &[]);
    }
    if let Some(gateway) = &wanted.gateway6 {
        vars.set("IPV6_DEFAULTGW=%%%", &[gateway, &"%", name]);
        vars.set("IPV6_DEFROUTE=yes", &[]);
    }
    for (at, server) in wanted.dns.iter().enumerate() {
        vars.set("DNS%=%", &[&(at + 1), server]);
    }
    if rivals {
        // NetworkManager takes the profile of the highest; the scripts run all files.
        vars.set("AUTOCONNECT_PRIORITY=100", &[]);
    }
}

/// The IPv4 netmask of a prefix.
fn netmask(prefix_len: u8) -> Ip {
    Ip::unspecified(Family::V4).last(0).network(prefix_len)
}

/// A MAC address in capitals, as older scripts compare it.
struct Upper<'a>(&'a Mac);

impl Show for Upper<'_> {
    fn show(&self, line: &mut Line) {
        for byte in Text::<32>::of("%", &[self.0]).as_bytes() {
            line.put_byte(byte.to_ascii_uppercase());
        }
    }
}

/// A file of another name is taken by its `DEVICE`, which may have an alias's number behind a colon, or by its `HWADDR`.
fn is_rival(_: &str, content: &[u8], interface: &Interface) -> bool {
    let Some(file) = File::new(content) else { return false };
    let device = unquoted(file.value(b"DEVICE"));
    let mac = core::str::from_utf8(unquoted(file.value(b"HWADDR"))).ok().and_then(Mac::parse);
    match device.strip_prefix(interface.name.as_bytes()) {
        Some([] | [b':', ..]) => true,
        _ => device.is_empty() && mac == Some(interface.wanted.mac),
    }
}

fn edit_routes(prefix: &str, old: &[u8], interface: &Interface, out: &mut Out<'_>) -> Verdict {
    let is_v4 = prefix == ROUTE;
    let wanted = &interface.wanted;
    let gateway = if is_v4 { wanted.gateway4 } else { wanted.gateway6 };
    let default = gateway.is_some_and(|gateway| {
        if !is_v4 {
            return is_far(wanted, &gateway);
        }
        !wanted.addresses.iter().find(|address| address.ip.is_v4()).is_some_and(|address| address.covers(&gateway))
    });
    // The file is either lines for ip-route(8) or variables, all of it.
    let is_numbered = uses(old, "ADDRESS");
    let which = Which { is_v4, default, to_gateways: !is_v4 || is_numbered };
    let mut has_routes = false;
    each(wanted, which, &mut |_| has_routes = true);
    block::edit(
        old,
        if has_routes { Some(interface) } else { None },
        &|_| true,
        &|line| gateway.is_some() && is_default(line),
        &mut |out| {
            let mut number = 0u32;
            each(wanted, which, &mut |route| {
                if is_numbered {
                    while uses(old, Text::<32>::of("ADDRESS%=", &[&number]).as_str()) {
                        number += 1;
                    }
                    put_numbered(number, route, out);
                    number += 1;
                } else {
                    let onlink = if is_v4 && route.gateway.is_some_and(|gateway| is_far(wanted, &gateway)) { " onlink" } else { "" };
                    out.add("% dev %%\n", &[route, &interface.name, &onlink]);
                }
            });
        },
        out,
    )
}

fn put_numbered(number: u32, route: &Route, out: &mut Out<'_>) {
    out.add("ADDRESS%=%\nNETMASK%=%\n", &[&number, &route.destination, &number, &netmask(route.prefix_len)]);
    if let Some(gateway) = &route.gateway {
        out.add("GATEWAY%=%\n", &[&number, gateway]);
    }
}

/// Whether a line of the user's begins with `start`.
#[inline(never)]
fn uses(old: &[u8], start: &str) -> bool {
    let mut rest = old;
    while let Some(piece) = block::take(&mut rest, &|_| true) {
        if piece.is_some_and(|line| line.trim_ascii_start().starts_with(start.as_bytes())) {
            return true;
        }
    }
    false
}

/// Whether a line is a default route of the main table: the host's business.
fn is_default(line: &[u8]) -> bool {
    let mut rest = line;
    matches!(take_word(&mut rest), b"default" | b"0.0.0.0/0" | b"::/0") && !line.windows(5).any(|word| word == b"table")
}
