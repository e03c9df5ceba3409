//! Errors: small, and each names the culprit: the request, the host system, or ourselves.
//!
//! The text of an error goes into answers and logs, so it never holds request data. An error is eight octets: it is returned in a register.

use crate::limits::PACKED_LINE_LEN;
use crate::packed;
use crate::packed::Packed;
use crate::text::{Line, Show, Text, cut};

pub use crate::what::What;

/// What stopped a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The request is at fault; the text tells its sender what is wrong.
    Request(What),
    /// The system refused: what was being done, and its errno.
    System(What, Errno),
    /// The guest is in a state that does not allow it; the text says which.
    State(What),
    /// SIGTERM or SIGINT arrived while waiting.
    Stopped,
    /// This program is at fault. Panics in debug builds, see [`Error::bug`].
    Bug(What),
}

impl Error {
    /// Reports a state that the code's own logic excludes: a panic in debug builds, an error in release.
    pub fn bug(what: What) -> Self {
        debug_assert!(false, "bug: {what:?}");
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
    fn show(&self, line: &mut Line) {
        match self {
            Self::Request(what) | Self::State(what) => what.show(line),
            Self::System(what, errno) => line.fill("%: %", &[what, errno]),
            Self::Stopped => line.put("stopped by a signal"),
            Self::Bug(what) => line.fill("internal error: %", &[what]),
        }
    }
}

/// An error number of the running kernel (errno(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

/// What a system may say here.
const NUMBERS: [i32; 35] = [
    libc::EPERM,
    libc::ENOENT,
    libc::ESRCH,
    libc::EINTR,
    libc::EIO,
    libc::E2BIG,
    libc::EAGAIN,
    libc::ENOMEM,
    libc::EACCES,
    libc::EBUSY,
    libc::EEXIST,
    libc::ENODEV,
    libc::ENOTDIR,
    libc::EISDIR,
    libc::EINVAL,
    libc::EMFILE,
    libc::EFBIG,
    libc::ENOSPC,
    libc::EROFS,
    libc::EMLINK,
    libc::EPIPE,
    libc::ENAMETOOLONG,
    libc::ENOSYS,
    libc::ELOOP,
    libc::EOVERFLOW,
    libc::ENOBUFS,
    libc::EOPNOTSUPP,
    libc::EAFNOSUPPORT,
    libc::EADDRNOTAVAIL,
    libc::ENETDOWN,
    libc::EHOSTUNREACH,
    libc::ENETUNREACH,
    libc::ETIMEDOUT,
    libc::ECONNREFUSED,
    libc::EDQUOT,
];

/// The symbolic name and the plain words of each, in the same order.
const WORDS: Packed = packed!(
    "\
EPERM operation not permitted\n\
ENOENT no such file or directory\n\
ESRCH no such object\n\
EINTR interrupted\n\
EIO input/output error\n\
E2BIG too big\n\
EAGAIN try again\n\
ENOMEM out of memory\n\
EACCES permission denied\n\
EBUSY busy\n\
EEXIST exists already\n\
ENODEV no such device\n\
ENOTDIR not a directory\n\
EISDIR is a directory\n\
EINVAL invalid argument\n\
EMFILE too many open files\n\
EFBIG file too large\n\
ENOSPC no space left\n\
EROFS read-only file system\n\
EMLINK too many links\n\
EPIPE connection closed\n\
ENAMETOOLONG name too long\n\
ENOSYS not implemented by this kernel\n\
ELOOP symbolic link not followed\n\
EOVERFLOW too large\n\
ENOBUFS out of buffers\n\
EOPNOTSUPP not supported\n\
EAFNOSUPPORT address family not supported\n\
EADDRNOTAVAIL address not available\n\
ENETDOWN network is down\n\
EHOSTUNREACH no route to host\n\
ENETUNREACH network is unreachable\n\
ETIMEDOUT timed out\n\
ECONNREFUSED connection refused\n\
EDQUOT disk quota exceeded\n\
"
);

impl Errno {
    /// Puts the symbolic name and the plain words in `line`.
    fn words(self, line: &mut Line) {
        let at = NUMBERS.iter().take_while(|&&number| number != self.0).count();
        WORDS.nth_line(at, line);
    }
}

impl Show for Errno {
    fn show(&self, line: &mut Line) {
        let mut words = Text::<PACKED_LINE_LEN>::new();
        self.words(&mut words);
        match cut(words.as_str(), b' ') {
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
        assert_eq!(format!("{}", Error::System(What::WriteShadow, Errno(libc::ENOSPC))), "write shadow: no space left (ENOSPC)");
        assert_eq!(format!("{}", Errno(4095)), "errno 4095");
        assert_eq!(WORDS.spelled_out().lines().count(), NUMBERS.len());
        assert_eq!(format!("{}", Errno(libc::EDQUOT)), "disk quota exceeded (EDQUOT)");
        assert_eq!(Error::Stopped.errno(), None);
    }
}
