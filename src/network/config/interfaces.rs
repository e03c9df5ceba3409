//! How `/etc/network/interfaces` is edited: what is ours in the stanzas of the network's interfaces is replaced, everything else stays.
//!
//! A stanza of an interface that lost its addresses of that family, or is gone, goes; with options of the user in it it becomes one of the
//! method `manual`. Stanzas that older agents wrote are ours: those under a comment `# Label …`, and aliases like `eth0:1` in such a file.

use heapless::Vec;

use crate::limits::INTERFACE_COUNT;
use crate::network::config::edited::Edited;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::out::Out;
use crate::network::config::stanzas::{self, Head, Kind};
use crate::network::config::{Interface, Network, ifupdown};
use crate::network::ip::{Family, Ip};
use crate::text::Parts;

/// The options that are ours whatever their value.
const OPTIONS: &str = "address netmask broadcast network gateway scope pointopoint point-to-point";

/// The comment at the end of a line of ours.
const OURS: &[u8] = b"# nova-agent";

/// The bits of an interface: its stanza for IPv4 and the one for IPv6.
const V4: u64 = 1;
const V6: u64 = 1 << 32;
const _: () = assert!(INTERFACE_COUNT <= 32, "a bit for each interface and family");

/// The file on its way from old to new.
pub struct Edit<'a, 'o> {
    pub network: &'a Network<'a>,
    /// What is still to be read.
    rest: &'a [u8],
    pub file: Edited<'a, 'o>,
    /// An empty line that is held back, and whether something was left out since: two of them become one, and the last one goes.
    blank: &'a [u8],
    is_cut: bool,
    /// Whether an older agent wrote the file.
    is_agents: bool,
    /// Names of interfaces for which an agent wrote stanzas, and that are not in the network any more.
    gone: Vec<&'a [u8], INTERFACE_COUNT>,
    /// The stanzas that the old file has, and those that were written.
    has: u64,
    done: u64,
    /// The interfaces that an `auto` or `allow-CLASS` line names, and those that were begun.
    selected: u64,
    begun: u64,
    /// Whether other files are read, too.
    pub has_sources: bool,
}

impl<'a, 'o> Edit<'a, 'o> {
    /// An edit of `old`.
    pub fn new(network: &'a Network<'a>, old: &'a [u8], out: &'a mut Out<'o>) -> Self {
        Self {
            network,
            rest: old,
            file: Edited::new(old, out),
            blank: b"",
            is_cut: false,
            is_agents: false,
            gone: Vec::new(),
            has: 0,
            done: 0,
            selected: 0,
            begun: 0,
            has_sources: false,
        }
    }

    /// Looks at the whole file.
    #[inline(never)]
    pub fn scan(&mut self) {
        let (mut text, mut goes) = (self.rest, false);
        while let Some(line) = stanzas::take(&mut text) {
            let mut rest = line;
            match stanzas::kind(&mut rest) {
                Kind::Blank => {}
                Kind::Comment => {
                    self.is_agents |= is_agents(line);
                    goes |= self.goes(line);
                }
                Kind::Select => loop {
                    match stanzas::take_word(&mut rest) {
                        b"" => break,
                        name => self.selected |= self.bit(name),
                    }
                },
                Kind::Iface => {
                    if let Some(head) = stanzas::head(rest) {
                        let name = self.base(head.name);
                        if goes && self.bit(name) == 0 {
                            // What does not fit stays.
                            let _ = self.gone.push(name);
                        }
                        self.has |= self.bit(head.name) * head.family();
                    }
                    goes = false;
                }
                kind => {
                    self.has_sources |= kind == Kind::Source;
                    goes = false;
                }
            }
        }
    }

    /// Puts the new content.
    #[inline(never)]
    pub fn run(&mut self) {
        if self.rest.is_empty() {
            self.add("auto lo", &[]);
            self.add("iface lo inet loopback", &[]);
        }
        while let Some(line) = stanzas::take(&mut self.rest) {
            self.line(line);
        }
        if self.is_cut {
            self.blank = b"";
        }
        for at in 0..self.network.interfaces.len() {
            if self.begun >> at & 1 == 0 {
                if self.blank.is_empty() {
                    self.add("", &[]);
                }
                self.complete(at);
            }
        }
        self.flush();
    }

    #[inline(never)]
    fn line(&mut self, line: &'a [u8]) {
        let mut rest = line;
        match stanzas::kind(&mut rest) {
            Kind::Blank => {
                if self.blank.is_empty() || !self.is_cut {
                    self.flush();
                    self.blank = line;
                }
                self.is_cut = false;
            }
            Kind::Comment if self.goes(line) => self.is_cut = true,
            Kind::Select => self.select(line, rest),
            Kind::Iface => self.iface(line, rest),
            _ => self.keep(line),
        }
    }

    /// An old line.
    #[inline(never)]
    fn keep(&mut self, line: &[u8]) {
        self.flush();
        self.file.keep(line);
    }

    /// A line of our own.
    #[inline(never)]
    pub fn add(&mut self, template: &str, parts: &Parts<'_>) {
        self.flush();
        self.file.add(template, parts);
    }

    #[inline(never)]
    fn flush(&mut self) {
        self.file.end();
        self.file.keep(core::mem::take(&mut self.blank));
    }

    /// One more word of a line of our own.
    #[inline(never)]
    fn word(&mut self, word: &[u8]) {
        self.file.keep(b" ");
        self.file.keep(word);
    }

    /// The bit of an interface; none if it is not in the network.
    #[inline(never)]
    fn bit(&self, name: &[u8]) -> u64 {
        let position = self.network.interfaces.iter().position(|interface| interface.name.as_bytes() == name);
        position.map_or(0, |at| 1 << at)
    }

    /// The name without the number of an alias that an older agent gave it.
    #[inline(never)]
    fn base<'n>(&self, name: &'n [u8]) -> &'n [u8] {
        let len = name.iter().position(|&byte| byte == b':').filter(|_| self.is_agents);
        name.get(..len.unwrap_or(name.len())).unwrap_or_default()
    }

    /// Whether a comment is an agent's, and nobody may come back for what it heads.
    #[inline(never)]
    fn goes(&self, line: &[u8]) -> bool {
        match marked(line) {
            Some(mac) => !self.network.knows(mac) || self.network.find(mac).is_some(),
            None => is_agents(line) && !self.network.is_partial && self.network.macs.len() == self.network.interfaces.len(),
        }
    }

    /// Whether stanzas of this name go as a whole: those of interfaces that are gone, and aliases.
    #[inline(never)]
    fn is_gone(&self, name: &[u8]) -> bool {
        let base = self.base(name);
        self.gone.contains(&base) || base.len() < name.len() && self.bit(base) != 0
    }

    /// An `auto` line, without those that go.
    fn select(&mut self, line: &[u8], names: &[u8]) {
        let (mut rest, mut stay, mut go) = (names, false, false);
        while let name @ [_, ..] = stanzas::take_word(&mut rest) {
            let is_gone = self.is_gone(name);
            go |= is_gone;
            stay |= !is_gone;
        }
        if !go {
            return self.keep(line);
        }
        self.is_cut = true;
        if stay {
            self.flush();
            let mut rest = line;
            self.file.keep(stanzas::take_word(&mut rest));
            while let name @ [_, ..] = stanzas::take_word(&mut rest) {
                if !self.is_gone(name) {
                    self.word(name);
                }
            }
            self.file.end();
        }
    }

    fn iface(&mut self, line: &'a [u8], rest: &'a [u8]) {
        let Some(head) = stanzas::head(rest) else { return self.keep(line) };
        let bit = self.bit(head.name);
        if bit == 0 && !self.is_gone(head.name) {
            return self.keep(line);
        }
        let at = bit.trailing_zeros() as usize;
        let interface = self.network.interfaces.get(at);
        // Where the host names no servers, those that are asked now stay.
        let has_dns = self.is_agents || interface.is_none_or(|interface| !interface.wanted.dns.is_empty());
        let (mut options, is_users) = self.options(has_dns);
        let stanza = bit * head.family();
        if interface.is_some_and(|interface| uses(interface, head.family)) && self.done & stanza == 0 {
            self.stanza(at, &head);
        } else if head.method == b"auto" {
            // Addresses that routers advertise are not the host's business.
            self.begin(at);
            self.keep(line);
        } else if is_users {
            self.begin(at);
            self.head(&Head { method: b"manual", ..head });
        } else {
            self.is_cut = true;
        }
        while let Some(line) = stanzas::take(&mut options) {
            if self.is_ours(line, has_dns) {
                self.is_cut = true;
            } else {
                self.line(line);
            }
        }
        self.complete(at);
    }

    /// The options of the stanza that is open, and whether one of them is the user's.
    fn options(&mut self, has_dns: bool) -> (&'a [u8], bool) {
        let (start, mut text, mut is_users) = (self.rest, self.rest, false);
        while let Some(line) = stanzas::take(&mut text) {
            match stanzas::kind(&mut &*line) {
                Kind::Blank | Kind::Comment => {}
                Kind::Option => {
                    is_users |= !self.is_ours(line, has_dns);
                    self.rest = text;
                }
                _ => break,
            }
        }
        (start.get(..start.len() - self.rest.len()).unwrap_or_default(), is_users)
    }

    /// Whether an option is replaced.
    #[inline(never)]
    fn is_ours(&self, line: &[u8], has_dns: bool) -> bool {
        let mut rest = line;
        let name = stanzas::take_word(&mut rest);
        let value = rest.trim_ascii();
        stanzas::place(OPTIONS, name).is_some()
            || value.ends_with(OURS)
            || has_dns && name.starts_with(b"dns-nameserver")
            || name == b"use" && value == b"dhcp"
            || self.is_agents && (value.starts_with(b"route add -net ") || value.starts_with(b"route del -net "))
    }

    /// What comes before the first stanza of an interface: `auto` where nothing else starts it, and the marker.
    fn begin(&mut self, at: usize) {
        let Some(interface) = self.network.interfaces.get(at).filter(|_| self.begun >> at & 1 == 0) else { return };
        if self.selected >> at & 1 == 0 {
            self.add("auto %", &[&interface.name]);
        }
        self.add("%", &[&Marker(interface)]);
        self.begun |= 1 << at;
    }

    /// The first line of a stanza.
    #[inline(never)]
    fn head(&mut self, head: &Head<'_>) {
        self.flush();
        self.file.keep(b"iface");
        self.word(head.name);
        self.word(if head.family == Family::V4 { b"inet" } else { b"inet6" });
        self.word(head.method);
        let mut tail = head.tail;
        while let word @ [_, ..] = stanzas::take_word(&mut tail) {
            self.word(word);
        }
        self.file.end();
    }

    /// The stanza of an interface for a family, but for what the user has in it.
    #[inline(never)]
    fn stanza(&mut self, at: usize, head: &Head<'_>) {
        let Some(interface) = self.network.interfaces.get(at) else { return };
        self.begin(at);
        self.done |= head.family() << at;
        let is_static = interface.wanted.addresses.iter().any(|address| address.ip.family == head.family);
        self.head(&Head { method: if is_static { b"static" } else { b"manual" }, ..*head });
        ifupdown::put_options(self, at, interface, head.family);
    }

    /// The stanzas of an interface that the file does not have.
    #[inline(never)]
    fn complete(&mut self, at: usize) {
        let Some(interface) = self.network.interfaces.get(at) else { return };
        for family in [Family::V4, Family::V6] {
            let head = Head { name: interface.name.as_bytes(), family, method: b"", tail: b"" };
            if (self.has | self.done) & head.family() << at == 0 && uses(interface, family) {
                self.stanza(at, &head);
            }
        }
    }
}

impl Head<'_> {
    fn family(&self) -> u64 {
        if self.family == Family::V4 { V4 } else { V6 }
    }
}

/// Whether the line is a comment that only older agents write.
fn is_agents(line: &[u8]) -> bool {
    line.starts_with(b"# Label ") || line.starts_with(b"# Automatically generated, do not edit")
}

/// Whether the interface has a stanza for the family. One with nothing on it has one for IPv4, which sets it up.
#[inline(never)]
fn uses(interface: &Interface, family: Family) -> bool {
    let wanted = &interface.wanted;
    wanted.addresses.iter().any(|address| address.ip.family == family)
        || wanted.routes.iter().any(|route| route.destination.family == family)
        || gateway(interface, family).is_some()
        || family == Family::V4 && !uses(interface, Family::V6)
}

/// The gateway of a family.
#[inline(never)]
pub fn gateway(interface: &Interface, family: Family) -> Option<&Ip> {
    let wanted = &interface.wanted;
    if family == Family::V4 { wanted.gateway4.as_ref() } else { wanted.gateway6.as_ref() }
}
