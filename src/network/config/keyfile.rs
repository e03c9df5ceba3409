//! NetworkManager's keyfiles: one profile an interface, `system-connections/nova-agent-4040aabbcc01.nmconnection`.
//!
//! nm-settings-keyfile(5) and nm-settings(5), in the spelling that NetworkManager 1.0 and later take. The profile is bound to the MAC address
//! and has the highest priority, so that it wins against every other one of the interface at boot. Which one is active until then, and how
//! it is told to change over, is the table's.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::foreign::Foreign;
use crate::network::config::ini::Section;
use crate::network::config::own::Own;
use crate::network::config::tree::Tree;
use crate::packed;
use crate::packed::Packed;

/// A profile that others may read is passed over: it may hold passwords.
const PROFILES: Own = Own {
    directory: "/etc/NetworkManager/system-connections",
    prefix: "nova-agent-",
    suffix: ".nmconnection",
    mode: 0o600,
    sections: &[
        // The UUID is one of our own (RFC 9562, version 8): "nova-agent" and the MAC address.
        Section {
            header: "[connection]",
            keys: packed!("|id uuid type autoconnect-priority \n"),
            template: packed!("|id=nova-agent-%M\n|uuid=6e6f7661-2d61-8765-ae74-%M\n|type=ethernet\n|autoconnect-priority=999\n"),
        },
        Section { header: "[ethernet]", keys: packed!("|mac-address \n"), template: packed!("|mac-address=%H\n") },
        Section { header: "[ipv4]", keys: KEYS4, template: IPV4 },
        Section { header: "[ipv6]", keys: KEYS6, template: IPV6 },
    ],
    more: packed!(""),
};

/// What of a family is ours. Without addresses IPv6 is what the kernel does by itself: a link-local address, and what routers advertise.
const IPV4: Packed = packed!(
    "\
4a?|method=manual
4a!|method=disabled
4a|address%n=%a%,
4s|route%n=%a%,
4a?4d?|dns=\\
4a?4d|%i;\\
4a?4d?|
"
);
const IPV6: Packed = packed!(
    "\
6a?|method=manual
6a!|method=ignore
6a|address%n=%a%,
6s|route%n=%a%,
6a?6d?|dns=\\
6a?6d|%i;\\
6a?6d?|
"
);

/// Methods, addresses and routes, in the old spellings too; but neither `route-metric` nor `route-table`. Beside `disabled` and `ignore`
/// every key of name servers makes the profile invalid. Those of the user's stay where the host names none.
const KEYS4: Packed = packed!(
    "\
|method gateway address# addresses# route# route#_options routes# \n\
4a!|dns dns-search dns-options dns-priority \n\
d?|dns \n"
);
const KEYS6: Packed = packed!(
    "\
|method gateway address# addresses# route# route#_options routes# \n\
6a!|dns dns-search dns-options dns-priority \n\
d?|dns \n"
);

const FOREIGN: Foreign = Foreign {
    directories: "/etc/NetworkManager/system-connections ",
    suffix: "",
    before: "~",
    text: "also a profile of %; ours has the higher priority",
};

/// Edits the profiles of all interfaces, and removes those of interfaces that are gone. Other profiles of theirs are named in the log.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    FOREIGN.tell(network, tree, &mut |_, _, _| {});
    PROFILES.write(network, tree)
}

#[cfg(test)]
#[path = "keyfile_tests.rs"]
mod tests;
