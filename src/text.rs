//! Text of bounded length, put together without allocation and without `core::fmt`, which would be a tenth of the binary.
//!
//! A message is a template and the parts that take the places of its `%`: `("no link has %", &[&mac])`. What can be a part implements
//! [`Show`]. A text that does not fit ends in `...`: full is visible, never silent.

use core::ops::{Deref, DerefMut};

/// What can be written as text.
pub trait Show {
    /// Appends the text to `line`.
    fn show(&self, line: &mut Line);
}

/// What takes the places of `%` in a template, in this order.
pub type Parts<'a> = [&'a dyn Show];

/// Text in the bytes `B`. Adding to it never fails; what does not fit is marked by a final `...`.
#[derive(Clone)]
pub struct Bounded<B: ?Sized> {
    len: usize,
    clipped: bool,
    bytes: B,
}

/// At most `N` bytes of UTF-8 text.
pub type Text<const N: usize> = Bounded<[u8; N]>;

/// A text of whatever capacity: what a [`Text`] is used as, so that its code exists once.
pub type Line = Bounded<[u8]>;

impl<const N: usize> Text<N> {
    /// An empty text.
    pub const fn new() -> Self {
        Self { len: 0, clipped: false, bytes: [0; N] }
    }

    /// A text of `template` and `parts`.
    pub fn of(template: &str, parts: &Parts<'_>) -> Self {
        let mut text = Self::new();
        text.fill(template, parts);
        text
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Deref for Text<N> {
    type Target = Line;

    fn deref(&self) -> &Line {
        self
    }
}

impl<const N: usize> DerefMut for Text<N> {
    fn deref_mut(&mut self) -> &mut Line {
        self
    }
}

impl<const N: usize> Show for Text<N> {
    fn show(&self, line: &mut Line) {
        self.append_to(line);
    }
}

/// Whether `byte` is among `bytes`. The search of core's `contains` is for long texts.
pub fn holds(bytes: &[u8], byte: u8) -> bool {
    for &other in bytes {
        if other == byte {
            return true;
        }
    }
    false
}

/// Whether all of `text` is letters and digits of ASCII and what is in `others`.
#[inline(never)]
pub fn is_plain(text: &[u8], others: &[u8]) -> bool {
    text.iter().all(|&byte| byte.is_ascii_alphanumeric() || holds(others, byte))
}

/// Takes a number from the front of `text`: one digit or more. A number beyond what fits becomes the largest.
#[inline(never)]
pub fn take_number(text: &mut &[u8], radix: u32) -> Option<u64> {
    let before = text.len();
    let mut number = 0u64;
    while let Some((&first, rest)) = text.split_first()
        && let Some(digit) = char::from(first).to_digit(radix)
    {
        number = number.saturating_mul(u64::from(radix)).saturating_add(u64::from(digit));
        *text = rest;
    }
    (text.len() < before).then_some(number)
}

/// The value of decimal digits.
pub fn number(mut digits: &[u8]) -> Option<u64> {
    take_number(&mut digits, 10).filter(|_| digits.is_empty())
}

/// Whether two words are the same in letters of either case. That of core's is for long texts.
#[inline(never)]
pub fn same_word(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// What is before and behind the first `at` in `text`.
#[inline(never)]
pub fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let len = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..len)?, text.get(len + 1..)?))
}

/// Takes what is before the first `at` from the front of `text`, and drops that.
#[inline(never)]
pub fn take_until<'a>(text: &mut &'a str, at: u8) -> Option<&'a str> {
    let (before, behind) = cut(text, at)?;
    *text = behind;
    Some(before)
}

/// The line of `text` at a place, without its newline; empty behind the last one.
#[inline(never)]
pub fn nth_line(mut text: &str, at: usize) -> &str {
    for _ in 0..at {
        text = cut(text, b'\n').unwrap_or_default().1;
    }
    cut(text, b'\n').unwrap_or_default().0
}

/// Which line of `text` says `line`; their number if none does.
#[inline(never)]
pub fn line_number(mut text: &str, line: &[u8]) -> usize {
    let mut at = 0;
    while let Some((first, rest)) = cut(text, b'\n')
        && first.as_bytes() != line
    {
        text = rest;
        at += 1;
    }
    at
}

impl Line {
    /// The text.
    #[inline(never)]
    pub fn as_str(&self) -> &str {
        // Always text: only whole characters are ever put in.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Once for all lengths of text.
    fn append_to(&self, line: &mut Line) {
        line.put(self.as_str());
    }

    /// The text's bytes.
    #[inline(never)]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether something did not fit.
    pub fn is_clipped(&self) -> bool {
        self.clipped
    }

    /// Inserts a line, which comes without its newline, into text of sorted lines.
    #[inline(never)]
    pub fn insert_line(&mut self, line: &str) {
        let mut at = 0;
        while let Some(rest) = self.as_str().get(at..)
            && let Some((other, _)) = cut(rest, b'\n')
            && other < line
        {
            at += other.len() + 1;
        }
        let end = self.len;
        // At the end it is only in order to learn whether it fits.
        self.put(line);
        self.put("\n");
        if !self.clipped {
            let len = self.len;
            self.bytes.copy_within(at..end, len - end + at);
            self.len = at;
            self.put(line);
            self.put("\n");
            self.len = len;
        }
    }

    /// Makes it empty.
    pub fn clear(&mut self) {
        self.len = 0;
        self.clipped = false;
    }

    /// Drops everything behind the first `len` bytes and marks the cut.
    pub fn shorten(&mut self, len: usize) {
        if self.len > len {
            self.clip(len);
        }
    }

    /// Appends a newline, also to a text that was cut; a full one gives way for it.
    pub fn end_line(&mut self) {
        self.shorten(self.bytes.len() - 1);
        self.clipped = false;
        self.put("\n");
    }

    /// Appends `part`.
    #[inline(never)]
    pub fn put(&mut self, part: &str) {
        for &octet in part.as_bytes() {
            self.push(octet);
        }
    }

    /// Appends one octet of a character; all of them follow, or the cut takes the others away.
    #[inline(never)]
    fn push(&mut self, octet: u8) {
        if self.clipped {
            return;
        }
        match self.bytes.get_mut(self.len) {
            Some(to) => {
                *to = octet;
                self.len += 1;
            }
            None => self.clip(self.len),
        }
    }

    /// Appends `template` with `parts` in it.
    pub fn add(&mut self, template: &str, parts: &Parts<'_>) {
        self.fill(template, parts);
    }

    /// Appends `template`, each `%` in it replaced by the next part. A `%` too many stays, a part too many is left out.
    #[inline(never)]
    pub fn fill(&mut self, template: &str, parts: &Parts<'_>) {
        let mut parts = parts.iter();
        for &octet in template.as_bytes() {
            if octet == b'%'
                && let Some(part) = parts.next()
            {
                part.show(self);
            } else {
                self.push(octet);
            }
        }
    }

    /// Appends one character of ASCII; `?` for any other octet.
    pub fn put_byte(&mut self, byte: u8) {
        self.push(if byte.is_ascii() { byte } else { b'?' });
    }

    /// Appends a number, with leading zeros up to `width` digits.
    pub fn put_number(&mut self, number: u64, base: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let (mut rest, mut used) = (number, 0);
        for digit in digits.iter_mut().rev() {
            if rest == 0 && used >= width.max(1) {
                break;
            }
            *digit = b"0123456789abcdef".get((rest % base) as usize).copied().unwrap_or(b'?');
            rest /= base;
            used += 1;
        }
        for &digit in digits.get(digits.len() - used..).unwrap_or_default() {
            self.push(digit);
        }
    }

    /// Keeps at most `len` bytes, the mark included.
    #[inline(never)]
    fn clip(&mut self, len: usize) {
        const MARK: &str = "...";
        let mut keep = len.saturating_sub(MARK.len()).min(self.len);
        // Not in the middle of a character: continuation octets are 0b10xx_xxxx.
        while keep > 0 && self.bytes.get(keep).is_some_and(|b| b & 0xc0 == 0x80) {
            keep -= 1;
        }
        self.len = keep;
        for (to, from) in self.bytes.iter_mut().skip(keep).zip(MARK.bytes()) {
            *to = from;
            self.len += 1;
        }
        self.clipped = true;
    }
}

impl Show for str {
    fn show(&self, line: &mut Line) {
        line.put(self);
    }
}

impl<const N: usize> Show for heapless::String<N> {
    fn show(&self, line: &mut Line) {
        line.put(self);
    }
}

impl<T: Show + ?Sized> Show for &T {
    fn show(&self, line: &mut Line) {
        (**self).show(line);
    }
}

impl Show for u64 {
    fn show(&self, line: &mut Line) {
        line.put_number(*self, 10, 1);
    }
}

impl Show for u32 {
    fn show(&self, line: &mut Line) {
        line.put_number(u64::from(*self), 10, 1);
    }
}

impl Show for i32 {
    fn show(&self, line: &mut Line) {
        line.put(if *self < 0 { "-" } else { "" });
        line.put_number(u64::from(self.unsigned_abs()), 10, 1);
    }
}

impl Show for u8 {
    fn show(&self, line: &mut Line) {
        line.put_number(u64::from(*self), 10, 1);
    }
}

impl Show for usize {
    fn show(&self, line: &mut Line) {
        line.put_number(*self as u64, 10, 1);
    }
}

/// Octets of a number in hexadecimal.
pub struct Hex(pub u64, pub usize);

impl Show for Hex {
    fn show(&self, line: &mut Line) {
        line.put_number(self.0, 16, self.1);
    }
}

/// Bytes from outside, for the log: what is not printable ASCII, or would end a quoted value, is `?`.
pub struct Printable<'a>(pub &'a [u8]);

impl Show for Printable<'_> {
    fn show(&self, line: &mut Line) {
        for &byte in self.0 {
            line.put_byte(if byte.is_ascii_graphic() && byte != b'"' { byte } else { b'?' });
        }
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
