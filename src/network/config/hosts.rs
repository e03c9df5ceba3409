//! `/etc/hosts`: the lines of the machine's own addresses follow its new name. hosts(5).
//!
//! A name changes in its place; comments, spacing, order and every other name stay byte for byte. Which name was the machine's before is
//! the business of `nodename.rs`.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::edited::Edited;
use crate::network::config::nodename::Renaming;
use crate::network::config::out::Out;
use crate::network::config::tree::Tree;
use crate::network::ip::Ip;
use crate::network::lines::{take_line, take_word};
use crate::network::nodename::Nodename;
use crate::ports::Verdict;

/// Edits `/etc/hosts`.
///
/// # Errors
///
/// Those of [`Tree::edit`].
#[inline(never)]
pub fn write(renaming: &Renaming<'_>, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.edit("/etc/hosts", 0o644, &mut |old, out| edit(old, renaming, network, out))
}

/// Puts the new content of `/etc/hosts`. Without such a file nothing is made: who has none does not want names from it.
///
/// A machine whose name is in no line asks DNS for it whenever a program looks the machine itself up (sudo, `hostname -f`), and waits where
/// DNS does not answer. So a line is added then, with the address that Debian's installer gives to a name without an address of its own.
#[inline(never)]
pub fn edit(old: &[u8], renaming: &Renaming<'_>, network: &Network<'_>, out: &mut Out<'_>) -> Verdict {
    let (label, domain) = split(renaming.wanted.as_bytes());
    let (old_label, _) = split(renaming.old.as_ref().map_or(b"localhost", Nodename::as_bytes));
    let mut new = Edited::new(old, out);
    let mut is_named = false;
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        let mut left = line;
        if !Ip::read(take_word(&mut left)).is_some_and(|ip| ip.is_loopback() || has_address(network, &ip)) {
            new.keep(line);
            continue;
        }
        let mut before = line;
        loop {
            // What is between names, the address first.
            let mut behind = left;
            let name = take_word(&mut behind);
            if matches!(name, [] | [b'#', ..]) {
                new.keep(before);
                break;
            }
            new.keep(before.get(..before.len() - behind.len() - name.len()).unwrap_or_default());
            let (mut new_label, mut new_domain) = split(name);
            if new_label == old_label && old_label != b"localhost" {
                new_label = label;
                // A name's own domain stays where the new name brings none.
                if !new_domain.is_empty() && !domain.is_empty() {
                    new_domain = domain;
                }
            }
            new.keep(new_label);
            new.keep(new_domain);
            is_named |= new_label == label && new_domain == domain;
            (before, left) = (behind, behind);
        }
    }
    if !is_named {
        new.add("127.0.1.1\t%", &[renaming.wanted]);
    }
    Verdict::write_if(!old.is_empty())
}

#[inline(never)]
fn has_address(network: &Network<'_>, ip: &Ip) -> bool {
    for interface in network.interfaces {
        for address in &interface.wanted.addresses {
            if address.ip == *ip {
                return true;
            }
        }
    }
    false
}

/// The first label of a name, and the rest with its dot.
#[inline(never)]
fn split(name: &[u8]) -> (&[u8], &[u8]) {
    let len = name.iter().position(|byte| *byte == b'.').unwrap_or(name.len());
    name.split_at_checked(len).unwrap_or_default()
}
