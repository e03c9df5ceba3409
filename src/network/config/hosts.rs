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
use crate::network::lines::{take_line, take_word, upto};
use crate::ports::Verdict;

/// What is no machine's own name.
const LOCALHOST: &[u8] = b"localhost";

/// Edits `/etc/hosts`.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(renaming: &Renaming<'_>, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.edit("/etc/hosts", 0o644, &mut |old, out| edit(old, renaming, network, out))
}

/// Puts the new content of `/etc/hosts`. Without such a file nothing is made: who has none does not want names from it.
///
/// A machine whose name is in no line asks DNS for it whenever a program looks the machine itself up (sudo, `hostname -f`), and waits where
/// DNS does not answer. So a line is added then, with the address that Debian's installer gives to a name without an address of its own.
pub fn edit(old: &[u8], renaming: &Renaming<'_>, network: &Network<'_>, out: &mut Out<'_>) -> Verdict {
    let wanted = renaming.wanted.as_bytes();
    let label = label(wanted);
    let is_short = label.len() == wanted.len();
    // Everybody's name stays.
    let old_label = renaming.old.as_ref().map_or(LOCALHOST, |old| self::label(old.as_bytes()));
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
            let start = left.trim_ascii_start();
            let name = take_word(&mut left);
            if matches!(name, [] | [b'#', ..]) {
                break;
            }
            if let Some(domain @ ([] | [b'.', ..])) = name.strip_prefix(old_label)
                && old_label != LOCALHOST
            {
                // What is between names, the address first.
                new.keep(upto(before, start));
                new.keep(if domain.is_empty() { label } else { wanted });
                // A name's own domain stays where the new name brings none.
                if is_short {
                    new.keep(domain);
                }
                is_named |= is_short == domain.is_empty();
                before = left;
            } else {
                is_named |= name == wanted;
            }
        }
        new.keep(before);
    }
    if !is_named && !old.is_empty() {
        new.add("127.0.1.1\t%", &[renaming.wanted]);
    }
    Verdict::write_if(!old.is_empty())
}

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

/// The first label of a name.
#[inline(never)]
fn label(name: &[u8]) -> &[u8] {
    let len = name.iter().position(|byte| *byte == b'.').unwrap_or(name.len());
    name.get(..len).unwrap_or_default()
}
