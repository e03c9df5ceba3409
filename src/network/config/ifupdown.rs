//! ifupdown: `/etc/network/interfaces`, in one form that ifupdown, ifupdown-ng and busybox ifup take alike. interfaces(5).
//!
//! The first address of a family, its gateway and the name servers are options of a stanza; whatever one of the three cannot say so is an
//! `up` line, with a comment at its end by which it is known again. How the file is edited is in `interfaces`.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::foreign::Foreign;
use crate::network::config::interfaces;
use crate::network::config::tree::Tree;
use crate::packed;
use crate::packed::Packed;
use crate::ports::Verdict;

/// Where installers and cloud-init put further files that `/etc/network/interfaces` has read.
const FURTHER: Foreign = Foreign {
    directories: "/etc/network/interfaces.d ",
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

/// A family as in [`FAMILIES`], and its stanza in four parts: up to the gateway; the gateway; the same for any interface but the first, since
/// the kernel refuses two default routes of one metric and the option would fail; the name servers, in one stanza of the interface, and what
/// takes a command. One that failed, say because the user has the same route, would keep those behind it from being run.
pub const STANZAS: [(&str, [Packed; 4]); 2] = [
    (
        "4",
        [
            packed!(
                "\
4a?|iface %I inet static
4a!|iface %I inet manual
4a1|    address %i
4a1|    netmask %m
"
            ),
            packed!("4N|    gateway %i\n"),
            packed!("4N|    up ip route add 0.0.0.0/0 via %i dev %I || true # nova-agent\n"),
            packed!(
                "\
d?|    dns-nameservers\\
d| %i\\
d?|
a!|    up ip link set dev %I up || true # nova-agent
4a+|    up ip addr add %a brd %b dev %I || true # nova-agent
4f|    up ip route add %a%v dev %I%o || true # nova-agent
"
            ),
        ],
    ),
    (
        "6",
        [
            packed!(
                "\
6a?|iface %I inet6 static
6a!|iface %I inet6 manual
6a1|    address %i
6a1|    netmask %p
"
            ),
            packed!("6N|    gateway %i\n"),
            packed!("6N|    up ip -6 route add ::/0 via %i dev %I || true # nova-agent\n"),
            packed!(
                "\
4a!4r!d?|    dns-nameservers\\
4a!4r!d| %i\\
4a!4r!d?|
6a+|    up ip -6 addr add %a dev %I || true # nova-agent
6f|    up ip -6 route add %a%v dev %I || true # nova-agent
"
            ),
        ],
    ),
];

/// Which families an interface has a stanza for: those of its addresses and routes. One with nothing on it has one for IPv4, which sets it up.
pub const FAMILIES: Packed = packed!("4a|4 \n4r|4 \n6a|6 \n6r|6 \n6a!6r!|4 \n");
