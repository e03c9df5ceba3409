//! The log's sinks: a file, stderr, or the kernel's log when there is neither.

use core::ffi::CStr;

use super::super::os;
use super::clock::unix_time;
use super::fd::Fd;
use crate::error::Errno;
use crate::limits::LOG_LINE_LEN;
use crate::log::{Level, line};
use crate::text::{Parts, Text};

/// Where lines go.
enum Sink {
    /// A file of ours, mode 0600, and its path for SIGHUP.
    File(Fd, &'static CStr),
    Stderr,
    Kernel(Fd),
    /// No sink could be opened.
    Nowhere,
}

/// The log.
pub struct Log {
    level: Level,
    sink: Sink,
}

/// Opens a log file: appended to, 0600 if it is made, never through a symbolic link.
fn open_file(path: &CStr) -> Result<Fd, Errno> {
    Fd::open(path, libc::O_WRONLY | libc::O_APPEND | libc::O_CREAT | libc::O_NOFOLLOW, 0o600)
}

impl Log {
    /// A log to stderr.
    pub fn to_stderr(level: Level) -> Self {
        Self { level, sink: Sink::Stderr }
    }

    /// A log to the file at `path`.
    ///
    /// # Errors
    ///
    /// See open(2); ELOOP for a symbolic link.
    pub fn to_file(level: Level, path: &'static CStr) -> Result<Self, Errno> {
        Ok(Self { level, sink: Sink::File(open_file(path)?, path) })
    }

    /// A log to the kernel's; to nowhere if that cannot be opened.
    pub fn to_kernel(level: Level) -> Self {
        Self { level, sink: os::kernel_log().map_or(Sink::Nowhere, Sink::Kernel) }
    }

    /// Opens the file again, after it was rotated away. If that fails the old one goes on.
    pub fn reopen(&mut self) {
        if let Sink::File(fd, path) = &mut self.sink {
            match open_file(path) {
                Ok(new) => *fd = new,
                Err(errno) => self.write(Level::Warning, "event=log-not-reopened reason=\"%\"", &[&errno]),
            }
        }
    }

    /// Writes one line, if its level is logged. A sink that fails is no reason to stop.
    #[inline(never)]
    pub fn write(&self, level: Level, event: &str, parts: &Parts<'_>) {
        if level < self.level {
            return;
        }
        let mut text = Text::<LOG_LINE_LEN>::new();
        if let Sink::Kernel(_) = self.sink {
            text.fill("<%>nova-agent: ", &[&level.priority()]);
            text.fill(event, parts);
            text.end_line();
        } else {
            line(&mut text, unix_time(), level, event, parts);
        }
        let _ = match &self.sink {
            Sink::File(fd, _) | Sink::Kernel(fd) => fd.write_all(text.as_bytes()),
            Sink::Stderr => write_stderr(text.as_str()),
            Sink::Nowhere => Ok(()),
        };
    }
}

/// Writes to descriptor 2, which is never ours to close.
///
/// # Errors
///
/// See write(2).
pub fn write_stderr(text: &str) -> Result<(), Errno> {
    write_standard(2, text)
}

/// Writes to descriptor 1.
///
/// # Errors
///
/// See write(2).
pub fn write_stdout(text: &str) -> Result<(), Errno> {
    write_standard(1, text)
}

fn write_standard(fd: libc::c_int, text: &str) -> Result<(), Errno> {
    // SAFETY: pointer and length are those of a readable slice.
    super::fd::check_len(unsafe { os::calls::write(fd, text.as_ptr(), text.len()) }).map(drop)
}
