//! One component of a path: validated, NUL-terminated.

use core::ffi::CStr;

use crate::error::Errno;
use crate::text::Parts;

/// `NAME_MAX` of linux/limits.h.
const NAME_LEN: usize = 255;

/// A file name: not empty, no `/`, no NUL, at most 255 octets.
#[derive(Clone)]
pub struct Name {
    bytes: [u8; NAME_LEN + 1],
    len: usize,
}

impl Name {
    /// Validates `name`.
    ///
    /// # Errors
    ///
    /// ENAMETOOLONG; EINVAL for a name that no file can have.
    pub fn new(name: &[u8]) -> Result<Self, Errno> {
        let mut bytes = [0; NAME_LEN + 1];
        if name.is_empty() || name.iter().any(|&b| b == 0 || b == b'/') {
            return Err(Errno(libc::EINVAL));
        }
        if name.len() > NAME_LEN {
            return Err(Errno(libc::ENAMETOOLONG));
        }
        bytes.iter_mut().zip(name).for_each(|(to, from)| *to = *from);
        Ok(Self { bytes, len: name.len() })
    }

    /// A name made of formatted text.
    ///
    /// # Errors
    ///
    /// As [`Name::new`].
    pub fn of(text: &str, parts: &Parts<'_>) -> Result<Self, Errno> {
        Self::new(crate::text::Text::<256>::of(text, parts).as_bytes())
    }

    /// The name without its NUL.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// The name with its NUL.
    pub fn as_c(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
}
