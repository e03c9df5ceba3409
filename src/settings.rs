//! What the administrator decided, on the command line.

use crate::network::config::Backend;
use crate::network::config::choose::Choice;

/// How the network is set.
#[derive(Clone, Copy)]
pub struct Settings {
    /// What is written for the next boot.
    pub backend: Choice,
    /// Whether the running system is changed, too.
    pub live: bool,
    /// Whether programs may be run: those of this system, so not where its files are below another root.
    pub programs: bool,
}

impl Settings {
    /// What holds where nothing else was decided, with the backends in `table`.
    pub const fn new(table: &'static [Backend]) -> Self {
        Self { backend: Choice::Probe(table), live: true, programs: true }
    }
}
