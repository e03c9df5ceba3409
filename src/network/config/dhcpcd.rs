//! dhcpcd: one block of static settings for each interface in `/etc/dhcpcd.conf`. dhcpcd.conf(5).
//!
//! An `interface` line opens a block, which lasts to the next `interface`, `ssid` or `profile` line; what several blocks say of an interface
//! adds up. So ours is our own, and a block of the user's for the same interface only loses what ours says. dhcpcd reads a carriage return
//! as part of a value: our lines end in a newline alone in any file.

use core::mem::take;

use crate::error::Error;
use crate::network::config::blocks::Blocks;
use crate::network::config::out::Out;
use crate::network::config::shell::is_one_of;
use crate::network::config::template;
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network};
use crate::network::lines::{take_line, take_word};
use crate::ports::Verdict;
use crate::text::Text;

const PATH: &str = "/etc/dhcpcd.conf";

/// dhcpcd would take the neighbour's address in a network of two for that of broadcasts.
const BLOCK: &str = "\
|interface %I
4a1|static ip_address=%a
4a!|noipv4
4a?4G|static routers=%i
4l?|static broadcast_address=255.255.255.255
4t|static routes=%d %g
d?|static domain_name_servers=\\
d|%_%i\\
d?|
6a1|static ip6_address=%a
";

/// What it has no words for.
const MISSING: &str = "\
4a+?|a second IPv4 address; \\
6a+?|a second IPv6 address; \\
6G?|an IPv6 gateway; \\
6s?|an IPv6 route; \\
4u?|a route without a gateway in the subnet; \\
";

/// What a block says that is ours, and what would take an IPv4 address away.
const OURS: &str = "ip_address subnet_mask broadcast_address routers routes static_routes classless_static_routes \
    ms_classless_static_routes ip6_address noipv4 ipv6only inform ";

/// Writes the blocks.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    for interface in network.interfaces {
        let mut missing = Text::<256>::new();
        template::put(MISSING, interface, &mut missing);
        if !missing.is_empty() {
            tree.warn("incomplete", PATH, "dhcpcd.conf cannot hold for %: %not there after a reboot", &[&interface.name, &missing]);
        }
    }
    tree.edit(PATH, 0o644, &mut |old, out| edit(network, old, out))
}

fn edit(network: &Network<'_>, old: &[u8], out: &mut Out<'_>) -> Verdict {
    let mut blocks = Blocks::new(network, &|interface, new| template::put(BLOCK, interface, new), out);
    // Whether our marker was the last line; the head that went with it; and whose block this is, if it is ours or loses something to it.
    let (mut is_marked, mut head, mut block) = (false, &b""[..], None);
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        if blocks.replaces(line) {
            is_marked = true;
            continue;
        }
        let mut words = line;
        let option = take_word(&mut words);
        let is_ours = take(&mut is_marked);
        if is_one_of(option, "interface ssid profile ") {
            let interface = network.named(take_word(&mut words)).filter(|_| option == b"interface");
            block = (is_ours || interface.is_some()).then_some(interface);
            head = if is_ours { line } else { b"" };
            if is_ours {
                continue;
            }
        } else if block.is_some_and(|interface| manages(option, words, interface)) {
            continue;
        } else if !matches!(option, [] | [b'#', ..]) {
            // The user put it in our block: that is his from now on.
            blocks.keep(take(&mut head));
        }
        blocks.keep(line);
    }
    blocks.replaces(b"");
    Verdict::write_if(!old.is_empty() || !network.interfaces.is_empty())
}

/// Whether an option goes from the block of an interface, or of one that is gone.
fn manages(option: &[u8], mut words: &[u8], interface: Option<&Interface>) -> bool {
    let word = if option == b"static" { take_word(&mut words) } else { option };
    let key = word.split(|&byte| byte == b'=').next().unwrap_or_default();
    is_one_of(key, OURS)
        || key == b"domain_name_servers" && interface.is_none_or(|interface| !interface.wanted.dns.is_empty())
        || is_one_of(key, "noipv6 ipv4only ")
            && interface.is_some_and(|interface| interface.wanted.addresses.iter().any(|address| !address.ip.is_v4()))
}

#[cfg(test)]
#[path = "dhcpcd_tests.rs"]
mod tests;
