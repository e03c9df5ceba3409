//! One entry of a list in a networking value: its members as they were written, in any order and of any type.
//!
//! What an entry means as an address or a route is decided when it is complete, in `parse`.

use crate::network::ip::{Family, Ip};
use crate::text::{number, same_word};

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

/// A netmask: the prefix length that it means, and its family unless it was a mere number.
#[derive(Clone, Copy)]
struct Netmask {
    len: u8,
    family: Option<Family>,
}

/// A netmask that is missing or means no prefix length: longer than any address.
const NO_NETMASK: Netmask = Netmask { len: u8::MAX, family: None };

impl Netmask {
    fn of_len(len: u64) -> Self {
        Self { len: u8::try_from(len).unwrap_or(u8::MAX), family: None }
    }

    fn read(value: Scalar<'_>) -> Self {
        match value {
            Scalar::Number(len) => Self::of_len(len),
            Scalar::Text(text) => match (number(text.as_bytes()), Ip::parse(text)) {
                (Some(len), _) => Self::of_len(len),
                (None, Some(mask)) => Self { len: mask.netmask_len().unwrap_or(u8::MAX), family: Some(mask.family) },
                (None, None) => NO_NETMASK,
            },
            _ => NO_NETMASK,
        }
    }
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
pub const NO_ENTRY: Entry = Entry { ip: None, netmask: NO_NETMASK, gateway: Claim::None, enabled: true };

impl Entry {
    /// Takes a member's value.
    pub fn set(&mut self, field: Field, value: Scalar<'_>) {
        match (field, value) {
            (Field::Ip, Scalar::Text(text)) => self.ip = Ip::parse(text),
            (Field::Ip, _) => self.ip = None,
            (Field::Netmask, value) => self.netmask = Netmask::read(value),
            (Field::Gateway, value) => self.gateway = Claim::read(value),
            (Field::Enabled, Scalar::Flag(flag)) => self.enabled = flag,
            (Field::Enabled, Scalar::Number(number)) => self.enabled = number != 0,
            (Field::Enabled, Scalar::Text(text)) => self.enabled = text != "0" && !same_word(text.as_bytes(), b"false"),
            (Field::Enabled, _) => self.enabled = true,
        }
    }

    /// The prefix length that the netmask means for `ip`: a number, digits, or a netmask of the same family.
    pub fn prefix_len(&self, ip: &Ip) -> Option<u8> {
        let Netmask { len, family } = self.netmask;
        (len <= ip.width() && family.is_none_or(|family| family == ip.family)).then_some(len)
    }
}
