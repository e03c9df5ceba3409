//! Files of others that configure our interfaces, too: the log names them.
//!
//! A file counts as one if the name or the MAC address of an interface is a word in it or, unless it is empty, in its own name; its format is
//! not looked at.
//! A warning too many does no harm.

use crate::network::config::shell::is_one_of;
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network};
use crate::network::lines::contains;
use crate::text::{Text, take_until};

/// Which files to look at.
pub struct Foreign {
    /// Where they are, a space behind each directory.
    pub directories: &'static str,
    /// What their names end with.
    pub suffix: &'static str,
    /// What their names sort before; `~` if they may sort anywhere.
    pub before: &'static str,
    /// What to say of one; `%` is the interface, the first one if there are several.
    pub text: &'static str,
}

impl Foreign {
    /// Warns of each file in which an interface is named, once, and shows it to `look` for each, with the interface's number. What cannot be
    /// listed or read is passed over: nothing that we write depends on it.
    #[inline(never)]
    pub fn tell(&self, network: &Network<'_>, tree: &mut Tree<'_>, look: &mut dyn FnMut(usize, &Interface, &[u8])) {
        let mut directories = self.directories;
        while let Some(directory) = take_until(&mut directories, b' ') {
            let _ = tree.each(directory, "", self.suffix, &mut |_, path, tree| {
                let file = path.as_bytes().get(directory.len() + 1..).unwrap_or_default();
                if file >= self.before.as_bytes() || file.ends_with(b"~") || is_ours(file) {
                    return Ok(());
                }
                let mut named = None;
                let _ = tree.read(path, &mut |content| {
                    for (number, interface) in network.interfaces.iter().enumerate() {
                        // One that is empty, or a link to nothing, is a file switched off.
                        if is_named(interface, content) || !content.is_empty() && is_named(interface, file) {
                            named = named.or(Some(interface));
                            look(number, interface, content);
                        }
                    }
                });
                if let Some(interface) = named {
                    tree.warn("foreign", path, self.text, &[&interface.name]);
                }
                Ok(())
            });
        }
    }
}

/// Whether a name is that of a file which we write, or that an agent before this one wrote.
fn is_ours(name: &[u8]) -> bool {
    contains(name, "nova-agent") || is_one_of(name, "rackspace-cloud.yaml ")
}

/// Whether the name or the MAC address of the interface is a word in `text`.
#[inline(never)]
pub fn is_named(interface: &Interface, text: &[u8]) -> bool {
    has_word(text, interface.name.as_bytes()) || has_mac(interface, text)
}

/// Whether the MAC address of the interface is a word in `text`.
#[inline(never)]
pub fn has_mac(interface: &Interface, text: &[u8]) -> bool {
    has_word(text, Text::<24>::of("%", &[&interface.wanted.mac]).as_bytes())
}

/// Whether `word` is in `text`, in letters of either case: whole, or up to a `*`.
#[inline(never)]
pub fn has_word(text: &[u8], word: &[u8]) -> bool {
    let (mut rest, mut before) = (text, b' ');
    while let [first, others @ ..] = rest {
        if !is_inner(before) && begins(rest, word) {
            return true;
        }
        (before, rest) = (*first, others);
    }
    false
}

fn begins(text: &[u8], word: &[u8]) -> bool {
    let mut rest = word;
    for found in text {
        match rest {
            [] => return !is_inner(*found),
            [wanted, others @ ..] if wanted.eq_ignore_ascii_case(found) => rest = others,
            _ => return *found == b'*' && rest.len() < word.len(),
        }
    }
    rest.is_empty()
}

/// Whether a byte may be inside a word.
fn is_inner(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for text in ["eth0", "a=\"eth0\"\n", "eth0:\r\n", "x eth00 ETH0:1", "Name=et*", "[eth0]"] {
            assert!(has_word(text.as_bytes(), b"eth0"), "{text}");
        }
        for text in ["", "eth", "eth00", "eth0.5", "xeth0", "_eth0", "*", "en*"] {
            assert!(!has_word(text.as_bytes(), b"eth0"), "{text}");
        }
    }
}
