//! Running a manager's program: how it went is a line in the log, never a failure, since what is live is as wanted already.

use core::ffi::CStr;

use crate::error::{Errno, Error};
use crate::limits::{ARGUMENT_COUNT, RELOAD_MS};
use crate::log::Level;
use crate::network::config::template::{self, Lines};
use crate::network::config::{Argv, Interface};
use crate::packed::Packed;
use crate::ports::Host;
use crate::text::{Printable, Text};

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

/// A word that is made of a template.
struct Word(Text<64>);

impl Lines for Word {
    fn piece(&mut self, text: &str, _: bool) {
        self.0.put(text);
    }
}

/// Runs a program once, or, if its last word is a line of a template, for each of the interfaces whose number is a bit of `edited`.
///
/// # Errors
///
/// [`Error::Stopped`].
#[inline(never)]
pub fn reload(words: Argv, interfaces: &[Interface], edited: u32, host: &mut dyn Host) -> Result<(), Error> {
    let Some((last, fixed)) = words.split_last() else { return Ok(()) };
    if last.to_bytes().first() != Some(&b'|') {
        return run(words, b"", host);
    }
    for (number, interface) in interfaces.iter().enumerate() {
        let mut word = Word(Text::new());
        template::put(Packed::new(last.to_bytes()), interface, &mut word);
        word.0.put("\0");
        let mut words = heapless::Vec::<&CStr, ARGUMENT_COUNT>::new();
        if edited >> number & 1 == 1
            && let Ok(last) = CStr::from_bytes_until_nul(word.0.as_bytes())
            && words.extend_from_slice(fixed).is_ok()
            && words.push(last).is_ok()
        {
            run(&words, b"", host)?;
        }
    }
    Ok(())
}
