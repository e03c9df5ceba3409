//! The network files of distributions, for the next boot: what a renderer is given, and the table of them.
//!
//! A distribution is one row of the table in [`backends`] and one renderer beside this file. Renderers are pure: they see the old bytes
//! of files and give the new ones, through a [`tree::Tree`].

pub mod backends;
mod block;
pub mod choose;
pub mod dhcpcd;
pub mod edited;
pub mod foreign;
pub mod freebsd;
pub mod hosts;
#[cfg(test)]
mod hosts_tests;
pub mod ifcfg;
mod ifstate;
mod ifupdown;
#[cfg(test)]
mod ifupdown_tests;
pub mod ini;
mod interfaces;
pub mod keyfile;
pub mod marker;
mod nested;
pub mod netctl;
pub mod netifrc;
pub mod netplan;
#[cfg(test)]
mod netplan_tests;
pub mod networkd;
#[cfg(test)]
mod networkd_tests;
pub mod nodename;
#[cfg(test)]
mod nodename_tests;
pub mod out;
pub mod own;
pub mod program;
mod rcconf;
pub mod resolver;
#[cfg(test)]
mod resolver_tests;
mod shell;
pub mod shellvars;
#[cfg(test)]
mod shellvars_tests;
pub mod suse;
mod sysconfig;
#[cfg(test)]
mod sysconfig_tests;
pub mod template;
#[cfg(test)]
pub mod testing;
pub mod tree;

use crate::error::Error;
use crate::limits::LINK_NAME_LEN;
use crate::network::ip::Ip;
use crate::network::model::{Mac, Wanted};
use crate::network::nodename::Nodename;
use crate::packed::Packed;
use tree::Tree;

/// One interface, as files describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name: letters, digits, `.`, `_` and `-`.
    pub name: heapless::String<LINK_NAME_LEN>,
    /// The kernel's number for it.
    pub index: u32,
    /// What it is to have.
    pub wanted: Wanted,
}

/// The whole network, as files describe it.
#[derive(Clone, Copy)]
pub struct Network<'a> {
    /// Every interface that has a link, by length of its name and then by name.
    pub interfaces: &'a [Interface],
    /// Every MAC address that `vm-data` names. What was written for one without interface stays: it may come back.
    pub macs: &'a [Mac],
    /// Whether `vm-data` may name others that were not understood, so that nothing counts as gone.
    pub is_partial: bool,
    /// The host name, if it is to be written, for the files that hold it beside addresses.
    pub nodename: Option<&'a Nodename>,
    /// The name servers of all interfaces, each once, for the files that hold them beside addresses.
    pub servers: &'a [Ip],
}

impl<'a> Network<'a> {
    /// Whether `vm-data` names the address. What was written for one that it does not name goes.
    #[inline(never)]
    pub fn knows(&self, mac: Mac) -> bool {
        self.is_partial || self.macs.contains(&mac)
    }

    /// Whether what is marked with this address is written anew or not any more.
    #[inline(never)]
    pub fn is_stale(&self, mac: Mac) -> bool {
        self.find(mac).is_some() || !self.knows(mac)
    }

    /// The interface with this MAC address.
    pub fn find(&self, mac: Mac) -> Option<&'a Interface> {
        self.interfaces.iter().find(|interface| interface.wanted.mac == mac)
    }

    /// The interface of this name.
    #[inline(never)]
    pub fn named(&self, name: &[u8]) -> Option<&'a Interface> {
        self.interfaces.iter().find(|interface| interface.name.as_bytes() == name)
    }
}

/// Edits files so that they say what the network is.
pub type Write = fn(&Network<'_>, &mut Tree<'_>) -> Result<(), Error>;

/// One way in which distributions keep the network's configuration.
pub struct Backend {
    /// What `--backend` and the log call it.
    pub name: &'static str,
    /// What tells that it is in charge, a clue a line (see [`choose`]).
    pub clues: Packed,
    /// Writes its files.
    pub write: Write,
    /// Tells its manager that what is live now came from these files, so that it does not set it up a second time.
    pub enter: Option<Write>,
    /// The commands that make its manager read them again (see [`program::run`]), run in this order after files changed. One that is a
    /// [`template`] is run for each interface whose own file changed. A program that is not installed is passed over.
    pub reload: &'static [Packed],
}
