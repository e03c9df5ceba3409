//! How `/etc/network/interfaces` is edited: what is ours in the stanzas of the network's interfaces is replaced, everything else stays.
//!
//! A stanza of an interface that lost its addresses of that family, or is gone, goes; with options of the user in it it becomes one of the
//! method `manual`. Stanzas that older agents wrote are ours: those under a comment `# Label …`, and aliases like `eth0:1` in such a file.
//! What the file says of an interface is looked up when it is asked for: there is no state but the place in it.

use crate::network::config::edited::Edited;
use crate::network::config::ifupdown::{FAMILIES, STANZAS};
use crate::network::config::marker::{is_agents, marked};
use crate::network::config::out::Out;
use crate::network::config::shell::is_one_of;
use crate::network::config::template::{self, Lines, lists};
use crate::network::config::{Interface, Network};
use crate::network::lines::{key, take_line, take_word, upto};

/// What a file that is not there says.
const EMPTY: &[u8] = b"auto lo\niface lo inet loopback\n";

/// What names interfaces that are to be started.
const SELECT: &str = "auto allow-hotplug allow-auto ";

/// What else begins a stanza, and so ends the one before.
const HEADS: &str = "iface source source-directory mapping template rename no-auto-down no-scripts ";

/// The options that are ours whatever their value, and those of name servers. Where the host names none, those that are asked now stay.
const OPTIONS: &str = "address netmask broadcast network gateway scope pointopoint point-to-point ";
const SERVERS: &str = "dns-nameservers dns-nameserver ";

/// The comment at the end of a line of ours.
const OURS: &[u8] = b"# nova-agent";

/// The file on its way from old to new.
struct Edit<'a, 'o> {
    network: &'a Network<'a>,
    old: &'a [u8],
    /// What is still to be read.
    rest: &'a [u8],
    file: Edited<'a, 'o>,
    /// Whether the last line is empty, and whether something was left out since: then two of them become one.
    is_blank: bool,
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
    let mut edit = Edit { network, old, rest: old, file, is_blank: false, is_cut: false, is_agents: false };
    while let Some(line) = take(&mut edit.rest) {
        edit.line(line);
    }
    for interface in network.interfaces {
        if edit.look(interface.name.as_bytes()).is_first(0) {
            if !edit.is_blank {
                edit.file.add("", &[]);
            }
            edit.put(interface, 0);
        }
    }
}

impl<'a> Edit<'a, '_> {
    fn line(&mut self, line: &'a [u8]) {
        let mut rest = line;
        let word = take_word(&mut rest);
        self.is_agents |= is_agents(line);
        if word.is_empty() {
            if !(self.is_blank && self.is_cut) {
                self.keep(line);
                self.is_blank = true;
            }
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

    /// Old bytes.
    #[inline(never)]
    fn keep(&mut self, old: &[u8]) {
        (self.is_blank, self.is_cut) = (false, false);
        self.file.keep(old);
    }

    /// Whether a comment is an agent's, and nobody may come back for what it heads.
    #[inline(never)]
    fn goes(&self, line: &[u8]) -> bool {
        match marked(line) {
            Some(mac) => self.network.is_stale(mac),
            None => is_agents(line) && !self.network.is_partial && self.network.macs.len() == self.network.interfaces.len(),
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
        let base = if self.is_agents { key(name) } else { name };
        if self.network.named(base).is_some() { base.len() < name.len() } else { self.look(base).goes }
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

    fn iface(&mut self, line: &'a [u8], mut rest: &'a [u8]) {
        let name = take_word(&mut rest);
        is_v6(&mut rest);
        let before = upto(line, rest);
        let Some(interface) = self.network.named(name) else {
            if !self.is_gone(name) {
                return self.keep(line);
            }
            self.is_cut = true;
            return self.options(false, before);
        };
        self.is_cut = true;
        let is_first = self.put(interface, line.len() + self.rest.len());
        // Addresses that routers advertise are not the host's business.
        if self.is_cut && take_word(&mut rest) == b"auto" {
            self.keep(line);
        }
        let keeps_servers = !self.is_agents && interface.wanted.dns.is_empty();
        self.options(keeps_servers, before);
        if is_first {
            self.put(interface, 0);
            if self.is_cut {
                // The marker is in front of it.
                self.manual(before);
            }
        }
    }

    /// The options of the stanza that is open, without ours. If it has no first line yet, the user's get one.
    #[inline(never)]
    fn options(&mut self, keeps_servers: bool, before: &[u8]) {
        while has_option(self.rest)
            && let Some(line) = take(&mut self.rest)
        {
            let mut rest = line;
            let word = take_word(&mut rest);
            if is_remark(word) {
                self.file.keep(line);
                continue;
            }
            let is_ours = is_one_of(word, OPTIONS)
                || !keeps_servers && is_one_of(word, SERVERS)
                || is_one_of(take_word(&mut rest), if self.is_agents { "dhcp route " } else { "dhcp " })
                || rest.trim_ascii_end().ends_with(OURS);
            if !is_ours {
                if self.is_cut {
                    self.manual(before);
                }
                self.keep(line);
            }
        }
    }

    /// The first line of a stanza of the method manual, in place of one that is so as far as the method.
    #[inline(never)]
    fn manual(&mut self, before: &[u8]) {
        self.keep(before.trim_ascii_end());
        self.file.keep(b" manual");
        self.file.end();
    }

    /// The stanzas whose place this is; before the first one of an interface `auto`, where nothing else starts it, and the marker. Whether it
    /// was the first.
    #[inline(never)]
    fn put(&mut self, interface: &Interface, place: usize) -> bool {
        let seen = self.look(interface.name.as_bytes());
        let is_first = seen.is_first(place);
        if is_first {
            if !seen.is_selected {
                self.file.add("auto %", &[&interface.name]);
            }
            self.file.mark(interface);
        }
        let is_other = self.network.interfaces.first().is_some_and(|first| first.index != interface.index);
        for ((family, [head, first, others, more]), at) in STANZAS.iter().zip(seen.places) {
            if at == place && lists(FAMILIES, interface, family.as_bytes()) {
                for text in [head, if is_other { others } else { first }, more] {
                    template::put(*text, interface, self);
                }
            }
        }
        is_first
    }
}

impl Seen {
    /// Whether no stanza is before this place.
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
    while let Some(line) = take_line(text)
        && line.ends_with(b"\\\n")
        && !line.starts_with(b"#")
    {}
    if start.is_empty() { None } else { Some(upto(start, text)) }
}

/// Whether an option is next, be it behind remarks.
fn has_option(mut text: &[u8]) -> bool {
    loop {
        let Some(mut line) = take(&mut text) else { return false };
        let word = take_word(&mut line);
        if !is_remark(word) {
            return !is_select(word) && !is_one_of(word, HEADS);
        }
    }
}

/// Whether an empty line or a comment begins with the word.
fn is_remark(word: &[u8]) -> bool {
    matches!(word, [] | [b'#', ..])
}

/// Whether a line that begins with the word names interfaces that are to be started.
#[inline(never)]
fn is_select(word: &[u8]) -> bool {
    is_one_of(word, SELECT)
}

/// Takes the family of a stanza. ifupdown-ng needs none.
#[inline(never)]
fn is_v6(rest: &mut &[u8]) -> bool {
    take_word(rest) == b"inet6"
}
