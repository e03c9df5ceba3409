//! dhcpcd: one block of static settings for each interface in `/etc/dhcpcd.conf`. dhcpcd.conf(5).
//!
//! An `interface` line opens a block, which lasts to the next `interface`, `ssid` or `profile` line; what several blocks say of an interface
//! adds up. So ours stands at the end, and a block of the user's for the same interface only loses what ours says. dhcpcd reads a carriage
//! return as part of a value: our lines end in a newline alone in any file.

use crate::error::Error;
use crate::network::config::block;
use crate::network::config::shell::is_one_of;
use crate::network::config::template;
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network};
use crate::network::lines::{key, take_word};
use crate::packed;
use crate::packed::Packed;
use crate::text::Text;

const PATH: &str = "/etc/dhcpcd.conf";

/// dhcpcd would take the neighbour's address in a network of two for that of broadcasts.
const BLOCK: Packed = packed!(
    "\
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
"
);

/// What it has no words for.
const MISSING: Packed = packed!(
    "\
4a+?|a second IPv4 address; \\
6a+?|a second IPv6 address; \\
6G?|an IPv6 gateway; \\
6s?|an IPv6 route; \\
4u?|a route without a gateway in the subnet; \\
"
);

/// What of a block of the user's is ours, and what would take an address away.
const OURS: Packed = packed!(
    "\
|ip_address subnet_mask broadcast_address routers routes static_routes classless_static_routes \n\
|ms_classless_static_routes ip6_address noipv4 ipv6only inform \n\
d?|domain_name_servers \n\
6a?|noipv6 ipv4only \n"
);

/// Writes the blocks.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    for interface in network.interfaces {
        let mut missing = Text::<256>::new();
        template::put_text(MISSING, interface, &mut missing);
        if !missing.is_empty() {
            tree.warn("incomplete", PATH, "dhcpcd.conf cannot hold for %: %not there after a reboot", &[&interface.name, &missing]);
        }
    }
    tree.edit(PATH, 0o644, &mut |old, out| {
        // Whose block of the user's a line is in.
        let mut interface = None;
        let goes = &mut |line: &[u8]| {
            let mut words = line;
            let option = take_word(&mut words);
            if is_one_of(option, "interface ssid profile ") {
                interface = network.named(take_word(&mut words)).filter(|_| option == b"interface");
            }
            interface.is_some_and(|interface| manages(option, words, interface))
        };
        block::edit(old, network, BLOCK, goes, out)
    })
}

/// Whether an option goes from a block of the user's.
fn manages(option: &[u8], mut words: &[u8], interface: &Interface) -> bool {
    let word = if option == b"static" { take_word(&mut words) } else { option };
    template::lists(OURS, interface, key(word))
}

#[cfg(test)]
#[path = "dhcpcd_tests.rs"]
mod tests;
