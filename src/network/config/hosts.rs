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
    // Whether a line has the name, and how many lines there are up to the end of the first block for localhost.
    let (mut is_named, mut place, mut count) = (false, 0, 0);
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        let is_loopback = follow(line, renaming, network, &mut is_named, None);
        if is_loopback && (place == 0 || place == count) {
            place = count + 1;
        }
        count += 1;
    }
    if place == 0 {
        place = count;
    }
    (rest, count) = (old, 0);
    while let Some(line) = take_line(&mut rest) {
        follow(line, renaming, network, &mut false, Some(out));
        count += 1;
        if count == place && !is_named {
            let ending = if line.ends_with(b"\r\n") { "\r\n" } else { "\n" };
            let parting = if line.ends_with(b"\n") { "" } else { ending };
            out.add("%127.0.1.1\t%%", &[&parting, renaming.wanted, &ending]);
        }
    }
    Verdict::write_if(!old.is_empty())
}

/// Puts a line with its new names, if there is where to. Whether its address is the machine's to itself, and whether it has the new name.
#[inline(never)]
fn follow(line: &[u8], renaming: &Renaming<'_>, network: &Network<'_>, is_named: &mut bool, mut out: Option<&mut Out<'_>>) -> bool {
    let wanted = renaming.wanted.as_bytes();
    let (label, domain) = split(wanted);
    let (mut is_first, mut is_loopback, mut is_own) = (true, false, false);
    let mut rest = line;
    loop {
        let blank = take_while(&mut rest, |byte| byte.is_ascii_whitespace());
        let field = take_while(&mut rest, |byte| !byte.is_ascii_whitespace() && byte != b'#');
        // A label and a domain; a name's own domain stays where the new name brings none.
        let mut new: (&[u8], &[u8]) = (field, b"");
        if is_first {
            if let Some(ip) = Ip::read(field) {
                is_loopback = ip.is_loopback();
                is_own = is_loopback || has_address(network, &ip);
            }
        } else if is_own && is_old(field, renaming) {
            let (_, old_domain) = split(field);
            new = (label, if old_domain.is_empty() || domain.is_empty() { old_domain } else { domain });
            *is_named |= new.1.is_empty() == domain.is_empty();
        } else {
            *is_named |= same(field, wanted);
        }
        is_first = false;
        if let Some(out) = &mut out {
            out.put(blank);
            out.put(new.0);
            out.put(new.1);
        }
        if field.is_empty() {
            // The line's end, or a comment.
            if let Some(out) = out {
                out.put(rest);
            }
            return is_loopback;
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
