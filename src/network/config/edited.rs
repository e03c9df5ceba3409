//! An edited file: old lines as they were, and our own between them, which end as the old ones do.

use crate::network::config::Interface;
use crate::network::config::marker::Marker;
use crate::network::config::out::Out;
use crate::network::config::template::Lines;
use crate::network::lines::take_line;
use crate::text::Parts;

/// Where an edited file goes.
pub struct Edited<'a, 'o> {
    out: &'a mut Out<'o>,
    /// Whether lines end in a carriage return, too.
    is_dos: bool,
    /// Whether the last line has its end.
    ended: bool,
}

impl<'a, 'o> Edited<'a, 'o> {
    /// Writes into `out` what becomes of `old`, whose first line tells how lines end.
    pub fn new(old: &[u8], out: &'a mut Out<'o>) -> Self {
        let is_dos = take_line(&mut &*old).is_some_and(|line| line.ends_with(b"\r\n"));
        Self { out, is_dos, ended: true }
    }

    /// Old bytes, as they are.
    #[inline(never)]
    pub fn keep(&mut self, old: &[u8]) {
        if let Some(last) = old.last() {
            self.ended = *last == b'\n';
        }
        self.out.put(old);
    }

    /// A line of our own.
    #[inline(never)]
    pub fn add(&mut self, template: &str, parts: &Parts<'_>) {
        self.end();
        self.out.add(template, parts);
        self.ended = false;
        self.end();
    }

    /// The marker of an interface.
    #[inline(never)]
    pub fn mark(&mut self, interface: &Interface) {
        self.add("%", &[&Marker(interface)]);
    }

    /// The end of the last line, if it has none yet.
    #[inline(never)]
    pub fn end(&mut self) {
        if !self.ended {
            self.out.put(if self.is_dos { b"\r\n" } else { b"\n" });
            self.ended = true;
        }
    }
}

impl Lines for Edited<'_, '_> {
    fn piece(&mut self, text: &str, ends: bool) {
        self.end();
        self.out.put(text.as_bytes());
        self.ended = !ends;
        self.end();
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
            file.add("x=%", &[&1u8]);
        };
        for (old, new) in [
            ("", "x=1\n"),
            ("a\n", "a\nx=1\n"),
            ("a", "a\nx=1\n"),
            ("a\r\n", "a\r\nx=1\r\n"),
            ("a\r\nb", "a\r\nb\r\nx=1\r\n"),
            ("a\nb\r\n", "a\nb\r\nx=1\n"),
        ] {
            assert_eq!(edited(old, append), new, "{old:?}");
        }
        assert_eq!(edited("a", |file, old| file.keep(old)), "a");
    }
}
