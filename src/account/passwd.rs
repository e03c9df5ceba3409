//! `/etc/passwd` (passwd(5)) of a guest without a shadow file: its second field is the hash itself.
//!
//! It is set even if it is `x`, which says "see the shadow file" and without one lets nobody in.

use crate::account::{Entry, put};
use crate::error::Error;
use crate::ports::Sink;

/// Writes the file with `hash` in root's entry. Every other byte stays.
pub fn set(entry: &Entry<'_>, hash: &[u8], out: &mut dyn Sink) -> Result<(), Error> {
    put(out, &[entry.before, hash, entry.after])
}
