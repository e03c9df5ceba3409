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
