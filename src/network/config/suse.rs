//! SUSE's `ifcfg-NAME`, `ifroute-NAME` and what is beside them in `/etc/sysconfig/network`: wicked, and the ifup of SLES up to 11.
//! ifcfg(5), ifroute(5), netconfig(8).

use crate::error::Error;
use crate::network::config::out::Out;
use crate::network::config::routes::{Which, each};
use crate::network::config::shellvars::{Vars, edit, is_any};
use crate::network::config::sysconfig::{self, Format};
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network, block};
use crate::network::ip::Ip;
use crate::network::lines::take_word;
use crate::network::model::{Address, Mac, Wanted};
use crate::ports::Verdict;
use crate::text::{Show, Text};

const FORMAT: Format = Format {
    directory: "/etc/sysconfig/network",
    owns,
    knows: |name| owns(name, None) || is_any(name, &["BOOTPROTO", "STARTMODE"]),
    set,
    off: "STARTMODE='off'",
    is_rival,
    routes: &["ifroute-"],
    edit_routes,
};

/// What the names of an address's variables begin with. What is behind it may be anything.
const OF_ADDRESS: [&str; 6] = ["IPADDR", "PREFIXLEN", "NETMASK", "BROADCAST", "REMOTE_IPADDR", "LABEL"];

/// Writes the files.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    sysconfig::write(&FORMAT, network, tree)?;
    tree.edit("/etc/sysconfig/network/routes", 0o644, &mut |old, out| {
        let goes = &|line: &[u8]| network.interfaces.iter().any(|interface| is_default_of(line, &interface.wanted, network));
        block::edit(old, None, &|_| false, goes, &mut |_| {}, out)
    })?;
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

fn owns(name: &[u8], _: Option<&Interface>) -> bool {
    OF_ADDRESS.iter().any(|start| name.starts_with(start.as_bytes()))
}

fn set(interface: &Interface, _: bool, vars: &mut Vars<'_, '_>) {
    vars.set("BOOTPROTO='static'", &[]);
    vars.set("STARTMODE='auto'", &[]);
    for (at, address) in interface.wanted.addresses.iter().enumerate() {
        let number = if at == 0 { Text::<8>::new() } else { Text::of("_%", &[&at]) };
        vars.set("IPADDR%='%'", &[&number, address]);
    }
}

/// The ifup of SLES up to 10 prefers a file that has the MAC address in its name: `ifcfg-eth-id-40:40:aa:bb:cc:01`.
fn is_rival(name: &str, _: &[u8], interface: &Interface) -> bool {
    name.strip_prefix("eth-id-").and_then(Mac::parse) == Some(interface.wanted.mac)
}

fn edit_routes(_: &str, old: &[u8], interface: &Interface, out: &mut Out<'_>) -> Verdict {
    let wanted = &interface.wanted;
    let has_routes = !wanted.routes.is_empty() || wanted.gateway4.is_some() || wanted.gateway6.is_some();
    let lines = &mut |out: &mut Out<'_>| {
        for is_v4 in [true, false] {
            each(wanted, Which { is_v4, default: true, to_gateways: true }, &mut |route| {
                let network = Address { ip: route.destination, prefix_len: route.prefix_len };
                let destination: &dyn Show = if route.prefix_len == 0 && route.gateway.is_some() { &"default" } else { &network };
                let gateway: &dyn Show = match &route.gateway {
                    Some(gateway) => gateway,
                    None => &"-",
                };
                out.add("% % - %\n", &[destination, gateway, &interface.name]);
            });
        }
    };
    let network = Network { interfaces: core::slice::from_ref(interface), macs: &[], is_partial: false };
    block::edit(old, if has_routes { Some(interface) } else { None }, &|_| true, &|line| is_default_of(line, wanted, &network), lines, out)
}

/// Whether a line is a default route of the main table through no or one of our interfaces, of a family in which the host wants another.
fn is_default_of(line: &[u8], wanted: &Wanted, network: &Network<'_>) -> bool {
    let mut rest = line;
    let destination = take_word(&mut rest);
    let gateway = Ip::read(take_word(&mut rest));
    let _netmask = take_word(&mut rest);
    let interface = take_word(&mut rest);
    let is_v4 = gateway.map_or(destination != b"::/0", |gateway| gateway.is_v4());
    matches!(destination, b"default" | b"0.0.0.0" | b"0.0.0.0/0" | b"::/0")
        && (if is_v4 { wanted.gateway4 } else { wanted.gateway6 }).is_some()
        && (matches!(interface, b"" | b"-") || network.named(interface).is_some())
        && !line.windows(5).any(|word| word == b"table")
}
