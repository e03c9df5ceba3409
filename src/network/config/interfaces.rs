//! How `/etc/network/interfaces` is edited: what is ours in the stanzas of the network's interfaces is replaced, everything else stays.
//!
//! A stanza of an interface that lost its addresses of that family, or is gone, goes; with options of the user in it it becomes one of the
//! method `manual`. Stanzas that older agents wrote are ours: those under a comment `# Label …`, and aliases like `eth0:1` in such a file.

use crate::network::config::ifupdown::{Body, is_ours};
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::stanzas::{self, Head, Kind};
use crate::network::config::{Interface, Network};
use crate::network::ip::Family;
use crate::ports::Verdict;
use crate::text::Parts;

/// The file on its way from old to new.
struct Edit<'a, 'o> {
    network: &'a Network<'a>,
    old: &'a [u8],
    /// What is still to be read of it.
    rest: &'a [u8],
    out: &'a mut Out<'o>,
    /// How the file ends its lines.
    ending: &'static str,
    /// Whether what was written so far ends in one.
    ends: bool,
    /// Whether an older agent wrote the file.
    is_agents: bool,
    /// An empty line that is held back, and whether something was left out behind it: two of them become one, and the last one goes.
    blank: &'a [u8],
    is_cut: bool,
    /// Bits of the interfaces whose marker, first stanza, stanzas of either family were written.
    marked: u32,
    begun: u32,
    v4: u32,
    v6: u32,
}

/// A stanza whose options are looked at.
#[derive(Clone, Copy)]
struct Open {
    /// The interface's number, unless it is gone.
    at: Option<usize>,
    /// Whether name servers in it are ours: where the host names none, those that are asked now stay.
    has_dns: bool,
}

/// Puts the new content into `out`.
pub fn edit(network: &Network<'_>, old: &[u8], out: &mut Out<'_>) -> Verdict {
    if old.is_empty() && network.interfaces.is_empty() {
        return Verdict::Leave;
    }
    let is_dos = old.split(|&byte| byte == b'\n').next().is_some_and(|line| line.ends_with(b"\r"));
    let mut edit = Edit {
        network,
        old,
        rest: old,
        out,
        ending: if is_dos { "\r\n" } else { "\n" },
        ends: true,
        is_agents: old.split(|&byte| byte == b'\n').any(is_agents),
        blank: b"",
        is_cut: false,
        marked: 0,
        begun: 0,
        v4: 0,
        v6: 0,
    };
    edit.run();
    Verdict::Write
}

/// Whether the line is a comment that only older agents write.
fn is_agents(line: &[u8]) -> bool {
    line.starts_with(b"# Label ") || line.trim_ascii() == b"# Automatically generated, do not edit"
}

impl<'a> Edit<'a, '_> {
    fn run(&mut self) {
        if self.old.is_empty() {
            self.line("auto lo", &[]);
            self.line("iface lo inet loopback", &[]);
        }
        let mut open = None;
        while let Some(line) = stanzas::take(&mut self.rest) {
            match (stanzas::kind(line), open) {
                (Kind::Blank, _) => self.hold(line),
                (Kind::Comment, _) => self.comment(line),
                (Kind::Select(keyword, names), _) => {
                    open = None;
                    self.select(line, keyword, names);
                }
                (Kind::Iface(head), _) => open = self.iface(line, &head),
                (Kind::Option(name, value), Some(Open { has_dns, .. })) if is_ours(name, value, self.is_agents, has_dns) => {
                    self.is_cut = true
                }
                (Kind::Option(..), _) => self.put(line),
                (Kind::Source(_) | Kind::Other, _) => {
                    open = None;
                    self.put(line);
                }
            }
            // At the end of a stanza.
            if let Some(Open { at: Some(at), .. }) = open
                && !stanzas::any_option(self.rest, &|_, _| true)
            {
                self.complete(at);
            }
        }
        if self.is_cut {
            self.blank = b"";
        }
        for at in 0..self.network.interfaces.len() {
            if self.begun >> at & 1 == 0 {
                if self.blank.is_empty() {
                    self.blank = self.ending.as_bytes();
                }
                self.complete(at);
            }
        }
        self.flush();
    }

    /// What is held back, and an end to the line before.
    #[inline(never)]
    fn flush(&mut self) {
        if !self.ends {
            self.out.put(self.ending.as_bytes());
            self.ends = true;
        }
        self.out.put(self.blank);
        self.blank = b"";
    }

    #[inline(never)]
    fn put(&mut self, line: &[u8]) {
        self.flush();
        self.out.put(line);
        self.ends = line.last() == Some(&b'\n');
    }

    #[inline(never)]
    fn line(&mut self, template: &str, parts: &Parts<'_>) {
        self.flush();
        self.out.add(template, parts);
        self.out.put(self.ending.as_bytes());
    }

    fn hold(&mut self, line: &'a [u8]) {
        if self.blank.is_empty() || !self.is_cut {
            self.flush();
            self.blank = line;
        }
        self.is_cut = false;
    }

    /// Words with a space between them.
    fn words(&mut self, mut words: &[u8], each: &dyn Fn(&Self, &[u8]) -> bool) {
        loop {
            match stanzas::take_word(&mut words) {
                b"" => return,
                word if each(self, word) => {
                    self.out.put(b" ");
                    self.out.put(word);
                }
                _ => {}
            }
        }
    }

    /// The number of the interface.
    #[inline(never)]
    fn position(&self, name: &[u8]) -> Option<usize> {
        self.network.interfaces.iter().position(|interface| interface.name.as_bytes() == name)
    }

    /// The name without the number of an alias that an older agent gave it.
    #[inline(never)]
    fn base<'n>(&self, name: &'n [u8]) -> &'n [u8] {
        let len = name.iter().position(|&byte| byte == b':').filter(|_| self.is_agents);
        name.get(..len.unwrap_or(name.len())).unwrap_or_default()
    }

    /// Whether what the comment heads may still be wanted though its interface is not there; `None` for any other comment.
    #[inline(never)]
    fn mark(&self, line: &[u8]) -> Option<bool> {
        match marked(line) {
            Some(mac) => Some(self.network.knows(mac) && self.network.find(mac).is_none()),
            None if is_agents(line) => Some(self.network.is_partial || self.network.macs.len() > self.network.interfaces.len()),
            None => None,
        }
    }

    /// Whether it was an agent who wrote the stanzas of the interface, which is not in the network any more.
    #[inline(never)]
    fn is_gone(&self, name: &[u8]) -> bool {
        let mut text = self.old;
        while let Some(line) = stanzas::take(&mut text) {
            if self.mark(line) == Some(false)
                && let Some(head) = stanzas::headed(text)
                && self.base(head.name) == name
            {
                return self.position(name).is_none();
            }
        }
        false
    }

    fn comment(&mut self, line: &[u8]) {
        let Some(stays) = self.mark(line) else { return self.put(line) };
        let at = stanzas::headed(self.rest).and_then(|head| self.position(self.base(head.name)));
        match at {
            Some(at) if self.marked >> at & 1 == 0 => self.head(at),
            None if stays => self.put(line),
            _ => self.is_cut = true,
        }
    }

    /// The marker of an interface.
    fn head(&mut self, at: usize) {
        self.marked |= 1 << at;
        if let Some(interface) = self.network.interfaces.get(at) {
            self.line("%", &[&Marker(interface)]);
        }
    }

    /// An `auto` line without those whose stanzas go.
    fn select(&mut self, line: &[u8], keyword: &[u8], names: &[u8]) {
        let goes = |edit: &Self, name: &[u8]| {
            let base = edit.base(name);
            if edit.position(base).is_some() { base.len() < name.len() } else { edit.is_gone(base) }
        };
        let (mut rest, mut all, mut any) = (names, true, false);
        loop {
            match stanzas::take_word(&mut rest) {
                b"" => break,
                name if goes(self, name) => any = true,
                _ => all = false,
            }
        }
        if !any {
            return self.put(line);
        }
        self.is_cut = true;
        if !all {
            self.flush();
            self.out.put(keyword);
            self.words(names, &|edit, name| !goes(edit, name));
            self.out.put(self.ending.as_bytes());
        }
    }

    fn iface(&mut self, line: &[u8], head: &Head<'_>) -> Option<Open> {
        let base = self.base(head.name);
        let position = self.position(base);
        if position.is_none() && !self.is_gone(base) {
            self.put(line);
            return None;
        }
        let interface = position.and_then(|at| self.network.interfaces.get(at));
        let has_dns = self.is_agents || interface.is_none_or(|interface| !interface.wanted.dns.is_empty());
        let at = position.filter(|_| base.len() == head.name.len());
        if let (Some(at), Some(interface)) = (at, interface) {
            let done = if head.family == Family::V4 { self.v4 } else { self.v6 };
            if done >> at & 1 == 0 && uses(interface, head.family) {
                self.stanza(at, head.family, head.tail);
                return Some(Open { at: Some(at), has_dns });
            }
        }
        let is_agents = self.is_agents;
        // Addresses that routers advertise are not the host's business.
        let is_auto = head.method == b"auto";
        if is_auto || stanzas::any_option(self.rest, &|name, value| !is_ours(name, value, is_agents, has_dns)) {
            if let Some(at) = at {
                self.begin(at);
            }
            if is_auto { self.put(line) } else { self.iface_line(head.name, head.family, "manual", head.tail) }
        } else {
            self.is_cut = true;
        }
        Some(Open { at, has_dns })
    }

    /// What comes before the first stanza of an interface: the marker, and `auto` where nothing else starts it.
    fn begin(&mut self, at: usize) {
        let Some(interface) = self.network.interfaces.get(at).filter(|_| self.begun >> at & 1 == 0) else { return };
        self.begun |= 1 << at;
        if self.marked >> at & 1 == 0 {
            self.head(at);
        }
        if !stanzas::is_selected(self.old, interface.name.as_bytes()) {
            self.line("auto %", &[&interface.name]);
        }
    }

    fn iface_line(&mut self, name: &[u8], family: Family, method: &str, tail: &[u8]) {
        self.flush();
        self.out.put(b"iface ");
        self.out.put(name);
        self.out.add(" inet% %", &[&if family == Family::V4 { "" } else { "6" }, &method]);
        self.words(tail, &|_, _| true);
        self.out.put(self.ending.as_bytes());
    }

    /// The stanza of an interface for a family, but for what the user may have in it.
    fn stanza(&mut self, at: usize, family: Family, tail: &[u8]) {
        let Some(interface) = self.network.interfaces.get(at) else { return };
        self.begin(at);
        let done = if family == Family::V4 { &mut self.v4 } else { &mut self.v6 };
        *done |= 1 << at;
        let is_static = interface.wanted.addresses.iter().any(|address| address.ip.family == family);
        self.iface_line(interface.name.as_bytes(), family, if is_static { "static" } else { "manual" }, tail);
        Body { out: self.out, network: self.network, at, interface, ending: self.ending }.put(family);
    }

    /// The stanzas of an interface that the file does not have.
    fn complete(&mut self, at: usize) {
        let Some(interface) = self.network.interfaces.get(at) else { return };
        for (family, done) in [(Family::V4, self.v4), (Family::V6, self.v6)] {
            let is_there = done >> at & 1 == 1 || stanzas::has_stanza(self.rest, interface.name.as_bytes(), Some(family));
            if uses(interface, family) && !is_there {
                self.stanza(at, family, b"");
            }
        }
    }
}

/// Whether the interface has a stanza for the family. One with nothing on it has one for IPv4, which sets it up.
#[inline(never)]
pub fn uses(interface: &Interface, family: Family) -> bool {
    let wanted = &interface.wanted;
    let has = |family: Family| {
        wanted.addresses.iter().any(|address| address.ip.family == family)
            || wanted.routes.iter().any(|route| route.destination.family == family)
            || (if family == Family::V4 { wanted.gateway4 } else { wanted.gateway6 }).is_some()
    };
    has(family) || family == Family::V4 && !has(Family::V6)
}
