//! One entry of a list in a networking value: its members as they were written, in any order and of any type.
//!
//! What an entry means as an address or a route is decided when it is complete, in `parse`.

use crate::network::ip::{Ip, number};

/// A value that is neither object nor array.
#[derive(Clone, Copy)]
pub enum Scalar<'a> {
    Null,
    Flag(bool),
    Number(u64),
    Text(&'a str),
    /// Anything that no member takes, objects and arrays in a scalar's place included.
    Other,
}

/// A gateway as it was written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    None,
    Is(Ip),
    Bad,
}

impl Claim {
    /// Reads one: null, an empty text and the unspecified address all mean that there is none.
    pub fn read(value: Scalar<'_>) -> Self {
        match value {
            Scalar::Null | Scalar::Text("") => Self::None,
            Scalar::Text(text) => match Ip::parse(text) {
                Some(ip) if ip.is_unspecified() => Self::None,
                Some(ip) if ip.is_host() => Self::Is(ip),
                _ => Self::Bad,
            },
            _ => Self::Bad,
        }
    }
}

/// A member of an entry of a list.
#[derive(Clone, Copy)]
pub enum Field {
    Ip,
    Netmask,
    Gateway,
    Enabled,
}

/// A netmask as it was written.
#[derive(Clone, Copy)]
enum Netmask {
    Absent,
    Len(u8),
    Mask(Ip),
    Bad,
}

/// The entry that is being read.
pub struct Entry {
    /// An address's `ip` or a route's `route`; `None` if it is missing or no address.
    pub ip: Option<Ip>,
    netmask: Netmask,
    /// The entry's own gateway.
    pub gateway: Claim,
    /// Whether the entry counts. It does unless it says otherwise.
    pub enabled: bool,
}

/// An entry of which nothing has been read.
pub const NO_ENTRY: Entry = Entry { ip: None, netmask: Netmask::Absent, gateway: Claim::None, enabled: true };

impl Entry {
    /// Takes a member's value.
    pub fn set(&mut self, field: Field, value: Scalar<'_>) {
        match (field, value) {
            (Field::Ip, Scalar::Text(text)) => self.ip = Ip::parse(text),
            (Field::Ip, _) => self.ip = None,
            (Field::Netmask, Scalar::Number(len)) => self.netmask = u8::try_from(len).map_or(Netmask::Bad, Netmask::Len),
            (Field::Netmask, Scalar::Text(text)) => {
                self.netmask = match number(text.as_bytes()).map(u8::try_from) {
                    Some(Ok(len)) => Netmask::Len(len),
                    _ => Ip::parse(text).map_or(Netmask::Bad, Netmask::Mask),
                }
            }
            (Field::Netmask, _) => self.netmask = Netmask::Bad,
            (Field::Gateway, value) => self.gateway = Claim::read(value),
            (Field::Enabled, value) => {
                self.enabled = match value {
                    Scalar::Flag(flag) => flag,
                    Scalar::Number(number) => number != 0,
                    Scalar::Text(text) => text != "0" && !text.eq_ignore_ascii_case("false"),
                    _ => true,
                }
            }
        }
    }

    /// The prefix length that the netmask means for `ip`: a number, digits, or a netmask of the same family.
    pub fn prefix_len(&self, ip: &Ip) -> Option<u8> {
        match self.netmask {
            Netmask::Len(len) if len <= ip.width() => Some(len),
            Netmask::Mask(mask) if mask.same_family(ip) => mask.netmask_len(),
            _ => None,
        }
    }
}
