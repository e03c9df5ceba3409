//! The value of `vm-data/networking/<MAC>`: JSON of any host release to a [`Wanted`].
//!
//! Tolerant: whatever cannot be understood becomes a problem with its place, and the rest is taken. Members nobody knows are skipped.
//! miniserde drives one visitor, the [`Document`] itself, which knows its place in the text; so every value goes straight into the model and
//! the heap holds two words for each open object. The text was sanitised before (see [`crate::json`]).

use alloc::boxed::Box;
use miniserde::de::{Map, Seq, Visitor};
use miniserde::{Deserialize, Result as Parsed, make_place};

use crate::error::{Error, What};
use crate::limits::{OBJECT_COUNT, PROBLEMS_LEN};
use crate::network::entry::{Claim, Entry, Field, NO_ENTRY, Scalar};
use crate::network::ip::{Family, Ip};
use crate::network::model::{Address, Mac, Route, Wanted};
use crate::text::{Parts, Text};

make_place!(Place);

/// What one value says.
pub struct Document {
    /// What was understood.
    pub wanted: Wanted,
    /// The places of what was not, such as `ips[1] netmask`; never the text found there.
    pub problems: Text<PROBLEMS_LEN>,
    gateways: [Gateway; 2],
    at: At,
    index: usize,
    entry: Entry,
    objects: usize,
}

/// Parses sanitised JSON text, the value of the node called `node`.
///
/// # Errors
///
/// [`Error::Request`] if the text is not a JSON object or neither it nor the node's name tells a MAC address.
#[inline(never)]
pub fn parse(text: &str, node: &str) -> Result<Box<Document>, Error> {
    let Boxed(mut document) = miniserde::json::from_str(text).map_err(|_| Error::Request(What::NotObject))?;
    if document.wanted.mac == NO_MAC {
        document.wanted.mac = Mac::parse(node).ok_or(Error::Request(What::NoMac))?;
    }
    document.wanted.gateway4 = document.gateway(Family::V4);
    document.wanted.gateway6 = document.gateway(Family::V6);
    document.wanted.complete = document.problems.is_empty();
    Ok(document)
}

/// What is known of the default gateway of one family. The interface's own member decides, even if it is null; only where there is no such
/// member (hosts of 2011 have none for IPv6) the gateway of the first address that has one is taken.
#[derive(Clone, Copy)]
struct Gateway {
    claim: Claim,
    is_decided: bool,
}

/// A list of the document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Ips,
    Ip6s,
    Routes,
    Dns,
}

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Ips => "ips",
            Self::Ip6s => "ip6s",
            Self::Routes => "routes",
            Self::Dns => "dns",
        }
    }
}

/// Where in the document the next value stands.
#[derive(Clone, Copy)]
enum At {
    Mac,
    Label,
    Gateway(Family),
    List(List),
    Entry(List),
    Field(Field),
}

/// An object or array that is being read.
#[derive(Clone, Copy)]
enum Open {
    Document,
    List(List),
    Entry(List),
}

/// Stands for a MAC address that is missing or is none.
const NO_MAC: Mac = Mac([0; 6]);

/// A member's name, filled up with zeros.
type Name = [u8; 10];

/// The members of the document.
const DOCUMENT: [(Name, At); 9] = [
    (*b"mac\0\0\0\0\0\0\0", At::Mac),
    (*b"label\0\0\0\0\0", At::Label),
    (*b"gateway\0\0\0", At::Gateway(Family::V4)),
    (*b"gateway_v6", At::Gateway(Family::V6)),
    (*b"gateway6\0\0", At::Gateway(Family::V6)),
    (*b"ips\0\0\0\0\0\0\0", At::List(List::Ips)),
    (*b"ip6s\0\0\0\0\0\0", At::List(List::Ip6s)),
    (*b"routes\0\0\0\0", At::List(List::Routes)),
    (*b"dns\0\0\0\0\0\0\0", At::List(List::Dns)),
];

/// The members of an entry: all but the last are an address's, all but the first a route's.
const ENTRY: [(Name, At); 5] = [
    (*b"ip\0\0\0\0\0\0\0\0", At::Field(Field::Ip)),
    (*b"netmask\0\0\0", At::Field(Field::Netmask)),
    (*b"gateway\0\0\0", At::Field(Field::Gateway)),
    (*b"enabled\0\0\0", At::Field(Field::Enabled)),
    (*b"route\0\0\0\0\0", At::Field(Field::Ip)),
];

impl Document {
    const fn new() -> Self {
        Self {
            wanted: Wanted::new(NO_MAC),
            problems: Text::new(),
            gateways: [Gateway { claim: Claim::None, is_decided: false }; 2],
            at: At::Mac,
            index: 0,
            entry: NO_ENTRY,
            objects: 0,
        }
    }

    #[inline(never)]
    fn problem(&mut self, place: &str, parts: &Parts<'_>) {
        if !self.problems.is_empty() {
            self.problems.add(", ", &[]);
        }
        self.problems.add(place, parts);
    }

    /// Notes what is wrong with the current entry: nothing, or a space and a word.
    #[inline(never)]
    fn bad_entry(&mut self, list: List, what: &str) {
        let index = self.index;
        self.problem("%[%]%", &[&list.name(), &index, &what]);
    }

    #[inline(never)]
    fn slot(&mut self, family: Family) -> &mut Gateway {
        let [v4, v6] = &mut self.gateways;
        if family == Family::V4 { v4 } else { v6 }
    }

    fn gateway(&mut self, family: Family) -> Option<Ip> {
        match self.slot(family).claim {
            Claim::Is(ip) if ip.family == family => return Some(ip),
            Claim::None => {}
            _ => self.problem("%", &[&if family == Family::V4 { "gateway" } else { "gateway_v6" }]),
        }
        None
    }

    /// Takes a value that stands at the current place.
    #[inline(never)]
    fn scalar(&mut self, value: Scalar<'_>) {
        match (self.at, value) {
            (At::Mac, Scalar::Text(text)) => self.wanted.mac = Mac::parse(text).unwrap_or(NO_MAC),
            (At::Label, Scalar::Text(text)) => self.label(text),
            (At::Mac | At::Label, _) | (At::List(_), Scalar::Null) | (At::Entry(List::Dns), Scalar::Null) => {}
            (At::Gateway(family), value) => *self.slot(family) = Gateway { claim: Claim::read(value), is_decided: true },
            (At::List(List::Dns) | At::Entry(List::Dns), Scalar::Text(text)) => self.name_server(text),
            (At::List(list), _) => self.problem("%", &[&list.name()]),
            (At::Entry(list), _) => self.bad_entry(list, ""),
            (At::Field(field), value) => self.entry.set(field, value),
        }
    }

    /// Takes a label that can stand in a comment of any file; another one is dropped, since nothing depends on it.
    fn label(&mut self, text: &str) {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'_' | b'-');
        self.wanted.label.clear();
        if text.bytes().all(fits) {
            // One that is too long is dropped, too.
            let _ = self.wanted.label.push_str(text);
        }
    }

    fn name_server(&mut self, text: &str) {
        let Some(ip) = Ip::parse(text).filter(|ip| !ip.is_unspecified()) else { return self.bad_entry(List::Dns, "") };
        if !self.wanted.dns.contains(&ip) && self.wanted.dns.push(ip).is_err() {
            self.bad_entry(List::Dns, " is one too many");
        }
    }

    fn end_entry(&mut self, list: List) {
        if !self.entry.enabled {
            return;
        }
        let Some(ip) = self.entry.ip else { return self.bad_entry(list, if list == List::Routes { " route" } else { " ip" }) };
        let Some(prefix_len) = self.entry.prefix_len(&ip) else { return self.bad_entry(list, " netmask") };
        match list {
            List::Routes => self.end_route(ip, prefix_len),
            _ => self.end_address(list, ip, prefix_len),
        }
    }

    fn end_address(&mut self, list: List, ip: Ip, prefix_len: u8) {
        let gateway = self.entry.gateway;
        let Some(address) = Address::new(ip, prefix_len) else { return self.bad_entry(list, " ip") };
        let slot = self.slot(ip.family);
        if !slot.is_decided && slot.claim == Claim::None {
            slot.claim = gateway;
        }
        for other in &self.wanted.addresses {
            if other.ip == ip {
                if other.prefix_len != prefix_len {
                    self.bad_entry(list, " contradicts another");
                }
                return;
            }
        }
        if self.wanted.addresses.push(address).is_err() {
            self.bad_entry(list, " is one too many");
        }
    }

    fn end_route(&mut self, destination: Ip, prefix_len: u8) {
        let gateway = match self.entry.gateway {
            Claim::None => None,
            Claim::Is(ip) => Some(ip),
            Claim::Bad => return self.bad_entry(List::Routes, " gateway"),
        };
        let Some(route) = Route::new(destination, prefix_len, gateway) else { return self.bad_entry(List::Routes, " gateway") };
        if !self.wanted.routes.contains(&route) && self.wanted.routes.push(route).is_err() {
            self.bad_entry(List::Routes, " is one too many");
        }
    }

    /// Opens an object or array at the current place; `None` after noting that none belongs there.
    fn open(&mut self, open: Option<Open>) -> Option<Level<'_>> {
        let Some(open) = open else {
            self.scalar(Scalar::Other);
            return None;
        };
        self.objects += 1;
        if self.objects > OBJECT_COUNT {
            if self.objects == OBJECT_COUNT + 1 {
                self.problem("too many entries", &[]);
            }
            return None;
        }
        Some(Level { document: self, open })
    }
}

impl Visitor for Document {
    fn null(&mut self) -> Parsed<()> {
        self.scalar(Scalar::Null);
        Ok(())
    }

    fn boolean(&mut self, flag: bool) -> Parsed<()> {
        self.scalar(Scalar::Flag(flag));
        Ok(())
    }

    fn string(&mut self, text: &str) -> Parsed<()> {
        self.scalar(Scalar::Text(text.trim_ascii()));
        Ok(())
    }

    fn negative(&mut self, _: i64) -> Parsed<()> {
        self.scalar(Scalar::Other);
        Ok(())
    }

    fn nonnegative(&mut self, number: u64) -> Parsed<()> {
        self.scalar(Scalar::Number(number));
        Ok(())
    }

    fn float(&mut self, _: f64) -> Parsed<()> {
        self.scalar(Scalar::Other);
        Ok(())
    }

    fn seq(&mut self) -> Parsed<Box<dyn Seq + '_>> {
        let open = match self.at {
            At::List(list) => Some(Open::List(list)),
            _ => None,
        };
        match self.open(open) {
            Some(level) => {
                level.document.index = usize::MAX;
                Ok(Box::new(level))
            }
            None => <dyn Visitor>::ignore().seq(),
        }
    }

    fn map(&mut self) -> Parsed<Box<dyn Map + '_>> {
        let open = match self.at {
            At::Entry(list) if list != List::Dns => Some(Open::Entry(list)),
            _ => None,
        };
        match self.open(open) {
            Some(level) => {
                level.document.entry = NO_ENTRY;
                Ok(Box::new(level))
            }
            None => <dyn Visitor>::ignore().map(),
        }
    }
}

/// An object or array that is open, and the document that its values go to.
struct Level<'a> {
    document: &'a mut Document,
    open: Open,
}

impl Map for Level<'_> {
    fn key(&mut self, key: &str) -> Parsed<&mut dyn Visitor> {
        let members: &[_] = match self.open {
            Open::Document => &DOCUMENT,
            Open::Entry(List::Routes) => ENTRY.get(1..).unwrap_or_default(),
            Open::Entry(_) => ENTRY.get(..4).unwrap_or_default(),
            Open::List(_) => &[],
        };
        for (name, at) in members {
            if name.strip_prefix(key.as_bytes()).is_some_and(|rest| rest.iter().all(|&octet| octet == 0)) {
                self.document.at = *at;
                return Ok(self.document);
            }
        }
        Ok(<dyn Visitor>::ignore())
    }

    fn finish(&mut self) -> Parsed<()> {
        if let Open::Entry(list) = self.open {
            self.document.end_entry(list);
        }
        Ok(())
    }
}

impl Seq for Level<'_> {
    fn element(&mut self) -> Parsed<&mut dyn Visitor> {
        if let Open::List(list) = self.open {
            self.document.at = At::Entry(list);
            self.document.index = self.document.index.wrapping_add(1);
        }
        Ok(self.document)
    }

    fn finish(&mut self) -> Parsed<()> {
        Ok(())
    }
}

/// The document in one place on the heap, where there is more room than on the stack.
struct Boxed(Box<Document>);

impl Deserialize for Boxed {
    fn begin(out: &mut Option<Self>) -> &mut dyn Visitor {
        Place::new(out)
    }
}

impl Visitor for Place<Boxed> {
    fn map(&mut self) -> Parsed<Box<dyn Map + '_>> {
        let Boxed(document) = self.out.insert(Boxed(Box::new(Document::new())));
        Ok(Box::new(Level { document, open: Open::Document }))
    }
}
