//! The value of `vm-data/networking/<MAC>`: JSON of any host release to a [`Wanted`].
//!
//! Tolerant: whatever cannot be understood becomes a problem with its place, and the rest is taken. Members nobody knows are skipped.
//! miniserde drives one visitor, the [`Document`] itself, which knows its place in the text; so every value goes straight into the model and
//! the heap holds one word for each open object. The text was sanitised before (see [`crate::json`]).

use alloc::boxed::Box;
use miniserde::de::{Map, Seq, Visitor};
use miniserde::{Deserialize, Result as Parsed, make_place};

use crate::error::{Error, What};
use crate::limits::{OBJECT_COUNT, PROBLEMS_LEN};
use crate::network::entry::{Entry, Field, NO_ENTRY, gateway};
use crate::network::ip::{Family, Ip};
use crate::network::model::{Address, Mac, Route, Wanted};
use crate::text::{Text, is_plain, nth_line};

make_place!(Place);

/// In the place of a value of another type, such as a list: no member takes it.
const OTHER: &str = "?";

/// What one value says. `repr(C)` keeps the order: what the parser works with comes first, where its offsets are short.
#[repr(C)]
pub struct Document {
    /// Where the next value stands.
    at: At,
    /// The list of the member that was read last.
    list: List,
    /// Whether an entry of it is open.
    in_entry: bool,
    entry: Entry,
    gateways: [Gateway; 2],
    /// The place of the element in the list, or [`NO_INDEX`].
    index: usize,
    /// Objects and arrays so far.
    objects: usize,
    /// What was understood.
    pub wanted: Wanted,
    /// The places of what was not, such as `ips[1] netmask`; never the text found there.
    pub problems: Text<PROBLEMS_LEN>,
}

/// Parses sanitised JSON text, the value of the node called `node`.
///
/// # Errors
///
/// [`Error::Request`] if the text is not a JSON object or neither it nor the node's name tells a MAC address.
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
    ip: Option<Ip>,
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
        nth_line("ips\nip6s\nroutes\ndns\n", self as usize)
    }
}

/// Where in the document the next value stands.
#[derive(Clone, Copy)]
enum At {
    Mac,
    Label,
    Gateway(Family),
    List(List),
    /// In the list.
    Element,
    /// In the entry.
    Field(Field),
}

/// Stands for a MAC address that is missing or is none.
const NO_MAC: Mac = Mac([0; 6]);

/// The place in a list none of whose elements were read yet.
const NO_INDEX: usize = usize::MAX;

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

/// What is known of the gateway of a family.
fn slot([v4, v6]: &mut [Gateway; 2], family: Family) -> &mut Gateway {
    if family == Family::V4 { v4 } else { v6 }
}

/// Adds an item unless it is there. The error is what is wrong with it.
fn add<T: PartialEq, const N: usize>(items: &mut heapless::Vec<T, N>, item: T) -> Result<(), &'static str> {
    if items.contains(&item) || items.push(item).is_ok() { Ok(()) } else { Err(" is one too many") }
}

impl Document {
    const fn new() -> Self {
        Self {
            wanted: Wanted::new(NO_MAC),
            problems: Text::new(),
            gateways: [Gateway { ip: None, is_decided: false }; 2],
            at: At::Mac,
            list: List::Ips,
            index: NO_INDEX,
            entry: NO_ENTRY,
            in_entry: false,
            objects: 0,
        }
    }

    #[inline(never)]
    fn problem(&mut self, place: &str) {
        if !self.problems.is_empty() {
            self.problems.put(", ");
        }
        self.problems.put(place);
    }

    /// Notes what is wrong with the current element: nothing, or a space and a word. Without an element it is the list.
    #[inline(never)]
    fn bad(&mut self, what: &str) {
        self.problem(self.list.name());
        if self.index != NO_INDEX {
            self.problems.fill("[%]%", &[&self.index, &what]);
        }
    }

    fn gateway(&mut self, family: Family) -> Option<Ip> {
        match slot(&mut self.gateways, family).ip {
            Some(ip) if ip.family == family && ip.is_host() => return Some(ip),
            None => {}
            Some(_) => self.problem(if family == Family::V4 { "gateway" } else { "gateway_v6" }),
        }
        None
    }

    /// Takes what stands at the current place: its text, that of a number or truth value, none for null, and [`OTHER`] for anything else.
    #[inline(never)]
    fn value(&mut self, value: Option<&str>) {
        let text = value.unwrap_or_default();
        let ip = Ip::parse(text);
        match self.at {
            At::Mac => self.wanted.mac = Mac::parse(text).unwrap_or(self.wanted.mac),
            At::Label if value.is_none() => {}
            At::Label => self.label(text),
            At::Gateway(family) => *slot(&mut self.gateways, family) = Gateway { ip: gateway(text, ip), is_decided: true },
            At::Field(field) => self.entry.set(field, text, ip),
            At::List(_) | At::Element if self.list == List::Dns => {
                if value.is_some() {
                    self.name_server(ip);
                }
            }
            At::List(_) if value.is_none() => {}
            At::List(_) | At::Element => self.bad(""),
        }
    }

    /// Takes a label that can stand in a comment of any file; another one is dropped, since nothing depends on it.
    fn label(&mut self, text: &str) {
        self.wanted.label.clear();
        if is_plain(text.as_bytes(), b" ._-") {
            // One that is too long is dropped, too.
            let _ = self.wanted.label.push_str(text);
        }
    }

    fn name_server(&mut self, ip: Option<Ip>) {
        let Some(ip) = ip.filter(|ip| !ip.is_unspecified()) else { return self.bad("") };
        if let Err(what) = add(&mut self.wanted.dns, ip) {
            self.bad(what);
        }
    }

    /// Takes the entry that was read. The error is what is wrong with it.
    fn end_entry(&mut self) -> Result<(), &'static str> {
        let Entry { ip, gateway, enabled, .. } = &self.entry;
        let is_route = self.list == List::Routes;
        if !*enabled {
            return Ok(());
        }
        let Some(ip) = ip else { return Err(if is_route { " route" } else { " ip" }) };
        let Some(prefix_len) = self.entry.prefix_len(ip) else { return Err(" netmask") };
        if is_route {
            let Some(route) = Route::new(*ip, prefix_len, *gateway) else { return Err(" gateway") };
            return add(&mut self.wanted.routes, route);
        }
        let Some(address) = Address::new(*ip, prefix_len) else { return Err(" ip") };
        let slot = slot(&mut self.gateways, ip.family);
        if !slot.is_decided && slot.ip.is_none() {
            slot.ip = *gateway;
        }
        for other in &self.wanted.addresses {
            if other.ip == *ip && other.prefix_len != prefix_len {
                return Err(" contradicts another");
            }
        }
        add(&mut self.wanted.addresses, address)
    }

    /// Whether to follow an object or array at the current place. If not, because none `belongs` there or there were too many, it is noted.
    fn follows(&mut self, belongs: bool) -> bool {
        if !belongs {
            self.value(Some(OTHER));
            return false;
        }
        self.objects += 1;
        if self.objects == OBJECT_COUNT + 1 {
            self.problem("too many entries");
        }
        self.objects <= OBJECT_COUNT
    }
}

impl Visitor for Document {
    fn null(&mut self) -> Parsed<()> {
        self.value(None);
        Ok(())
    }

    fn boolean(&mut self, flag: bool) -> Parsed<()> {
        self.value(Some(if flag { "true" } else { "false" }));
        Ok(())
    }

    fn string(&mut self, text: &str) -> Parsed<()> {
        self.value(Some(text.trim_ascii()));
        Ok(())
    }

    fn negative(&mut self, _: i64) -> Parsed<()> {
        self.value(Some(OTHER));
        Ok(())
    }

    fn nonnegative(&mut self, number: u64) -> Parsed<()> {
        self.value(Some(Text::<20>::of("%", &[&number]).as_str()));
        Ok(())
    }

    fn float(&mut self, _: f64) -> Parsed<()> {
        self.value(Some(OTHER));
        Ok(())
    }

    fn seq(&mut self) -> Parsed<Box<dyn Seq + '_>> {
        if !self.follows(matches!(self.at, At::List(_))) {
            return <dyn Visitor>::ignore().seq();
        }
        Ok(Box::new(self))
    }

    fn map(&mut self) -> Parsed<Box<dyn Map + '_>> {
        if !self.follows(matches!(self.at, At::Element) && self.list != List::Dns) {
            return <dyn Visitor>::ignore().map();
        }
        self.entry = NO_ENTRY;
        self.in_entry = true;
        Ok(Box::new(self))
    }
}

/// The document itself, or an entry while one is open.
impl Map for &mut Document {
    fn key(&mut self, key: &str) -> Parsed<&mut dyn Visitor> {
        let members = match self.list {
            _ if !self.in_entry => &DOCUMENT,
            List::Routes => ENTRY.get(1..).unwrap_or_default(),
            _ => ENTRY.get(..4).unwrap_or_default(),
        };
        for (name, at) in members {
            if name.strip_prefix(key.as_bytes()).is_some_and(|rest| rest.iter().all(|&octet| octet == 0)) {
                self.at = *at;
                if let At::List(list) = *at {
                    (self.list, self.index) = (list, NO_INDEX);
                }
                return Ok(*self);
            }
        }
        Ok(<dyn Visitor>::ignore())
    }

    fn finish(&mut self) -> Parsed<()> {
        if self.in_entry {
            self.in_entry = false;
            if let Err(what) = self.end_entry() {
                self.bad(what);
            }
        }
        Ok(())
    }
}

impl Seq for &mut Document {
    fn element(&mut self) -> Parsed<&mut dyn Visitor> {
        self.at = At::Element;
        self.index = self.index.wrapping_add(1);
        Ok(*self)
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
        Ok(Box::new(&mut **document))
    }
}
