//! The files that a system takes its host name from at boot: hostname(5), and what other systems have in its place.
//!
//! The name itself and the form of `/etc/hostname` are in `network/nodename.rs`; `/etc/hosts`, where it has to be found, is in `hosts.rs`.

use heapless::Vec;

use crate::error::Error;
use crate::network::config::hosts::split;
use crate::network::config::shellvars;
use crate::network::config::tree::Tree;
use crate::network::lines::take_line;
use crate::network::nodename::{self, Nodename};
use crate::ports::{Kind, Verdict};

/// A machine's new name and those it had: the kernel's, and what a file told.
pub struct Renaming<'a> {
    /// The new name.
    pub to: &'a Nodename,
    from: Vec<Nodename, 2>,
}

impl<'a> Renaming<'a> {
    /// The machine that is called `from`, or nothing of this form, becomes `to`.
    pub fn new(from: &[u8], to: &'a Nodename) -> Self {
        let mut renaming = Self { to, from: Vec::new() };
        renaming.was(from);
        renaming
    }

    /// Another name that it had.
    #[inline(never)]
    fn was(&mut self, name: &[u8]) {
        if let Some(name) = Nodename::parse(name)
            && name != *self.to
            && !self.from.contains(&name)
        {
            // The kernel and one file is what there is; systems that have more files keep the same name in them.
            let _ = self.from.push(name);
        }
    }

    /// Whether `name` was one of the machine's, with or without its domain. A name without one had whatever domain.
    #[inline(never)]
    pub fn is_old(&self, name: &[u8]) -> bool {
        let (label, domain) = split(name);
        // What software of any machine expects.
        for reserved in [&b"localhost"[..], b"ip6-"] {
            if label.get(..reserved.len()).is_some_and(|start| start.eq_ignore_ascii_case(reserved)) {
                return false;
            }
        }
        for old in &self.from {
            let (old_label, old_domain) = split(old.as_bytes());
            if label.eq_ignore_ascii_case(old_label)
                && (domain.is_empty() || old_domain.is_empty() || domain.eq_ignore_ascii_case(old_domain))
            {
                return true;
            }
        }
        false
    }
}

/// A file that some systems read, beside `/etc/hostname`.
struct Place {
    path: &'static str,
    /// The variable that is the name, in whatever case; empty: the file holds the name and nothing else.
    variable: &'static str,
    /// What the value stands in.
    quote: &'static str,
    /// What shows that the system reads it.
    reader: &'static str,
}

/// Red Hat's, up to 6.
const SYSCONFIG: &str = "/etc/sysconfig/network";

const PLACES: [Place; 4] = [
    // Slackware, SUSE up to 11; since then a link to /etc/hostname.
    Place { path: "/etc/HOSTNAME", variable: "", quote: "", reader: "/etc/HOSTNAME" },
    Place { path: SYSCONFIG, variable: "HOSTNAME", quote: "", reader: "/etc/rc.d/rc.sysinit" },
    // OpenRC.
    Place { path: "/etc/conf.d/hostname", variable: "hostname", quote: "\"", reader: "/etc/conf.d/hostname" },
    // FreeBSD; Arch up to 2012 as HOSTNAME.
    Place { path: "/etc/rc.conf", variable: "hostname", quote: "\"", reader: "/etc/defaults/rc.conf" },
];

/// Writes the new name to every file that the system may read it from. `/etc/hostname` is made where none of the others is read.
///
/// # Errors
///
/// Those of [`Tree::edit`].
#[inline(never)]
pub fn write(renaming: &mut Renaming<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut is_read = false;
    for place in &PLACES {
        // Elsewhere such a path is a directory (SUSE) or leads to another of these files.
        if tree.kind(place.path)? == Some(Kind::File) {
            let has_reader = tree.kind(place.reader)?.is_some();
            is_read |= has_reader;
            if place.variable.is_empty() {
                set_whole(renaming, place.path, tree)?;
            } else {
                set_variable(renaming, place, has_reader, tree)?;
            }
        }
    }
    if !is_read || tree.kind("/etc/hostname")?.is_some() {
        set_whole(renaming, "/etc/hostname", tree)?;
    }
    Ok(())
}

#[inline(never)]
fn set_whole(renaming: &mut Renaming<'_>, path: &str, tree: &mut Tree<'_>) -> Result<(), Error> {
    tree.edit(path, 0o644, &mut |old, out| {
        renaming.was(nodename::named(old));
        Verdict::write_if(nodename::edit(old, renaming.to, out) == Ok(true))
    })
}

#[inline(never)]
fn set_variable(renaming: &mut Renaming<'_>, place: &Place, has_reader: bool, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut is_broken = false;
    tree.edit(place.path, 0o644, &mut |old, out| {
        let (mut variable, value) = assigned(old, place.variable);
        renaming.was(value);
        if variable.is_empty() {
            if !has_reader {
                return Verdict::Leave;
            }
            variable = place.variable;
        }
        let done = shellvars::edit(
            old,
            &|_| false,
            &mut |vars| {
                // What Red Hat's scripts do not bring the network up without.
                if has_reader && place.path == SYSCONFIG {
                    vars.set_missing("NETWORKING=yes", &[]);
                    vars.set_missing("NETWORKING_IPV6=yes", &[]);
                }
                vars.set("%=%%%", &[&variable, &place.quote, renaming.to, &place.quote]);
            },
            out,
        );
        is_broken = !done;
        Verdict::write_if(done)
    })?;
    if is_broken {
        tree.warn("host-name-not-written", place.path, "the shell could not read this file", &[]);
    }
    Ok(())
}

/// How the last line that assigns a variable spells its name, and the value without its quotes; both empty if there is none.
fn assigned<'a>(file: &'a [u8], name: &str) -> (&'a str, &'a [u8]) {
    let mut found: (_, &[u8]) = ("", b"");
    let mut rest = file;
    while let Some(line) = take_line(&mut rest) {
        if let Some((spelt, [b'=', value @ ..])) = line.trim_ascii().split_at_checked(name.len())
            && spelt.eq_ignore_ascii_case(name.as_bytes())
            && let Ok(spelt) = core::str::from_utf8(spelt)
        {
            let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
            let value = value.split_first().filter(|(first, _)| is_quote(first)).map_or(value, |(_, value)| value);
            found = (spelt, value.split(|byte| is_quote(byte) || byte.is_ascii_whitespace()).next().unwrap_or_default());
        }
    }
    found
}
