//! ifupdown: `/etc/network/interfaces`, in one form that ifupdown, ifupdown-ng and busybox ifup take alike. interfaces(5).
//!
//! The first address of a family, its gateway and the name servers are options of a stanza; whatever one of the three cannot say so is an
//! `up` line, with a comment at its end by which it is known again. How the file is edited is in `interfaces`.

use crate::error::Error;
use crate::network::config::foreign::Foreign;
use crate::network::config::interfaces;
use crate::network::config::template::{self, Lines};
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network};
use crate::ports::Verdict;

/// Where installers and cloud-init put further files that `/etc/network/interfaces` has read.
const FURTHER: Foreign = Foreign {
    directories: "/etc/network/interfaces.d ",
    prefix: "",
    suffix: "",
    before: "~",
    text: "% is configured here, too, and both add up: remove its stanza",
};

/// Writes the network.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.edit("/etc/network/interfaces", 0o644, &mut |old, out| {
        if old.is_empty() && network.interfaces.is_empty() {
            return Verdict::Leave;
        }
        interfaces::edit(network, old, out);
        Verdict::Write
    })?;
    FURTHER.tell(network, tree, &mut |_, _, _| {});
    Ok(())
}

/// A family's stanza: up to the gateway, the gateway, and the same for an interface behind another one that has a gateway: the kernel
/// refuses two default routes of one metric, and gives those of IPv6 that name none 1,024. Then the name servers, in one stanza of the
/// interface, and what takes a command. One that failed, say because the user has the same route, would keep those behind it from being
/// run.
const STANZAS: [[&str; 4]; 2] = [
    [
        "\
4a?|iface %I inet static
4a!|iface %I inet manual
4a1|    address %i
4a1|    netmask %m
",
        "4N|    gateway %i\n",
        "4N|    up ip route add 0.0.0.0/0 via %i dev %I metric 1025 || true # nova-agent\n",
        "\
d?|    dns-nameservers\\
d| %i\\
d?|
a!|    up ip link set dev %I up || true # nova-agent
4a+|    up ip addr add %a brd %b dev %I || true # nova-agent
4f|    up ip route add %a%v dev %I%o || true # nova-agent
",
    ],
    [
        "\
6a?|iface %I inet6 static
6a!|iface %I inet6 manual
6a1|    address %i
6a1|    netmask %p
",
        "6N|    gateway %i\n",
        "6N|    up ip -6 route add ::/0 via %i dev %I metric 1025 || true # nova-agent\n",
        "\
4a!4r!d?|    dns-nameservers\\
4a!4r!d| %i\\
4a!4r!d?|
6a+|    up ip -6 addr add %a dev %I || true # nova-agent
6f|    up ip -6 route add %a%v dev %I || true # nova-agent
",
    ],
];

/// Puts the stanzas of an interface whose `places`, one a family, are `place`. One with nothing on it has one for IPv4, which sets it up.
#[inline(never)]
pub fn put(network: &Network<'_>, interface: &Interface, places: &[usize; 2], place: usize, lines: &mut dyn Lines) {
    let wanted = &interface.wanted;
    let mut has6 = false;
    let mut has4 = false;
    for address in &wanted.addresses {
        let has = if address.ip.is_v4() { &mut has4 } else { &mut has6 };
        *has = true;
    }
    for route in &wanted.routes {
        let has = if route.destination.is_v4() { &mut has4 } else { &mut has6 };
        *has = true;
    }
    let mut is_second = false;
    for other in network.interfaces {
        if other.name == interface.name {
            break;
        }
        is_second |= other.wanted.gateway4.is_some() || other.wanted.gateway6.is_some();
    }
    for ((uses, at), [head, first, second, more]) in [has4 || !has6, has6].iter().zip(places).zip(STANZAS) {
        if *uses && *at == place {
            for part in [head, if is_second { second } else { first }, more] {
                template::put(part, interface, lines);
            }
        }
    }
}
