//! Blocks in a file that the user shares, such as `conf.d/net` and `dhcpcd.conf`: our marker, and behind it all that we say of one interface.
//!
//! All blocks stand where the first of them stood, or else at the end. The formats tell which lines behind a marker are a block's.

use crate::network::config::edited::Edited;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::{Interface, Network};
use crate::network::model::Mac;
use crate::text::{Show, Text};

/// Puts what is said of one interface.
pub type Put<'a> = dyn Fn(&Interface, &mut Edited<'_, '_>) + 'a;

/// The new content of such a file.
pub struct Blocks<'a, 'o> {
    network: &'a Network<'a>,
    put: &'a Put<'a>,
    new: Edited<'a, 'o>,
    is_done: bool,
}

impl<'a, 'o> Blocks<'a, 'o> {
    /// Writes into `out`.
    pub fn new(network: &'a Network<'a>, put: &'a Put<'a>, out: &'a mut Out<'o>) -> Self {
        Self { network, put, new: Edited::new(b"", out), is_done: false }
    }

    /// Whether a line is the marker of a block that goes. Puts the blocks at the first one, or at the end: an empty line.
    #[inline(never)]
    pub fn replaces(&mut self, line: &[u8]) -> bool {
        let goes = marked(line).is_some_and(|mac| is_stale(self.network, mac));
        if !self.is_done && (goes || line.is_empty()) {
            self.is_done = true;
            for interface in self.network.interfaces {
                self.new.add("%", &[&Marker(interface)]);
                (self.put)(interface, &mut self.new);
            }
        }
        goes
    }

    /// Keeps what is the user's.
    pub fn keep(&mut self, old: &[u8]) {
        self.new.keep(old);
    }
}

/// Whether what is marked with this address is written anew or not any more.
#[inline(never)]
pub fn is_stale(network: &Network<'_>, mac: Mac) -> bool {
    network.find(mac).is_some() || !network.knows(mac)
}

/// The path that `template` makes of a name.
#[inline(never)]
pub fn path(template: &str, name: &dyn Show) -> Text<320> {
    Text::of(template, &[name])
}
