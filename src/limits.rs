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
