//! The table of backends: which ways of keeping the network's configuration this agent knows, in the order in which ties are broken.

use crate::network::config::Backend;

/// Those of Linux.
pub const LINUX: &[Backend] = &[];

/// The backend that `--backend` names.
#[inline(never)]
pub fn named(table: &'static [Backend], name: &[u8]) -> Option<&'static Backend> {
    table.iter().find(|backend| backend.name.as_bytes() == name)
}
