//! The live state of a link, as the kernel tells it.

/// A network link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The kernel's number for it.
    pub index: u32,
}

/// One thing that is configured on a link now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {}
