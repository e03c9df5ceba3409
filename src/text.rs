//! Text of bounded length, formatted without allocation.
//!
//! A text that does not fit ends in `...`: full is visible, never silent.

use core::fmt;

/// At most `N` bytes of UTF-8 text. Formatting into it never fails; what does not fit is marked by a final `...`.
#[derive(Clone, Default)]
pub struct Text<const N: usize> {
    chars: heapless::String<N>,
    clipped: bool,
}

impl<const N: usize> Text<N> {
    /// An empty text.
    pub const fn new() -> Self {
        Self { chars: heapless::String::new(), clipped: false }
    }

    /// A text holding what `arguments` formats to.
    pub fn of(arguments: fmt::Arguments<'_>) -> Self {
        let mut text = Self::new();
        text.add(arguments);
        text
    }

    /// Appends formatted text.
    pub fn add(&mut self, arguments: fmt::Arguments<'_>) {
        // write_str below always says Ok, so an error can only be a broken Display, whose text is then missing.
        let _ = fmt::write(self, arguments);
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.chars.as_str()
    }

    /// Whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// Drops everything behind the first `len` bytes and marks the cut.
    pub fn shorten(&mut self, len: usize) {
        if self.chars.len() > len {
            self.clip(len);
        }
    }

    /// Appends a newline, also to a text that was cut; a full one gives way for it.
    pub fn end_line(&mut self) {
        if self.chars.len() == N {
            self.clip(N - 1);
        }
        let _ = self.chars.push('\n');
    }

    fn clip(&mut self, len: usize) {
        let mut keep = len.min(N).saturating_sub(3).min(self.chars.len());
        while !self.chars.is_char_boundary(keep) {
            keep -= 1;
        }
        self.chars.truncate(keep);
        let _ = self.chars.push_str("...");
        self.clipped = true;
    }
}

impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.clipped {
            return Ok(());
        }
        if self.chars.push_str(part).is_err() {
            for c in part.chars() {
                if self.chars.push(c).is_err() {
                    break;
                }
            }
            self.clip(N);
        }
        Ok(())
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_marked() {
        let mut text = Text::<8>::of(format_args!("{}{}", "1234", 5678));
        assert_eq!(text.as_str(), "12345678");
        text.add(format_args!("9"));
        assert_eq!(text.as_str(), "12345...");
        text.add(format_args!("a"));
        assert_eq!(text.as_str(), "12345...");
        assert_eq!(Text::<6>::of(format_args!("ééé")).as_str(), "ééé");
        assert_eq!(Text::<6>::of(format_args!("éééé")).as_str(), "é...");
        let mut long = Text::<16>::of(format_args!("abcdefgh"));
        long.shorten(8);
        assert_eq!(long.as_str(), "abcdefgh");
        long.shorten(6);
        assert_eq!(long.as_str(), "abc...");
    }
}
