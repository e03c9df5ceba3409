//! The `Host` port: clock, random source, host name, waiting, programs, log.

use core::ffi::CStr;

use super::super::os;
use super::clock;
use super::exec;
use super::log::Log;
use super::signal::{self, Woken};
use crate::error::{Error, What};
use crate::log::Level;
use crate::ports::Host;
use crate::text::Parts;

/// The running system.
pub struct System {
    /// Where its lines go.
    pub log: Log,
}

impl Host for System {
    fn now_ms(&self) -> u64 {
        clock::now_ms()
    }

    fn unix_time(&self) -> u64 {
        clock::unix_time()
    }

    fn random(&mut self, out: &mut [u8]) -> Result<(), Error> {
        os::random(out).map_err(|e| Error::System(What::ReadRandom, e))
    }

    fn wait(&mut self, deadline_ms: u64) -> Result<(), Error> {
        loop {
            if signal::stopping() {
                return Err(Error::Stopped);
            }
            let left_ms = deadline_ms.saturating_sub(clock::now_ms());
            if signal::wait(None, 0, left_ms).map_err(|e| Error::System(What::Wait, e))? == Woken::TimeOver {
                return Ok(());
            }
        }
    }

    fn nodename<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8], Error> {
        os::nodename(buffer).map_err(|e| Error::System(What::ReadNodename, e))
    }

    fn set_nodename(&mut self, name: &[u8]) -> Result<(), Error> {
        os::set_nodename(name).map_err(|e| Error::System(What::SetNodename, e))
    }

    fn run(&mut self, words: &[&CStr], input: &[u8], limit_ms: u64) -> Result<i32, Error> {
        exec::run(words, input, limit_ms)
    }

    fn log(&mut self, level: Level, text: &str, parts: &Parts<'_>) {
        self.log.write(level, text, parts);
    }
}
