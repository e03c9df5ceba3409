//! `/etc/shadow` (shadow(5)): the hash, and the day it was changed, in root's entry.

use crate::account::{Entry, field, put};
use crate::error::Error;
use crate::ports::Sink;
use crate::text::Text;

/// Writes the file with `hash` in root's entry and `day`, counted from 1970-01-01, as that of the last change. Every other byte
/// stays; an entry without a third field gets none.
///
/// Day 0 would mean "must be changed at the next login", so a clock that was never set gives an empty field, as in shadow-utils.
pub fn set(entry: &Entry<'_>, hash: &[u8], day: u64, out: &mut dyn Sink) -> Result<(), Error> {
    let Some(third) = entry.after.strip_prefix(b":") else { return put(out, &[entry.before, hash, entry.after]) };
    let mut text = Text::<20>::new();
    if day != 0 {
        text = Text::of("%", &[&day]);
    }
    put(out, &[entry.before, hash, b":", text.as_str().as_bytes(), field(third).1])
}
