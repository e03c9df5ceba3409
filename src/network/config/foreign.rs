//! Files of others that configure our interfaces, too: the log names them.

use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::text::{Text, cut};

/// Whether a file is for an interface: that with this number, a file of this name with these bytes.
pub type Concerns<'a> = dyn FnMut(usize, &Interface, &str, &[u8]) -> bool + 'a;

/// Which files to look at.
pub struct Foreign {
    /// Where they are.
    pub directories: &'static [&'static str],
    /// What their names begin with.
    pub prefix: &'static str,
    /// Whether a name is that of such a file.
    pub is_one: fn(&str) -> bool,
    /// What to say of one; `%` is the interface.
    pub text: &'static str,
}

impl Foreign {
    /// Warns of each file that `concerns` one of the interfaces. What cannot be listed or read is passed over: nothing that we write depends
    /// on it.
    #[inline(never)]
    pub fn tell(&self, network: &Network<'_>, tree: &mut Tree<'_>, concerns: &mut Concerns<'_>) {
        let mut names = Names::new();
        for directory in self.directories {
            if tree.names(directory, self.prefix, &mut names).is_err() {
                continue;
            }
            let mut rest = names.as_str();
            while let Some((name, after)) = cut(rest, b'\n') {
                rest = after;
                if !(self.is_one)(name) {
                    continue;
                }
                let path = Text::<320>::of("%/%", &[directory, &name]);
                // By bit, the interfaces.
                let mut concerned = 0u32;
                let _ = tree.read(path.as_str(), &mut |file| {
                    for (bit, interface) in network.interfaces.iter().enumerate() {
                        concerned |= u32::from(concerns(bit, interface, name, file)) << bit;
                    }
                });
                for interface in network.interfaces {
                    if concerned & 1 == 1 {
                        tree.warn("foreign", path.as_str(), self.text, &[&interface.name]);
                    }
                    concerned >>= 1;
                }
            }
        }
    }
}

/// Whether a link's name fits one of some patterns, each as far as its first special character.
#[inline(never)]
pub fn fits(patterns: &[u8], name: &[u8]) -> bool {
    for pattern in patterns.split(u8::is_ascii_whitespace) {
        let fits = match pattern.iter().position(|byte| matches!(byte, b'*' | b'?' | b'[')) {
            Some(len) => pattern.get(..len).is_some_and(|start| name.starts_with(start)),
            None => pattern == name,
        };
        if fits {
            return true;
        }
    }
    false
}

/// Whether `text` has `part` in it, in letters of either case.
#[inline(never)]
pub fn contains(text: &[u8], part: &[u8]) -> bool {
    let mut rest = text;
    while let Some((start, _)) = rest.split_at_checked(part.len()) {
        if start.eq_ignore_ascii_case(part) {
            return true;
        }
        match rest {
            [_, after @ ..] => rest = after,
            [] => break,
        }
    }
    false
}

/// Whether the interface is named in `text`, by its name or MAC address.
#[inline(never)]
pub fn names(interface: &Interface, text: &[u8]) -> bool {
    contains(text, interface.name.as_bytes()) || contains(text, Text::<24>::of("%", &[&interface.wanted.mac]).as_bytes())
}
