//! Every capacity, interval and limit: its unit, its source, and what happens beyond it.
//!
//! Names end in `_LEN` (octets), `_COUNT` (elements) or `_MS` (milliseconds).

/// Payload of one XenStore message: `XENSTORE_PAYLOAD_MAX` of xs_wire.h. A longer one from the store is skipped and counts as refused.
pub const PAYLOAD_LEN: usize = 4096;

/// Text of one answer's message. oxenstored refuses a guest's value over 2,048 bytes; longer text is cut and marked.
pub const MESSAGE_LEN: usize = 1024;

/// One log line, time and level included. A longer one is cut and marked.
pub const LOG_LINE_LEN: usize = 512;

/// A path inside the guest: `PATH_MAX` of linux/limits.h. A longer one is ENAMETOOLONG.
pub const PATH_LEN: usize = 4096;

/// A request to the store, header included. Ours are far smaller (a path and an answer); early classic kernels take at most 4,096 octets.
pub const REQUEST_LEN: usize = 4096;

/// Names of requests that were announced and not yet handled, 46 octets each for a UUID. Beyond it `data/host` is listed afterwards.
pub const EVENTS_LEN: usize = 8192;

/// Longest wait for a reply of the store. Then the connection counts as lost and is opened anew.
pub const REPLY_MS: u64 = 30_000;

/// Digits of a number token that the JSON parser keeps exact; longer ones are made strings.
pub const DIGITS_COUNT: usize = 15;

/// Arrays and objects inside one another in JSON from the host; no host sends more than four. Deeper is refused.
pub const NESTING_COUNT: usize = 8;

/// JSON text after sanitising: a whole payload of 16-digit numbers grows by two quotes each, to 4,578 octets.
pub const TEXT_LEN: usize = 4608;

/// Addresses of one interface: nova writes 96 octets for one, so a value of [`PAYLOAD_LEN`] octets holds about 40. More are a problem named in the answer.
pub const ADDRESS_COUNT: usize = 40;

/// Static routes of one interface: nova writes 80 octets for one, so a value holds about 50. More are a problem named in the answer.
pub const ROUTE_COUNT: usize = 50;

/// Name servers of one interface, and of all together. Resolvers read three; more than these are a problem named in the answer.
pub const DNS_COUNT: usize = 8;

/// Name servers that resolvers use: `MAXNS` of resolv.h (glibc, musl). Further ones are not written, and the log says so.
pub const NAMESERVER_COUNT: usize = 3;

/// Interfaces in `vm-data/networking`: XenServer allows seven to sixteen. More are named in the answer.
pub const INTERFACE_COUNT: usize = 16;

/// A node's name in `vm-data/networking`: twelve hexadecimal digits. A longer one is named in the answer.
pub const NODE_NAME_LEN: usize = 32;

/// Objects and arrays followed in one networking value, 16 octets of heap each. Further ones are a problem named in the answer.
pub const OBJECT_COUNT: usize = 128;

/// Text naming the bad entries of one networking value. Longer text is cut and marked.
pub const PROBLEMS_LEN: usize = 192;

/// Name of a link with its NUL: `IFNAMSIZ` of linux/if.h.
pub const LINK_NAME_LEN: usize = 16;

/// Stale addresses and routes removed before the link is read again; the rest goes in the next round.
pub const STALE_COUNT: usize = 16;

/// Rounds of reading, planning and changing one link. A link that is then still different is named in the answer.
pub const ROUND_COUNT: usize = 64;

/// How long `resetnetwork` waits for interfaces that are not there yet, all together. Then they are named in the answer.
pub const INTERFACE_WAIT_MS: u64 = 10_000;

/// Pause between two looks for a missing interface.
pub const INTERFACE_POLL_MS: u64 = 200;

/// DHCP clients on one link whose end is waited for. Further ones get their signal, too.
pub const DHCP_CLIENT_COUNT: usize = 4;

/// How long a DHCP client may take to end before the link is changed nevertheless.
pub const DHCP_WAIT_MS: u64 = 2_000;

/// Netlink receive buffer: the kernel fills a dump's message up to 8,192 octets (`NLMSG_GOODSIZE`). A longer message is an error.
pub const NETLINK_LEN: usize = 8192;

/// Netlink request: the longest, an IPv6 route, takes 88 octets. A longer one is a bug.
pub const NETLINK_REQUEST_LEN: usize = 128;

/// Longest wait for the kernel's word on a netlink request. Then the request counts as failed.
pub const NETLINK_REPLY_MS: i32 = 5_000;

/// A host name: `__NEW_UTS_LEN` of linux/utsname.h. A longer one is refused.
pub const NODENAME_LEN: usize = 64;

/// Reads of all links when the kernel says that one came apart because links changed meanwhile. Then it is an error.
pub const DUMP_COUNT: usize = 5;

/// A line of `/proc/net/packet`, about 80 octets. A longer one is passed over.
pub const PACKET_LINE_LEN: usize = 512;
