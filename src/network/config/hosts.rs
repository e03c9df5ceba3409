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
pub fn write(renaming: &Renaming, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.edit("/etc/hosts", 0o644, &mut |old, out| edit(old, renaming, network, out))
}

/// Puts the new content of `/etc/hosts`. Without such a file nothing is made: who has none does not want names from it.
///
/// A machine whose name is in no line asks DNS for it whenever a program looks the machine itself up (sudo, `hostname -f`), and waits where
/// DNS does not answer. So a line is added then, with the address that Debian's installer gives to a name without an address of its own.
#[inline(never)]
pub fn edit(old: &[u8], renaming: &Renaming, network: &Network<'_>, out: &mut Out<'_>) -> Verdict {
    // Whether a line has the name, and how many lines there are up to the end of the first block for localhost.
    let (mut is_named, mut place, mut count) = (false, 0, 0);
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        let line = Line::read(line, renaming, network);
        is_named |= line.is_named;
        if line.is_loopback && (place == 0 || place == count) {
            place = count + 1;
        }
        count += 1;
    }
    if place == 0 {
        place = count;
    }
    (rest, count) = (old, 0);
    while let Some(line) = take_line(&mut rest) {
        Line::read(line, renaming, network).write(renaming, out);
        count += 1;
        if count == place && !is_named {
            let ending = if line.ends_with(b"\r\n") { "\r\n" } else { "\n" };
            let parting = if line.ends_with(b"\n") { "" } else { ending };
            out.add("%127.0.1.1\t%%", &[&parting, renaming.to, &ending]);
        }
    }
    Verdict::write_if(!old.is_empty())
}

/// A line: an address, names, a comment.
struct Line<'a> {
    text: &'a [u8],
    /// Of the machine to itself.
    is_loopback: bool,
    /// Has a name that changes, ...
    is_old: bool,
    /// ... with a domain.
    has_domain: bool,
    /// Has the new name, or will have it.
    is_named: bool,
}

impl<'a> Line<'a> {
    #[inline(never)]
    fn read(text: &'a [u8], renaming: &Renaming, network: &Network<'_>) -> Self {
        let mut line = Self { text, is_loopback: false, is_old: false, has_domain: false, is_named: false };
        let mut rest = text;
        let address = Ip::read(take_field(&mut rest).1);
        line.is_loopback = address.is_some_and(|ip| ip.is_loopback());
        let is_own = line.is_loopback || address.is_some_and(|ip| has_address(network, &ip));
        while let (_, name @ [_, ..]) = take_field(&mut rest) {
            line.is_named |= name.eq_ignore_ascii_case(renaming.to.as_bytes());
            if is_own && renaming.is_old(name) {
                let has_domain = name.contains(&b'.');
                line.is_old = true;
                line.has_domain |= has_domain;
                line.is_named |= !has_domain || renaming.to.has_domain();
            }
        }
        line
    }

    /// Puts the line with its new names. A domain stays where the new name brings none.
    #[inline(never)]
    fn write(&self, renaming: &Renaming, out: &mut Out<'_>) {
        if !self.is_old {
            return out.put(self.text);
        }
        let (short, domain) = split(renaming.to.as_bytes());
        let mut rest = self.text;
        let mut is_name = false;
        loop {
            let (blank, field) = take_field(&mut rest);
            out.put(blank);
            if field.is_empty() {
                return out.put(rest);
            }
            if is_name && renaming.is_old(field) {
                let (_, old_domain) = split(field);
                out.put(short);
                if !old_domain.is_empty() {
                    out.put(if domain.is_empty() { old_domain } else { domain });
                } else if !domain.is_empty() && !self.has_domain {
                    out.put(domain);
                    out.put(b" ");
                    out.put(short);
                }
            } else {
                out.put(field);
            }
            is_name = true;
        }
    }
}

fn has_address(network: &Network<'_>, ip: &Ip) -> bool {
    let mut has = false;
    for interface in network.interfaces {
        has |= interface.wanted.addresses.iter().any(|address| address.ip == *ip);
    }
    has
}

/// The first label of a name, and the rest with its dot.
pub fn split(name: &[u8]) -> (&[u8], &[u8]) {
    name.split_at(name.iter().position(|&byte| byte == b'.').unwrap_or(name.len()))
}

/// Takes the next field and what is blank in front of it; an empty field at the line's end or comment, which stays in `rest`.
#[inline(never)]
fn take_field<'a>(rest: &mut &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let blank = take_while(rest, |byte| byte.is_ascii_whitespace());
    (blank, take_while(rest, |byte| !byte.is_ascii_whitespace() && byte != b'#'))
}

fn take_while<'a>(rest: &mut &'a [u8], is_part: fn(u8) -> bool) -> &'a [u8] {
    let len = rest.iter().position(|&byte| !is_part(byte)).unwrap_or(rest.len());
    let (part, after) = rest.split_at_checked(len).unwrap_or_default();
    *rest = after;
    part
}
