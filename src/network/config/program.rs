//! Running a manager's program: how it went is a line in the log, never a failure, since what is live is as wanted already.

use core::ffi::CStr;

use crate::error::{Errno, Error};
use crate::limits::RELOAD_MS;
use crate::log::Level;
use crate::ports::Host;
use crate::text::Printable;

/// Runs a program, which may be absent, with `input` as its standard input.
///
/// # Errors
///
/// [`Error::Stopped`].
#[inline(never)]
pub fn run(words: &[&CStr], input: &[u8], host: &mut dyn Host) -> Result<(), Error> {
    let program = Printable(words.first().copied().unwrap_or_default().to_bytes());
    match host.run(words, input, RELOAD_MS) {
        Err(Error::Stopped) => return Err(Error::Stopped),
        Err(Error::System(_, Errno(libc::ENOENT))) => host.log(Level::Debug, "event=not-installed program=%", &[&program]),
        Err(error) => host.log(Level::Warning, "event=program-failed program=% reason=\"%\"", &[&program, &error]),
        Ok(0) => host.log(Level::Info, "event=program-ran program=%", &[&program]),
        Ok(status) => host.log(Level::Warning, "event=program-failed program=% status=%", &[&program, &status]),
    }
    Ok(())
}
