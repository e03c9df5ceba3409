//! One entry of a list in a networking value: its members as they were written, in any order and of any type.
//!
//! What an entry means as an address or a route is decided when it is complete, in `parse`.

use crate::network::ip::{Family, Ip};
use crate::text::{number, same_word};

/// A gateway that was written but cannot be one: no host has this address.
const BAD_GATEWAY: Ip = Ip::unspecified(Family::V4);

/// The gateway that `text` means, which reads as `ip`: nothing and the unspecified address mean that there is none. Whether the address is
/// that of a host is for those to check who use it.
pub fn gateway(text: &str, ip: Option<Ip>) -> Option<Ip> {
    match ip {
        Some(ip) if ip.is_unspecified() => None,
        None if !text.is_empty() => Some(BAD_GATEWAY),
        _ => ip,
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

/// A length that no prefix has.
const NO_LEN: u8 = u8::MAX;

/// The entry that is being read.
pub struct Entry {
    /// An address's `ip` or a route's `route`; `None` if it is missing or no address.
    pub ip: Option<Ip>,
    netmask: Netmask,
    /// The entry's own gateway.
    pub gateway: Option<Ip>,
    /// Whether the entry counts. It does unless it says otherwise.
    pub enabled: bool,
}

/// An entry of which nothing has been read.
pub const NO_ENTRY: Entry = Entry { ip: None, netmask: Netmask { len: NO_LEN, family: None }, gateway: None, enabled: true };

impl Entry {
    /// Takes a member's value, whose text reads as `ip` if it is an address.
    pub fn set(&mut self, field: Field, text: &str, ip: Option<Ip>) {
        match field {
            Field::Ip => self.ip = ip,
            Field::Netmask => {
                let len = match &ip {
                    Some(mask) => mask.netmask_len(),
                    None => number(text.as_bytes()).and_then(|len| u8::try_from(len).ok()),
                };
                self.netmask = Netmask { len: len.unwrap_or(NO_LEN), family: ip.map(|mask| mask.family) };
            }
            Field::Gateway => self.gateway = gateway(text, ip),
            Field::Enabled => self.enabled = text != "0" && !same_word(text.as_bytes(), b"false"),
        }
    }

    /// The prefix length that the netmask means for `ip`: a number, digits, or a netmask of the same family.
    pub fn prefix_len(&self, ip: &Ip) -> Option<u8> {
        let Netmask { len, family } = self.netmask;
        (len <= ip.width() && family.is_none_or(|family| family == ip.family)).then_some(len)
    }
}
