//! How `/etc/network/interfaces` is edited: what is ours in the stanzas of the network's interfaces is replaced, everything else stays.
//!
//! A stanza of an interface that lost its addresses of that family, or is gone, goes; with options of the user in it it becomes one of the
//! method `manual`. Stanzas that older agents wrote are ours: those under a comment `# Label …`, and aliases like `eth0:1` in such a file.
//! What the file says of an interface is looked up when it is asked for: there is no state but the place in it.

use crate::network::config::edited::Edited;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::template::Lines;
use crate::network::config::{Interface, Network, ifupdown};
use crate::network::lines::{take_line, take_word};
use crate::text::cut;

/// What a file that is not there says.
const EMPTY: &[u8] = b"auto lo\niface lo inet loopback\n";

/// What begins a stanza, and so ends the one before.
const HEADS: &str = "iface \niface\t\nauto \nauto\t\nallow-\nsource\nmapping\ntemplate\nrename\nno-auto-down\nno-scripts\n";

/// The options that are ours whatever their value.
const OPTIONS: &str = "address\nnetmask\nbroadcast\nnetwork\ngateway\nscope\npointopoint\npoint-to-point\nuse dhcp\n";

/// Name servers. Where the host names none, those that are asked now stay.
const SERVERS: &str = "dns-nameserver\n";

/// What only older agents write: their options, and their comments.
const AGENTS_OPTIONS: &str =
    "dns-nameserver\npost-up route add -net\npost-down route add -net\npost-down route del -net\npre-down route del -net\n";
const AGENTS: &str = "# Label \n# Automatically generated, do not edit\n";

/// The comment at the end of a line of ours.
const OURS: &[u8] = b"# nova-agent";

/// The file on its way from old to new.
struct Edit<'a, 'o> {
    network: &'a Network<'a>,
    old: &'a [u8],
    /// What is still to be read.
    rest: &'a [u8],
    file: Edited<'a, 'o>,
    /// An empty line that is held back, and whether something was left out since: two of them become one, and the last one goes.
    blank: &'a [u8],
    is_cut: bool,
    /// Whether an older agent wrote the file.
    is_agents: bool,
}

/// What the old file says of a name.
struct Seen {
    /// The places of its first stanza for IPv4 and for IPv6, as octets from there to the end; 0 if it has none.
    places: [usize; 2],
    /// Whether an `auto` or `allow-CLASS` line names it.
    is_selected: bool,
    /// Whether a comment that goes heads a stanza of it.
    goes: bool,
}

/// Puts what becomes of `old`.
pub fn edit(network: &Network<'_>, old: &[u8], out: &mut Out<'_>) {
    let old = if old.is_empty() { EMPTY } else { old };
    let file = Edited::new(old, out);
    let mut edit = Edit { network, old, rest: old, file, blank: b"", is_cut: false, is_agents: false };
    let mut text = old;
    while let Some(line) = take(&mut text) {
        edit.is_agents |= begins(line, AGENTS);
    }
    while let Some(line) = take(&mut edit.rest) {
        edit.line(line);
    }
    if edit.is_cut {
        edit.blank = b"";
    }
    for interface in network.interfaces {
        let seen = edit.look(interface.name.as_bytes());
        if seen.is_first(0) {
            if edit.blank.is_empty() {
                edit.file.add("", &[]);
            }
            edit.put(interface, &seen, 0);
        }
    }
    edit.keep(b"");
}

impl<'a> Edit<'a, '_> {
    fn line(&mut self, line: &'a [u8]) {
        let mut rest = line;
        let word = take_word(&mut rest);
        if word.is_empty() {
            if self.blank.is_empty() || !self.is_cut {
                self.keep(b"");
                self.blank = line;
            }
            self.is_cut = false;
        } else if self.goes(line) {
            self.is_cut = true;
        } else if is_select(word) {
            self.select(line, rest);
        } else if word == b"iface" {
            self.iface(line, rest);
        } else {
            self.keep(line);
        }
    }

    /// Old bytes, behind the line that was held back.
    #[inline(never)]
    fn keep(&mut self, old: &[u8]) {
        self.is_cut = false;
        self.file.keep(core::mem::take(&mut self.blank));
        self.file.keep(old);
    }

    /// Whether a comment is an agent's, and nobody may come back for what it heads.
    #[inline(never)]
    fn goes(&self, line: &[u8]) -> bool {
        match marked(line) {
            Some(mac) => !self.network.knows(mac) || self.network.find(mac).is_some(),
            None => begins(line, AGENTS) && !self.network.is_partial && self.network.macs.len() == self.network.interfaces.len(),
        }
    }

    #[inline(never)]
    fn look(&self, name: &[u8]) -> Seen {
        let mut seen = Seen { places: [0; 2], is_selected: false, goes: false };
        let (mut text, mut goes) = (self.old, false);
        loop {
            let place = text.len();
            let Some(mut line) = take(&mut text) else { return seen };
            goes |= self.goes(line);
            let word = take_word(&mut line);
            if is_select(word) {
                while let found @ [_, ..] = take_word(&mut line) {
                    seen.is_selected |= found == name;
                }
            } else if word == b"iface" {
                if take_word(&mut line) == name {
                    seen.goes |= goes;
                    let [place4, place6] = &mut seen.places;
                    let first = if is_v6(&mut line) { place6 } else { place4 };
                    if *first == 0 {
                        *first = place;
                    }
                }
                goes = false;
            }
        }
    }

    /// Whether what the file says of a name goes: of an interface that is gone, or an alias that an agent gave one of ours.
    #[inline(never)]
    fn is_gone(&self, name: &[u8]) -> bool {
        let len = name.iter().position(|&byte| byte == b':').filter(|_| self.is_agents).unwrap_or(name.len());
        let base = name.get(..len).unwrap_or_default();
        if self.network.named(base).is_some() { len < name.len() } else { self.look(base).goes }
    }

    /// An `auto` line, without the names of those that go.
    fn select(&mut self, line: &'a [u8], names: &'a [u8]) {
        let mut word = upto(line, names);
        let mut rest = names;
        loop {
            let start = rest;
            match take_word(&mut rest) {
                b"" if word.is_empty() => return self.keep(start),
                b"" => break,
                name if self.is_gone(name) => {}
                _ => {
                    self.keep(core::mem::take(&mut word));
                    self.keep(upto(start, rest));
                }
            }
        }
        self.is_cut = true;
    }

    #[inline(never)]
    fn iface(&mut self, line: &'a [u8], mut rest: &'a [u8]) {
        let name = take_word(&mut rest);
        let interface = self.network.named(name);
        if interface.is_none() && !self.is_gone(name) {
            return self.keep(line);
        }
        let place = line.len() + self.rest.len();
        let seen = self.look(name);
        let is_first = seen.is_first(place);
        let servers = if self.is_agents {
            AGENTS_OPTIONS
        } else if interface.is_none_or(|interface| !interface.wanted.dns.is_empty()) {
            SERVERS
        } else {
            ""
        };
        is_v6(&mut rest);
        let before = upto(line, rest);
        self.is_cut = true;
        if let Some(interface) = interface {
            self.put(interface, &seen, place);
        }
        // Addresses that routers advertise are not the host's business.
        if self.is_cut && take_word(&mut rest) == b"auto" {
            self.keep(line);
        }
        let (mut is_open, mut text) = (!self.is_cut, self.rest);
        while let Some(line) = take(&mut text) {
            if begins(line, HEADS) {
                break;
            }
            if matches!(take_word(&mut &*line), [] | [b'#', ..]) {
                continue;
            }
            if let remarks @ [_, ..] = upto(upto(self.rest, text), line) {
                self.keep(remarks);
            }
            if !begins(line, OPTIONS) && !begins(line, servers) && !line.trim_ascii_end().ends_with(OURS) {
                if !is_open {
                    self.keep(before.trim_ascii_end());
                    self.file.keep(b" manual");
                    self.file.end();
                    is_open = true;
                }
                self.keep(line);
            }
            self.rest = text;
        }
        self.is_cut = !is_open;
        if is_first && let Some(interface) = interface {
            self.put(interface, &seen, 0);
        }
    }

    /// The stanzas whose place this is; before the first one of an interface `auto`, where nothing else starts it, and the marker.
    #[inline(never)]
    fn put(&mut self, interface: &Interface, seen: &Seen, place: usize) {
        if seen.is_first(place) {
            let is_cut = self.is_cut;
            self.keep(b"");
            if !seen.is_selected {
                self.file.add("auto %", &[&interface.name]);
            }
            self.file.add("%", &[&Marker(interface)]);
            self.is_cut = is_cut;
        }
        ifupdown::put(self.network, interface, &seen.places, place, self);
    }
}

impl Seen {
    /// Whether no stanza is before this place.
    #[inline(never)]
    fn is_first(&self, place: usize) -> bool {
        let [place4, place6] = self.places;
        place4.max(place6) == place
    }
}

impl Lines for Edit<'_, '_> {
    fn piece(&mut self, text: &str, ends: bool) {
        self.keep(b"");
        self.file.piece(text, ends);
    }
}

/// Takes a line with its end from the front of `text`, and with it those that a backslash at its end joins to it; none to a comment.
#[inline(never)]
fn take<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let start = *text;
    let mut line = take_line(text)?;
    while line.ends_with(b"\\\n")
        && !line.starts_with(b"#")
        && let Some(next) = take_line(text)
    {
        line = next;
    }
    Some(upto(start, text))
}

/// What is before `rest` in `text`, which ends with it.
#[inline(never)]
fn upto<'a>(text: &'a [u8], rest: &[u8]) -> &'a [u8] {
    text.get(..text.len().wrapping_sub(rest.len())).unwrap_or_default()
}

/// Whether a line begins with one of some texts, each with a newline behind it.
#[inline(never)]
fn begins(line: &[u8], mut texts: &str) -> bool {
    let line = line.trim_ascii_start();
    while let Some((text, others)) = cut(texts, b'\n') {
        if line.starts_with(text.as_bytes()) {
            return true;
        }
        texts = others;
    }
    false
}

fn is_select(word: &[u8]) -> bool {
    word == b"auto" || word.starts_with(b"allow-")
}

/// Takes the family of a stanza. ifupdown-ng needs none.
#[inline(never)]
fn is_v6(rest: &mut &[u8]) -> bool {
    take_word(rest) == b"inet6"
}
