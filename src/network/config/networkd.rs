//! systemd-networkd: one file an interface, `/etc/systemd/network/05-nova-agent-4040aabbcc01.network`.
//!
//! systemd.network(5), in the spelling that every version takes. The first file in the order of names that matches a link is the whole of its
//! configuration, so ours beats netplan's and cloud-init's, whose names begin with 10. What an administrator adds to ours stays; what is to
//! change in our routes belongs in a file of `05-nova-agent-4040aabbcc01.network.d`.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::foreign::Foreign;
use crate::network::config::ini::Section;
use crate::network::config::own::Own;
use crate::network::config::tree::Tree;
use crate::packed;

/// networkd reads them as an unprivileged user.
const FILES: Own = Own {
    directory: "/etc/systemd/network",
    prefix: "05-nova-agent-",
    suffix: ".network",
    mode: 0o644,
    sections: &[
        // Other links can have the same MAC address. Before version 251 networkd does not know `Kind`, and says so in its log.
        Section {
            header: "[Match]",
            keys: packed!("|MACAddress Kind \n"),
            template: packed!("|MACAddress=%H\n|Kind=!bond bridge ipvlan macvlan macvtap team tun vlan\n"),
        },
        // Without IPv6 from the host, a router on the link is as good as before.
        Section {
            header: "[Network]",
            keys: packed!("|Address Gateway DNS DHCP IPv6AcceptRA \n"),
            template: packed!("a|Address=%a\nd|DNS=%i\n6a?|IPv6AcceptRA=no\n"),
        },
    ],
    more: packed!("r|%/[Route]%/# nova-agent%/Destination=%a%/Gateway=%g%/GatewayOnlink=yes%O\n"),
};

/// What sorts before ours.
const FOREIGN: Foreign = Foreign {
    directories: "/etc/systemd/network /run/systemd/network /usr/lib/systemd/network ",
    suffix: FILES.suffix,
    before: FILES.prefix,
    text: "sorts first, so it configures % after a reboot; remove or rename it",
};

/// Edits the files of all interfaces, and removes those of interfaces that are gone. A file that may take an interface away from ours is
/// named in the log.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    FOREIGN.tell(network, tree, &mut |_, _, _| {});
    FILES.write(network, tree)
}
