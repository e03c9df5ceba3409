//! Which daemon to be like, and the limits in which the two differ (their defaults in Xen 4.17).

use crate::Word;

/// The daemon whose answers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Like {
    /// The C xenstored, as most hosts run it.
    Xenstored,
    /// oxenstored, as XenServer and XCP-ng run it.
    Oxenstored,
}

/// What a domain other than dom0 may use, and the word it gets beyond.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes owned by one domain.
    pub nodes: (usize, Word),
    /// Watches of one domain.
    pub watches: (usize, Word),
    /// Open transactions of one domain.
    pub transactions: (usize, Word),
    /// Octets of a path behind `/local/domain/N/`.
    pub path: usize,
}

impl Like {
    /// `xenstored` or `oxenstored`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "xenstored" => Some(Self::Xenstored),
            "oxenstored" => Some(Self::Oxenstored),
            _ => None,
        }
    }

    /// The limits of this daemon.
    pub fn limits(self) -> Limits {
        match self {
            Self::Xenstored => Limits { nodes: (1000, "ENOSPC"), watches: (129, "E2BIG"), transactions: (11, "ENOSPC"), path: 2048 },
            Self::Oxenstored => Limits { nodes: (1000, "EQUOTA"), watches: (101, "EQUOTA"), transactions: (11, "EQUOTA"), path: 1024 },
        }
    }

    /// The error word if a value of `value` octets is too long for this daemon, whoever writes it (`quota-maxsize` of oxenstored.conf).
    pub fn refuses_value(self, value: usize) -> Option<Word> {
        (self == Self::Oxenstored && value > 2048).then_some("E2BIG")
    }

    /// The error word if a domain may not write a node of this shape: the C xenstored counts its record, which is a header of 24 octets,
    /// 8 for each permission, the value and the names of its children (`quota_max_entry_size`).
    pub fn refuses_record(self, permissions: usize, value: usize, names: usize) -> Option<Word> {
        (self == Self::Xenstored && 24 + 8 * permissions + value + names >= 2048).then_some("ENOSPC")
    }
}
