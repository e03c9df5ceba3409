//! An edited file: old lines as they were, and our own between them, which end as the old ones do.

use crate::error::Error;
use crate::limits::PIECE_LEN;
use crate::network::config::out::Out;
use crate::network::lines::take_line;
use crate::text::{Parts, Text};

/// Where an edited file goes.
pub struct Edited<'a, 'o> {
    out: &'a mut Out<'o>,
    is_dos: bool,
    /// Whether the last line has its end.
    ended: bool,
}

impl<'a, 'o> Edited<'a, 'o> {
    /// Writes into `out` what becomes of `old`, whose first line tells how lines end.
    pub fn new(old: &[u8], out: &'a mut Out<'o>) -> Self {
        let mut rest = old;
        let first = take_line(&mut rest).unwrap_or_default();
        Self { out, is_dos: first.ends_with(b"\r\n"), ended: true }
    }

    /// Old bytes, as they are.
    #[inline(never)]
    pub fn keep(&mut self, old: &[u8]) {
        if let Some(last) = old.last() {
            self.ended = *last == b'\n';
        }
        self.out.put(old);
    }

    /// A line of our own, or several. The end of the last one is not in the template.
    #[inline(never)]
    pub fn add(&mut self, template: &str, parts: &Parts<'_>) {
        let mut piece = Text::<PIECE_LEN>::new();
        if !self.ended {
            piece.put("\n");
        }
        piece.fill(template, parts);
        piece.put("\n");
        if piece.is_clipped() {
            self.out.fail(Error::bug("a piece of a file is too long"));
        }
        let mut rest = piece.as_bytes();
        while let Some(line) = take_line(&mut rest) {
            match line.strip_suffix(b"\n") {
                Some(text) if self.is_dos => {
                    self.out.put(text);
                    self.out.put(b"\r\n");
                }
                _ => self.out.put(line),
            }
        }
        self.ended = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Collect;
    use std::vec::Vec;

    fn edited(old: &str, edit: fn(&mut Edited<'_, '_>, &[u8])) -> std::string::String {
        let mut new = Collect(Vec::new());
        let mut out = Out::new(&mut new);
        edit(&mut Edited::new(old.as_bytes(), &mut out), old.as_bytes());
        out.finish().unwrap();
        std::string::String::from_utf8(new.0).unwrap()
    }

    #[test]
    fn lines_end_as_the_file_has_them() {
        let append: fn(&mut Edited<'_, '_>, &[u8]) = |file, old| {
            file.keep(old);
            file.add("x=%\n%", &[&1u8, &"y"]);
        };
        for (old, new) in [
            ("", "x=1\ny\n"),
            ("a\n", "a\nx=1\ny\n"),
            ("a", "a\nx=1\ny\n"),
            ("a\r\n", "a\r\nx=1\r\ny\r\n"),
            ("a\r\nb", "a\r\nb\r\nx=1\r\ny\r\n"),
            ("a\nb\r\n", "a\nb\r\nx=1\ny\n"),
        ] {
            assert_eq!(edited(old, append), new, "{old:?}");
        }
        assert_eq!(edited("a", |file, old| file.keep(old)), "a");
    }
}
