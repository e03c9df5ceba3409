//! Which backend is in charge: the one with the strongest evidence on the running system.

/// Evidence for a backend: a file, and what it holds.
pub struct Clue {
    /// How much it weighs.
    pub weight: Weight,
    /// Its path. `%` is the name of an interface, `#` its index; the clue counts if it holds for any interface.
    pub path: &'static str,
    /// What the file holds; empty: that it is there is enough.
    pub holds: &'static str,
}

/// How much a clue weighs, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Its program is installed.
    Installed,
    /// Its files configure something.
    Configured,
    /// It is started at boot.
    Enabled,
    /// It runs.
    Runs,
    /// It owns one of the interfaces now.
    Owns,
}
