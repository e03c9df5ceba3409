//! `/etc/shadow` (shadow(5)): the hash, and the day it was changed, in root's entry.

use crate::account::{Entry, field};
use crate::error::Error;
use crate::ports::Sink;
use crate::text::Text;

/// Writes the file with `hash` in root's entry and `day`, counted from 1970-01-01, as that of the last change. Every other byte
/// stays; an entry without a third field gets none.
///
/// Day 0 would mean "must be changed at the next login", so a clock that was never set gives an empty field, as in shadow-utils.
pub fn set(entry: &Entry<'_>, hash: &[u8], day: u64, out: &mut dyn Sink) -> Result<(), Error> {
    out.put(entry.before)?;
    out.put(hash)?;
    let Some(third) = entry.after.strip_prefix(b":") else { return out.put(entry.after) };
    out.put(b":")?;
    if day != 0 {
        out.put(Text::<20>::of("%", &[&day]).as_str().as_bytes())?;
    }
    out.put(field(third).1)
}
