//! Errors: small, and each names the culprit: the request, the host system, or ourselves.
//!
//! The text of an error goes into answers and logs, so it never holds request data.

use crate::text::{Line, Show, cut};

/// What stopped a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The request is at fault; the text tells its sender what is wrong.
    Request(&'static str),
    /// The system refused: what was being done, and its errno.
    System(&'static str, Errno),
    /// The guest is in a state that does not allow it; the text says which.
    State(&'static str),
    /// SIGTERM or SIGINT arrived while waiting.
    Stopped,
    /// This program is at fault. Panics in debug builds, see [`Error::bug`].
    Bug(&'static str),
}

impl Error {
    /// Reports a state that the code's own logic excludes: a panic in debug builds, an error in release.
    pub fn bug(what: &'static str) -> Self {
        debug_assert!(false, "bug: {what}");
        Self::Bug(what)
    }

    /// The errno, if the system refused.
    pub fn errno(&self) -> Option<Errno> {
        match self {
            Self::System(_, errno) => Some(*errno),
            _ => None,
        }
    }
}

impl Show for Error {
    fn show(&self, line: &mut Line<'_>) {
        match self {
            Self::Request(text) | Self::State(text) => line.put(text),
            Self::System(what, errno) => line.fill("%: %", &[what, errno]),
            Self::Stopped => line.put("stopped by a signal"),
            Self::Bug(what) => line.fill("internal error: %", &[what]),
        }
    }
}

/// An error number of the running kernel (errno(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

/// The symbolic name and the plain words of what a system may say here.
const WORDS: [(i32, &str); 35] = [
    (libc::EPERM, "EPERM operation not permitted"),
    (libc::ENOENT, "ENOENT no such file or directory"),
    (libc::ESRCH, "ESRCH no such object"),
    (libc::EINTR, "EINTR interrupted"),
    (libc::EIO, "EIO input/output error"),
    (libc::E2BIG, "E2BIG too big"),
    (libc::EAGAIN, "EAGAIN try again"),
    (libc::ENOMEM, "ENOMEM out of memory"),
    (libc::EACCES, "EACCES permission denied"),
    (libc::EBUSY, "EBUSY busy"),
    (libc::EEXIST, "EEXIST exists already"),
    (libc::ENODEV, "ENODEV no such device"),
    (libc::ENOTDIR, "ENOTDIR not a directory"),
    (libc::EISDIR, "EISDIR is a directory"),
    (libc::EINVAL, "EINVAL invalid argument"),
    (libc::EMFILE, "EMFILE too many open files"),
    (libc::EFBIG, "EFBIG file too large"),
    (libc::ENOSPC, "ENOSPC no space left"),
    (libc::EROFS, "EROFS read-only file system"),
    (libc::EMLINK, "EMLINK too many links"),
    (libc::EPIPE, "EPIPE connection closed"),
    (libc::ENAMETOOLONG, "ENAMETOOLONG name too long"),
    (libc::ENOSYS, "ENOSYS not implemented by this kernel"),
    (libc::ELOOP, "ELOOP symbolic link not followed"),
    (libc::EOVERFLOW, "EOVERFLOW too large"),
    (libc::ENOBUFS, "ENOBUFS out of buffers"),
    (libc::EOPNOTSUPP, "EOPNOTSUPP not supported"),
    (libc::EAFNOSUPPORT, "EAFNOSUPPORT address family not supported"),
    (libc::EADDRNOTAVAIL, "EADDRNOTAVAIL address not available"),
    (libc::ENETDOWN, "ENETDOWN network is down"),
    (libc::EHOSTUNREACH, "EHOSTUNREACH no route to host"),
    (libc::ENETUNREACH, "ENETUNREACH network is unreachable"),
    (libc::ETIMEDOUT, "ETIMEDOUT timed out"),
    (libc::ECONNREFUSED, "ECONNREFUSED connection refused"),
    (libc::EDQUOT, "EDQUOT disk quota exceeded"),
];

impl Show for Errno {
    fn show(&self, line: &mut Line<'_>) {
        match WORDS.iter().find(|(number, _)| *number == self.0).and_then(|(_, words)| cut(words, b' ')) {
            Some((name, words)) => line.fill("% (%)", &[&words, &name]),
            None => line.fill("errno %", &[&self.0]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn texts_name_the_culprit() {
        assert_eq!(format!("{}", Error::System("write shadow", Errno(libc::ENOSPC))), "write shadow: no space left (ENOSPC)");
        assert_eq!(format!("{}", Errno(4095)), "errno 4095");
        assert_eq!(Error::Stopped.errno(), None);
    }
}
