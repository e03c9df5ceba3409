//! Running a manager's program: how it went is a line in the log, never a failure, since what is live is as wanted already.

use core::ffi::CStr;

use heapless::Vec;

use crate::error::{Errno, Error, What};
use crate::limits::{ARGUMENT_COUNT, COMMAND_LEN, PIECE_LEN, RELOAD_MS};
use crate::log::Level;
use crate::network::config::Interface;
use crate::network::config::template;
use crate::packed::Packed;
use crate::ports::Host;
use crate::text::{Printable, Show, Text, cut};

/// Runs a command: once, or, if it is a template, for each of the interfaces whose number is a bit of `edited`.
///
/// # Errors
///
/// [`Error::Stopped`].
#[inline(never)]
pub fn run(command: Packed, interfaces: &[Interface], edited: u32, host: &mut dyn Host) -> Result<(), Error> {
    let mut text = Text::<PIECE_LEN>::of("%", &[&command]);
    if text.as_bytes().first() == Some(&b'/') {
        return start(text.as_str(), host);
    }
    for (number, interface) in interfaces.iter().enumerate() {
        text.clear();
        template::put_text(command, interface, &mut text);
        if edited >> number & 1 == 1 {
            start(text.as_str(), host)?;
        }
    }
    Ok(())
}

/// Runs a command, if there is one: the words of the first line, which begin with a path of a program that may be absent. It reads the other
/// lines.
#[inline(never)]
fn start(command: &str, host: &mut dyn Host) -> Result<(), Error> {
    let Some((line, input)) = cut(command, b'\n') else { return Ok(()) };
    let mut text = Text::<COMMAND_LEN>::new();
    for byte in line.bytes() {
        text.put_byte(if byte == b' ' { 0 } else { byte });
    }
    text.put_byte(0);
    let (mut rest, mut words, mut fits) = (text.as_bytes(), Vec::<&CStr, ARGUMENT_COUNT>::new(), !text.is_clipped());
    while let Ok(word) = CStr::from_bytes_until_nul(rest) {
        rest = rest.get(word.to_bytes_with_nul().len()..).unwrap_or_default();
        fits &= words.push(word).is_ok();
    }
    let Some(program) = words.first() else { return Ok(()) };
    let result = if fits { host.run(&words, input.as_bytes(), RELOAD_MS) } else { Err(Error::bug(What::CannotRun)) };
    let (level, text, why): (_, _, &dyn Show) = match &result {
        Err(Error::Stopped) => return Err(Error::Stopped),
        Err(Error::System(_, Errno(libc::ENOENT))) => (Level::Debug, "event=not-installed program=%", &""),
        Err(error) => (Level::Warning, "event=program-failed program=% reason=\"%\"", error),
        Ok(0) => (Level::Info, "event=program-ran program=%", &""),
        Ok(status) => (Level::Warning, "event=program-failed program=% status=%", status),
    };
    host.log(level, text, &[&Printable(program.to_bytes()), why]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::backends::LINUX;
    use crate::network::config::testing::interface;

    #[test]
    fn every_command_of_the_table_fits() {
        let longest = interface("abcdefghijklmno", 1);
        for command in LINUX.iter().flat_map(|backend| backend.reload) {
            let mut line = Text::<COMMAND_LEN>::of("%", &[command]);
            if line.as_str().starts_with('|') {
                line.clear();
                template::put_text(*command, &longest, &mut line);
            }
            let fits = line.as_str().len() < COMMAND_LEN && line.as_str().starts_with('/') && line.as_str().ends_with('\n');
            assert!(fits, "{}", line.as_str());
            assert!(line.as_str().split_ascii_whitespace().count() <= ARGUMENT_COUNT, "{}", line.as_str());
        }
    }
}
