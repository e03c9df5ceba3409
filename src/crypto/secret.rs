//! Bytes that are nobody else's business.

use zeroize::Zeroize;

/// At most `N` secret bytes, wiped when dropped. No Debug, Display or Clone, so they reach neither a log nor a second place.
pub struct Secret<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Secret<N> {
    /// No bytes.
    pub const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    /// Holds the bytes that `fill` leaves at the start of the buffer; it says how many. `None` and no bytes if it does not.
    pub fn fill(&mut self, fill: impl FnOnce(&mut [u8; N]) -> Option<usize>) -> Option<()> {
        self.len = 0;
        self.len = fill(&mut self.bytes)?.min(N);
        Some(())
    }

    /// Appends `bytes`. `false`, and nothing is appended, if they do not fit.
    #[must_use]
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        let end = self.len + bytes.len();
        let Some(room) = self.bytes.get_mut(self.len..end) else { return false };
        room.copy_from_slice(bytes);
        self.len = end;
        true
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl<const N: usize> Default for Secret<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_fits() {
        let mut secret = Secret::<4>::new();
        assert_eq!(secret.as_bytes(), b"");
        assert!(secret.push(b"abc"));
        assert!(secret.push(b"d"));
        assert!(!secret.push(b"e"));
        assert_eq!(secret.as_bytes(), b"abcd");
        secret.fill(|bytes| bytes.iter().position(|&b| b == b'c')).unwrap();
        assert_eq!(secret.as_bytes(), b"ab");
        assert_eq!(secret.fill(|_| None), None);
        assert_eq!(secret.as_bytes(), b"");
    }
}
