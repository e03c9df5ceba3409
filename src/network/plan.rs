//! The plan: the differences between what is wanted and what is live, in the order in which they must be made.

/// One change to the live state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {}
