//! NetworkManager's keyfiles: one profile an interface, `system-connections/nova-agent-4040aabbcc01.nmconnection`.
//!
//! nm-settings-keyfile(5) and nm-settings(5), in the spelling that NetworkManager 1.0 and later take. The profile is bound to the MAC address
//! and has the highest priority, so that it wins against every other one of the interface at boot. Which one is active until then, and how
//! it is told to change over, is the table's.

use crate::error::Error;
use crate::network::config::edited::Edited;
use crate::network::config::ini::{self, Section};
use crate::network::config::own::Own;
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::network::lines::take_line;
use crate::network::model::Mac;
use crate::text::{Text, cut};

/// A profile that others may read is passed over: it may hold passwords.
const PROFILES: Own =
    Own { directory: "/etc/NetworkManager/system-connections", prefix: "nova-agent-", suffix: ".nmconnection", mode: 0o600 };

/// Edits the profiles of all interfaces, and removes those of interfaces that are gone.
///
/// # Errors
///
/// Those of the tree.
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    PROFILES.write(network, tree, &mut edit)?;
    tell_others(network, tree);
    Ok(())
}

/// Names the other profiles that an interface has in the log. That they cannot be listed or read is no error: nothing depends on them.
#[inline(never)]
fn tell_others(network: &Network<'_>, tree: &mut Tree<'_>) {
    let mut names = Names::new();
    if tree.names(PROFILES.directory, "", &mut names).is_err() {
        return;
    }
    let mut rest = names.as_str();
    while let Some((name, after)) = cut(rest, b'\n') {
        rest = after;
        // NetworkManager, too, passes over hidden files and backups.
        if name.starts_with(PROFILES.prefix) || matches!(name.as_bytes(), [b'.', ..] | [.., b'~']) {
            continue;
        }
        let path = Text::<320>::of("%/%", &[&PROFILES.directory, &name]);
        let mut whose = None;
        let _ = tree.read(path.as_str(), &mut |profile| whose = owner(profile, network));
        if let Some(interface) = whose {
            tree.info("foreign", path.as_str(), "also a profile of %; ours has the higher priority", &[&interface.name]);
        }
    }
}

/// The interface that a profile is bound to, by name or by MAC address.
#[inline(never)]
fn owner<'a>(mut profile: &[u8], network: &Network<'a>) -> Option<&'a Interface> {
    while let Some(line) = take_line(&mut profile) {
        let key = ini::key(line);
        if !matches!(key, b"interface-name" | b"mac-address") {
            continue;
        }
        let value = core::str::from_utf8(ini::value(line, key)?).unwrap_or_default();
        let found = network.named(value.as_bytes()).or_else(|| network.find(Mac::parse(value)?));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// What of the connection is ours. The UUID is one of our own (RFC 9562, version 8): "nova-agent" and the MAC address.
const CONNECTION: &str = "\
|id=nova-agent-%M
|uuid=6e6f7661-2d61-8765-ae74-%M
|type=ethernet
|autoconnect-priority=999
";

/// What of a family is ours. Without addresses IPv6 is what the kernel does by itself: a link-local address, and what routers advertise.
const IPV4: &str = "\
4a?|method=manual
4a!|method=disabled
4a|address%n=%a%,
4s|route%n=%a%,
4a?4d?|dns=\\
4a?4d|%i;\\
4a?4d?|
";
const IPV6: &str = "\
6a?|method=manual
6a!|method=ignore
6a|address%n=%a%,
6s|route%n=%a%,
6a?6d?|dns=\\
6a?6d|%i;\\
6a?6d?|
";

/// Methods, addresses and routes, in the old spellings too; but neither `route-metric` nor `route-table`.
const KEYS: &[&str] = &["dns", "method", "gateway", "address#", "addresses#", "route#", "route#_options", "routes#"];
/// Beside `disabled` and `ignore` every key of name servers makes the profile invalid.
const KEYS_WITHOUT_ADDRESS: &[&str] = &[
    "dns",
    "dns-search",
    "dns-options",
    "dns-priority",
    "method",
    "gateway",
    "address#",
    "addresses#",
    "route#",
    "route#_options",
    "routes#",
];

fn edit(old: &[u8], interface: &Interface, file: &mut Edited<'_, '_>) {
    let wanted = &interface.wanted;
    let keys = |v4| {
        if !wanted.addresses.iter().any(|address| address.ip.is_v4() == v4) {
            KEYS_WITHOUT_ADDRESS
        } else {
            // Name servers of the user's stay where there are no others.
            KEYS.get(usize::from(wanted.dns.is_empty())..).unwrap_or_default()
        }
    };
    let sections = [
        Section { name: "connection", keys: &["id", "uuid", "type", "autoconnect-priority"], template: CONNECTION },
        Section { name: "ethernet", keys: &["mac-address"], template: "|mac-address=%H\n" },
        Section { name: "ipv4", keys: keys(true), template: IPV4 },
        Section { name: "ipv6", keys: keys(false), template: IPV6 },
    ];
    ini::edit(old, interface, &sections, &mut |_, _| false, file);
}

#[cfg(test)]
#[path = "keyfile_tests.rs"]
mod tests;
