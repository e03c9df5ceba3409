//! Text that takes about half its length in the binary: packed when it is compiled, spelled out when it is used.
//!
//! A packed text is ASCII in which an octet from 128 on stands for a line of [`WORDS`]. [`packed!`](crate::packed) makes one of a literal. It
//! is for tables, templates and what is long; a short message gains little.

use crate::limits::PACKED_LINE_LEN;
use crate::text::{Line, Show, nth_line};

/// What such octets stand for, what is used most first. `tests/words.py` finds the best ones for the texts that there are.
const WORDS: &str = "\
s 
on
or
te
net
in
no
?|
      
t 
d 
 i
th
file
re
sys
st
er
ect
ddress
the 
6a
/etc/
e 
 a
4a
a 
y 
se
it
ce
, 
es
li
=%
route
en
up
if
lo
/system
   
ma
o 
d/
service
de
/run
: 
name
 -
 /etc
|%
pa
an
sb
ke
ar
k 
/usr/
wa
%i
fig
static
ou
IP
ho
un
NetworkManager
rc
1|
%a
i 
f 
plan
!|
me
6 
# 
password: 
too 
IPV6
fa
FILE
 %I
/multi-user.target.wants
/dhcpcd
 dev %I
dns-
ADDR
wri
ctl
d/units/invocation:
-scripts/if
wicked
value
cfg-%
dir
ENO
 || true # nova-agent
va-ag
opti
JSON
DIR
 program
vm-dat
need
.d/nm-ifcfg-rh.c
HOSTNAME
NETWORK
/dbus-1
shadow
level
_%V=\"
nual
b64_
\\x2d
 /etc/sysconfig/network
levels/default
_DEFAULT
GATEWAY
.yaml 
-from 
 such 
 /var/lock/subsys/
 /sys/fs/cgroup
e6f7661-2d61-8765-ae74-%
|BOOTPROTO=
";

/// Octets from here on stand for words, which are at most so many; there are as many letters of ASCII.
const FIRST: u8 = 0x80;
const COUNT: usize = 128;

/// A packed text.
#[derive(Clone, Copy)]
pub struct Packed(&'static [u8]);

impl Packed {
    /// Of what [`pack`] made, or of any ASCII text.
    pub const fn new(packed: &'static [u8]) -> Self {
        Self(packed)
    }

    /// Whether no line is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next line, and spells it out in `line` in place of what was there; `false` if none is left.
    pub fn take_line(&mut self, line: &mut Line) -> bool {
        line.clear();
        self.put_line(line)
    }

    /// Takes the next line, and appends it to `line`.
    #[inline(never)]
    fn put_line(&mut self, line: &mut Line) -> bool {
        let is_left = !self.0.is_empty();
        while let Some((&octet, rest)) = self.0.split_first() {
            self.0 = rest;
            match octet {
                b'\n' => break,
                FIRST.. => line.put(nth_line(WORDS, usize::from(octet - FIRST))),
                _ => line.put_byte(octet),
            }
        }
        is_left
    }

    /// Spells out the line at a place in `line`; nothing behind the last one.
    pub fn nth_line(mut self, at: usize, line: &mut Line) {
        for _ in 0..=at {
            self.take_line(line);
        }
    }

    /// All of it, as the tests read it.
    #[cfg(test)]
    pub fn spelled_out(mut self) -> std::string::String {
        let (mut text, mut line) = (std::string::String::new(), crate::text::Text::<512>::new());
        while self.take_line(&mut line) {
            text.push_str(line.as_str());
            text.push('\n');
        }
        text
    }
}

impl Show for Packed {
    fn show(&self, line: &mut Line) {
        let mut rest = *self;
        while rest.put_line(line) {
            line.put("\n");
        }
    }
}

/// A packed text of a literal.
#[macro_export]
macro_rules! packed {
    ($text:expr) => {{
        const TEXT: &[u8] = $text.as_bytes();
        const PACKED: &[u8] = &$crate::packed::pack::<{ $crate::packed::len(TEXT) }>(TEXT);
        $crate::packed::Packed::new(PACKED)
    }};
}

/// How many octets a text takes when it is packed.
pub const fn len(mut text: &[u8]) -> usize {
    let mut len = 0;
    while !text.is_empty() {
        text = first(text).1;
        len += 1;
    }
    len
}

/// Packs a text: always the longest word.
pub const fn pack<const LEN: usize>(mut text: &[u8]) -> [u8; LEN] {
    assert!(longest_line(text) <= PACKED_LINE_LEN);
    let mut packed = [0; LEN];
    let mut rest = packed.as_mut_slice();
    while let Some((octet, others)) = rest.split_first_mut() {
        (*octet, text) = first(text);
        rest = others;
    }
    packed
}

/// How many octets the longest line has.
const fn longest_line(mut text: &[u8]) -> usize {
    let (mut longest, mut len) = (0, 0);
    while let Some((&octet, rest)) = text.split_first() {
        len = if octet == b'\n' { 0 } else { len + 1 };
        if len > longest {
            longest = len;
        }
        text = rest;
    }
    longest
}

/// The octet that a text begins with when it is packed, and the text behind that. What is out of bounds here does not compile.
#[allow(clippy::indexing_slicing)]
const fn first(text: &[u8]) -> (u8, &[u8]) {
    let Some((&letter, rest)) = text.split_first() else { return (0, text) };
    let mut best = (letter, rest);
    let mut at = INDEX.first[letter as usize];
    while at < COUNT {
        if let Some(rest) = behind(INDEX.words[at], text)
            && rest.len() < best.1.len()
        {
            best = (FIRST + at as u8, rest);
        }
        at = INDEX.next[at];
    }
    best
}

/// The text behind the word that it begins with.
const fn behind<'a>(mut word: &[u8], mut text: &'a [u8]) -> Option<&'a [u8]> {
    while let Some((&letter, letters)) = word.split_first() {
        match text.split_first() {
            Some((&other, others)) if other == letter => (word, text) = (letters, others),
            _ => return None,
        }
    }
    Some(text)
}

/// The words by their first letters. Comparing with every word would keep the compiler busy for a minute.
struct Index {
    words: [&'static [u8]; COUNT],
    /// The first word with a first letter, and the next one that has the same; [`COUNT`] for none.
    first: [usize; COUNT],
    next: [usize; COUNT],
}

#[allow(clippy::indexing_slicing)]
const INDEX: Index = {
    let mut index = Index { words: [b""; COUNT], first: [COUNT; COUNT], next: [COUNT; COUNT] };
    let (mut at, mut rest, mut len) = (0, WORDS.as_bytes(), 0);
    while let Some((word, behind)) = rest.split_at_checked(len)
        && let Some((letter, behind)) = behind.split_first()
    {
        len += 1;
        if *letter == b'\n' {
            index.words[at] = word;
            index.next[at] = index.first[word[0] as usize];
            index.first[word[0] as usize] = at;
            (at, rest, len) = (at + 1, behind, 0);
        }
    }
    index
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;
    use std::vec::Vec;

    const POEM: &str = "/etc/network/interfaces\n\nthe address of nova-agent\n";

    #[test]
    fn what_is_packed_is_spelled_out() {
        let packed = packed!(POEM);
        assert!(packed.0.len() < POEM.len());
        assert_eq!(packed.spelled_out(), POEM);
        assert_eq!(Text::<80>::of("%", &[&packed]).as_str(), POEM);
        assert_eq!(Packed::new(b"a\nb").spelled_out(), "a\nb\n");
    }

    #[test]
    fn lines() {
        let (mut packed, mut line) = (packed!(POEM), Text::<80>::new());
        for (at, text) in POEM.lines().enumerate() {
            packed!(POEM).nth_line(at, &mut line);
            assert_eq!(line.as_str(), text);
            assert!(packed.take_line(&mut line));
            assert_eq!(line.as_str(), text);
        }
        assert!(packed.is_empty() && !packed.take_line(&mut line));
        packed!(POEM).nth_line(4, &mut line);
        assert_eq!(line.as_str(), "");
    }

    #[test]
    fn words_are_few_and_differ() {
        let words: Vec<&str> = WORDS.lines().collect();
        assert!(words.len() <= COUNT);
        assert!(words.iter().all(|word| word.is_ascii() && word.len() > 1));
        assert!(words.iter().enumerate().all(|(at, word)| !words[at + 1..].contains(word)));
    }
}
