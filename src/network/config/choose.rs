//! Which backend is in charge: the one with the strongest evidence on the running system, whatever the distribution is called.

use crate::error::Error;
use crate::limits::PACKED_LINE_LEN;
use crate::network::config::tree::Tree;
use crate::network::config::{Backend, Network};
use crate::network::lines::contains;
use crate::text::{Show, Text, cut};

/// What is written for the next boot.
#[derive(Clone, Copy)]
pub enum Choice {
    /// What the backend that is in charge reads, out of this table.
    Probe(&'static [Backend]),
    /// What this one reads.
    Always(&'static Backend),
    /// Nothing.
    Nothing,
}

/// What a clue can weigh, the heaviest first: the letter that it begins with, and how the log calls it.
const WEIGHTS: &str = "\
o owns an interface
r runs
e is started at boot
c has files
i is installed
";

/// The backend with the heaviest clue; of those with equal ones the first in the table. Says why in the log.
///
/// A clue is a line `WEIGHT PATH [OTHER][=TEXT]`. It counts if the file PATH is there, the file OTHER, too, and the first holds TEXT, in
/// letters of either case. In PATH `%` is the name of an interface or its index: then it counts if it holds for any of them.
///
/// # Errors
///
/// Those of looking at files.
#[inline(never)]
pub fn probe(table: &'static [Backend], network: &Network<'_>, tree: &mut Tree<'_>) -> Result<Option<&'static Backend>, Error> {
    let mut path = Text::new();
    let mut weights = WEIGHTS;
    while let Some((weight, lighter)) = cut(weights, b'\n') {
        weights = lighter;
        let (letter, reason) = weight.split_at_checked(2).unwrap_or_default();
        for backend in table {
            let (mut clues, mut line) = (backend.clues, Text::<PACKED_LINE_LEN>::new());
            while clues.take_line(&mut line) {
                if let Some(clue) = line.as_str().strip_prefix(letter)
                    && is_found(clue, network, tree, &mut path)?
                {
                    tree.info("backend", path.as_str(), "% %", &[&backend.name, &reason]);
                    return Ok(Some(backend));
                }
            }
        }
    }
    Ok(None)
}

/// Whether the clue is found, and then at which path.
#[inline(never)]
fn is_found(clue: &str, network: &Network<'_>, tree: &mut Tree<'_>, path: &mut Text<128>) -> Result<bool, Error> {
    let (paths, text) = cut(clue, b'=').unwrap_or((clue, ""));
    let (template, other) = cut(paths, b' ').unwrap_or((paths, ""));
    if !other.is_empty() && !tree.is_there(other)? {
        return Ok(false);
    }
    if cut(template, b'%').is_none() {
        return holds(template, &"", text, tree, path);
    }
    for interface in network.interfaces {
        if holds(template, &interface.name, text, tree, path)? || holds(template, &interface.index, text, tree, path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[inline(never)]
fn holds(template: &str, part: &dyn Show, text: &str, tree: &mut Tree<'_>, path: &mut Text<128>) -> Result<bool, Error> {
    path.clear();
    path.fill(template, &[part]);
    if text.is_empty() {
        return tree.is_there(path.as_str());
    }
    let mut holds = false;
    tree.read(path.as_str(), &mut |bytes| holds = contains(bytes, text))?;
    Ok(holds)
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::*;
    use crate::memory::{MemoryFiles, MemoryHost, MemoryJournal};
    use crate::network::config::testing::interface;
    use crate::packed::Packed;

    const fn backend(name: &'static str, clues: &'static str) -> Backend {
        Backend { name, clues: Packed::new(clues.as_bytes()), write: |_, _| Ok(()), enter: None, reload: &[] }
    }

    static TABLE: &[Backend] =
        &[backend("a", "i /a\no /run/a/%\n"), backend("b", "o /run/b/% /b=managed=true\n"), backend("c", "i /c\nr /run/c\nr /run/d=x y\n")];

    fn chosen(paths: &[(&str, &str)]) -> (Option<&'static str>, Vec<String>) {
        chosen_from(TABLE, paths)
    }

    fn chosen_from(table: &'static [Backend], paths: &[(&str, &str)]) -> (Option<&'static str>, Vec<String>) {
        let mut files = MemoryFiles::default();
        for (path, content) in paths {
            files.files.insert(path.to_string(), content.as_bytes().to_vec());
        }
        let (mut journal, mut host) = (MemoryJournal::default(), MemoryHost::default());
        let interfaces = [interface("eth0", 2), interface("eth1", 3)];
        let network = Network { interfaces: &interfaces, macs: &[], is_partial: false, nodename: None, servers: &[] };
        let backend = probe(table, &network, &mut Tree::new(&mut files, &mut journal, &mut host)).unwrap();
        (backend.map(|backend| backend.name), host.lines)
    }

    #[test]
    fn the_heaviest_clue_wins_and_then_the_first() {
        assert_eq!(chosen(&[]), (None, Vec::new()));
        assert_eq!(chosen(&[("/a", ""), ("/c", "")]).0, Some("a"));
        assert_eq!(chosen(&[("/a", ""), ("/run/c", "")]).0, Some("c"));
        let (name, log) = chosen(&[("/run/a/eth1", ""), ("/run/c", ""), ("/run/b/3", "x\nmanaged=true\n"), ("/b", "")]);
        assert_eq!((name, log.join("\n").as_str()), (Some("a"), "Info event=backend file=/run/a/eth1 reason=\"a owns an interface\""));
        assert_eq!(chosen(&[("/run/c", ""), ("/run/b/3", "managed=true\n"), ("/b", "")]).0, Some("b"));
        assert_eq!(chosen(&[("/run/c", ""), ("/run/b/3", "managed=true\n")]).0, Some("c"), "the second file is missing");
        assert_eq!(chosen(&[("/run/c", ""), ("/run/b/3", "managed=false\n"), ("/b", "")]).0, Some("c"));
        assert_eq!((chosen(&[("/run/d", "x y\n")]).0, chosen(&[("/run/d", "x\n")]).0), (Some("c"), None));
    }

    /// What systems have besides, and what of it tells who is in charge; eth0 has the index 2.
    #[test]
    fn of_several_managers_the_one_that_owns_an_interface_wins() {
        const NETWORK_MANAGER: (&str, &str) = ("/run/systemd/units/invocation:NetworkManager.service", "");
        const OWNED: (&str, &str) = ("/run/NetworkManager/devices/2", "[device]\nmanaged=true\nconnection-uuid=1\n");
        const INTERFACES: (&str, &str) = ("/etc/network/interfaces", "auto lo\niface lo inet loopback\niface eth0 inet dhcp\n");
        const LO_ALONE: (&str, &str) = ("/etc/network/interfaces", "auto lo\niface lo inet loopback\n");
        const IFUP: (&str, &str) = ("/sbin/ifup", "");
        const IFCFG: (&str, &str) = ("/etc/sysconfig/network-scripts/ifcfg-eth0", "DEVICE=eth0\n");
        const LINK: &str = "/run/systemd/netif/links/2";
        let networkd = |file| [("/run/systemd/netif", ""), (LINK, file)];
        for (paths, name) in [
            (&[IFUP, INTERFACES][..], Some("ifupdown")),
            (&[IFUP, INTERFACES, NETWORK_MANAGER], Some("keyfile")),
            (&[IFUP, INTERFACES, NETWORK_MANAGER, ("/run/network/ifstate.eth0", "eth0\n")], Some("ifupdown")),
            (&[IFUP, LO_ALONE, NETWORK_MANAGER, OWNED], Some("keyfile")),
            (&[("/usr/sbin/netplan", ""), ("/etc/netplan/50-cloud-init.yaml", ""), IFUP, LO_ALONE], Some("netplan")),
            (&networkd("NETWORK_FILE=/run/systemd/network/10-netplan-eth0.network\n"), Some("netplan")),
            (&networkd("NETWORK_FILE=/etc/systemd/network/05-nova-agent-4040aabbcc02.network\n"), Some("networkd")),
            (&networkd("ADMIN_STATE=unmanaged\n"), None),
            (&[NETWORK_MANAGER, OWNED], Some("keyfile")),
            (&[NETWORK_MANAGER, OWNED, IFCFG, ("/etc/dbus-1/system.d/nm-ifcfg-rh.conf", "")], Some("ifcfg")),
            (&[IFCFG, ("/var/lock/subsys/network", "")], Some("ifcfg")),
            (&[("/etc/sysconfig/network/ifcfg-eth0", ""), ("/run/systemd/units/invocation:wickedd.service", "")], Some("suse")),
            (&[("/run/openrc/started/net.eth0", ""), ("/sbin/dhcpcd", "")], Some("netifrc")),
            (&[("/usr/bin/netctl", ""), ("/etc/systemd/system/multi-user.target.wants/netctl@eth0.service", "")], Some("netctl")),
            (&[("/var/service/dhcpcd", "")], Some("dhcpcd")),
            (&[], None),
        ] {
            assert_eq!(chosen_from(super::super::backends::LINUX, paths).0, name, "{paths:?}");
        }
    }
}
