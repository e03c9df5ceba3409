//! `/etc/hosts`: the lines of the machine's own addresses follow its new name. hosts(5).
//!
//! A name changes in its place; comments, spacing, order and every other name stay byte for byte. Which names were the machine's before is
//! the business of `nodename.rs`.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::nodename::Renaming;
use crate::network::config::out::Out;
use crate::network::config::tree::Tree;
use crate::network::ip::Ip;
use crate::network::lines::take_line;
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
    let mut editor = Editor { renaming, network, out, writes: false, is_named: false };
    // Up to which line the first block for localhost goes; the last one, if there is none.
    let mut place = 0;
    for writes in [false, true] {
        editor.writes = writes;
        let (mut rest, mut number) = (old, 0);
        while let Some(line) = take_line(&mut rest) {
            number += 1;
            let is_loopback = editor.follow(line);
            if !writes {
                if is_loopback && (place == 0 || place + 1 == number) {
                    place = number;
                }
            } else if number == place && !editor.is_named {
                let ending = if line.ends_with(b"\r\n") { "\r\n" } else { "\n" };
                let parting = if line.ends_with(b"\n") { "" } else { ending };
                editor.out.add("%127.0.1.1\t%%", &[&parting, renaming.wanted, &ending]);
            }
        }
        if place == 0 {
            place = number;
        }
    }
    Verdict::write_if(!old.is_empty())
}

/// What lines go through, twice.
struct Editor<'a, 'o> {
    renaming: &'a Renaming<'a>,
    network: &'a Network<'a>,
    out: &'a mut Out<'o>,
    /// Whether they are put, or only looked at.
    writes: bool,
    /// Whether one has the new name.
    is_named: bool,
}

impl Editor<'_, '_> {
    /// Takes a line with its new names. Whether its address is one of the machine's to itself.
    #[inline(never)]
    fn follow(&mut self, line: &[u8]) -> bool {
        let wanted = self.renaming.wanted.as_bytes();
        let (label, domain) = split(wanted);
        let (mut is_first, mut is_loopback, mut is_own) = (true, false, false);
        let mut rest = line;
        loop {
            self.put(take_while(&mut rest, |byte| byte.is_ascii_whitespace()));
            let field = take_while(&mut rest, |byte| !byte.is_ascii_whitespace() && byte != b'#');
            if field.is_empty() {
                // The line's end, or a comment.
                self.put(rest);
                return is_loopback;
            }
            let mut new = field;
            if is_first {
                if let Some(ip) = Ip::read(field) {
                    is_loopback = ip.is_loopback();
                    is_own = is_loopback || has_address(self.network, &ip);
                }
            } else if is_own && is_old(field, self.renaming) {
                // A name's own domain stays where the new name brings none.
                let (_, old_domain) = split(field);
                self.put(label);
                new = if old_domain.is_empty() || domain.is_empty() { old_domain } else { domain };
                self.is_named |= new.is_empty() == domain.is_empty();
            } else {
                self.is_named |= same(field, wanted);
            }
            self.put(new);
            is_first = false;
        }
    }

    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) {
        if self.writes {
            self.out.put(bytes);
        }
    }
}

/// Whether `name` was one of the machine's, with or without its domain. A name without one had whatever domain.
#[inline(never)]
fn is_old(name: &[u8], renaming: &Renaming<'_>) -> bool {
    // What software of any machine expects.
    if name.starts_with(b"localhost") || name.starts_with(b"ip6-") {
        return false;
    }
    let (label, domain) = split(name);
    for old in [renaming.kernel, &renaming.file] {
        let (old_label, old_domain) = split(old);
        if !old.is_empty() && same(label, old_label) && (domain.is_empty() || old_domain.is_empty() || same(domain, old_domain)) {
            return true;
        }
    }
    false
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

/// Whether two names are the same: upper case means nothing in names.
#[inline(never)]
fn same(name: &[u8], other: &[u8]) -> bool {
    let mut rest = other;
    for byte in name {
        match rest.split_first() {
            Some((other, behind)) if byte.eq_ignore_ascii_case(other) => rest = behind,
            _ => return false,
        }
    }
    rest.is_empty()
}

/// The first label of a name, and the rest with its dot.
fn split(mut name: &[u8]) -> (&[u8], &[u8]) {
    let label = take_while(&mut name, |byte| byte != b'.');
    (label, name)
}

/// Takes what is of one kind from the front.
#[inline(never)]
fn take_while<'a>(rest: &mut &'a [u8], is_part: fn(u8) -> bool) -> &'a [u8] {
    let len = rest.iter().position(|&byte| !is_part(byte)).unwrap_or(rest.len());
    let (part, behind) = rest.split_at_checked(len).unwrap_or_default();
    *rest = behind;
    part
}
