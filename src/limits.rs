//! Every capacity, interval and limit: its unit, its source, and what happens beyond it.
//!
//! Names end in `_LEN` (octets), `_COUNT` (elements) or `_MS` (milliseconds).

/// Payload of one XenStore message: `XENSTORE_PAYLOAD_MAX` of xs_wire.h. A longer one from the store is skipped and counts as refused.
pub const PAYLOAD_LEN: usize = 4096;

/// Text of one answer's message. oxenstored refuses a guest's value over 2,048 bytes; longer text is cut and marked.
pub const MESSAGE_LEN: usize = 1024;

/// One log line, time and level included. A longer one is cut and marked.
pub const LOG_LINE_LEN: usize = 512;

/// A path inside the guest, links expanded. nova takes up to 255 (quota `injected_file_path_length`). A longer one is ENAMETOOLONG.
pub const PATH_LEN: usize = 1024;

/// A request to the store, header included. Ours are far smaller (a path and an answer); early classic kernels take at most 4,096 octets.
pub const REQUEST_LEN: usize = 4096;

/// Names of requests that were announced and not yet handled, 46 octets each for a UUID. Beyond it `data/host` is listed afterwards.
pub const EVENTS_LEN: usize = 8192;

/// Longest wait for a reply of the store. Then the connection counts as lost and is opened anew.
pub const REPLY_MS: u64 = 30_000;

/// Digits of a number token that the JSON parser keeps exact; longer ones are made strings.
pub const DIGITS_COUNT: usize = 15;

/// Members of one object of a request that have a meaning, duplicates included; hosts send two. More is refused.
pub const MEMBER_COUNT: usize = 16;

/// Arrays and objects inside one another in JSON from the host; no host sends more than four. Deeper is refused.
pub const NESTING_COUNT: usize = 8;

/// JSON text after sanitising: a whole payload of numbers like `1e1` grows by two quotes each, to 6,144 octets.
pub const TEXT_LEN: usize = 6144;

/// A public value of the Diffie-Hellman exchange, or the agreed secret, in decimal digits: those of 2^107 - 2.
pub const DECIMAL_LEN: usize = 33;

/// How long an agreed key waits for its password. It is wiped then, and the password needs a new keyinit.
pub const KEY_MS: u64 = 5 * 60 * 1000;

/// A password: `CRYPT_MAX_PASSPHRASE_SIZE` (512) of libxcrypt's crypt.h less its NUL. A longer one could be set but never be
/// logged in with, so it is refused.
pub const PASSWORD_LEN: usize = 511;

/// An encrypted password: PASSWORD_LEN and its newline, padded to whole AES blocks. A longer one is refused as undecipherable.
pub const CIPHERTEXT_LEN: usize = 528;

/// Salt of sha512-crypt, its longest; md5-crypt uses the first half.
pub const SALT_LEN: usize = 16;

/// The hash field of an account: `$6$rounds=200000$`, salt, `$` and 86 characters.
pub const HASH_LEN: usize = 120;

/// Rounds of sha512-crypt where the old hash names none: what `$6$` without `rounds=` means.
pub const ROUNDS_COUNT: u32 = 5_000;

/// Rounds that are kept from an old hash (`rounds=` of crypt(5)): more than 1,000, as crypt(3) itself demands, ...
pub const ROUNDS_MIN_COUNT: u32 = 1_000;

/// ... and so few that the host, which gives up after 30 s, gets its answer from a slow guest. Others are clamped.
pub const ROUNDS_MAX_COUNT: u32 = 200_000;

/// How long the lock of the account files is waited for, as lckpwdf(3) does. Beyond it the password is not set.
pub const ACCOUNT_LOCK_MS: u64 = 15_000;

/// How often that lock is tried.
pub const ACCOUNT_RETRY_MS: u64 = 100;

/// Stack that is wiped after work with secrets. The deepest such work, a sha512-crypt hash, needs about 1,900 bytes of it on x86-64
/// (docs/decisions.md).
pub const BURN_LEN: usize = 3072;

/// How long a store that does not answer may hold up the end after SIGTERM.
pub const STOP_MS: u64 = 2_000;

/// A file that is edited: far above any account or configuration file. A larger one is EFBIG.
pub const FILE_LEN: usize = 16 << 20;

/// An extended attribute's value, or the names of all: `XATTR_SIZE_MAX` and `XATTR_LIST_MAX` of linux/limits.h.
pub const ATTRIBUTE_LEN: usize = 64 << 10;

/// Symbolic links followed in one path, as Linux counts (`MAXSYMLINKS`). One more is ELOOP.
pub const LINKS_COUNT: usize = 40;

/// Backups kept of one file; the oldest beyond goes.
pub const BACKUPS_COUNT: usize = 3;

/// A value in the state file: an id (hosts send 36 octets), a directory, a host name. A longer one is not kept: such a request is done
/// without a journal.
pub const STATE_VALUE_LEN: usize = 256;

/// Files that change together: three for each of [`INTERFACE_COUNT`] interfaces and those of the whole system. More are refused (E2BIG).
pub const PENDING_COUNT: usize = 64;

/// The help text, which a test holds to it.
pub const HELP_LEN: usize = 2048;

/// A line of a packed text, such as a template or a clue. A longer one does not compile.
pub const PACKED_LINE_LEN: usize = 128;

/// What one template adds to a configuration file: a line of one address or route with names, at most about 200 octets. Longer is a bug.
pub const PIECE_LEN: usize = 512;

/// Names that are looked at in a configuration directory, with a newline each. More are refused (ENOBUFS).
pub const NAMES_LEN: usize = 2048;

/// What a device is called in other files of netplan. A longer id is not taken over, and the log names the file.
pub const DEVICE_ID_LEN: usize = 32;

/// An interface's label: as it goes into a comment. A longer one is left out.
pub const LABEL_LEN: usize = 32;

/// How long a program that reads configuration files again may take. Then it is killed, and the log says so.
pub const RELOAD_MS: u64 = 20_000;

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

/// Objects and arrays followed in one networking value, 32 octets of the arena for each that is open. Further ones are a problem named in the answer.
pub const OBJECT_COUNT: usize = 128;

/// Text naming the bad entries of one networking value. Longer text is cut and marked.
pub const PROBLEMS_LEN: usize = 192;

/// Name of a link with its NUL: `IFNAMSIZ` of linux/if.h.
pub const LINK_NAME_LEN: usize = 16;

/// A path in /proc or /sys with a link's name in it: 60 octets at most. A longer one is ENAMETOOLONG.
pub const LINK_PATH_LEN: usize = 64;

/// Stale addresses and routes removed before the link is read again; the rest goes in the next round.
pub const STALE_COUNT: usize = 16;

/// Rounds of reading, planning and changing one link. A link that is then still different is named in the answer.
pub const ROUND_COUNT: usize = 64;

/// How long `resetnetwork` waits for interfaces that are not there yet, all together. Then they are named in the answer.
pub const INTERFACE_WAIT_MS: u64 = 10_000;

/// Pause between two looks for a missing interface.
pub const INTERFACE_POLL_MS: u64 = 200;

/// The table of packet sockets: some 80 octets each.
pub const PACKET_LEN: usize = 64 << 10;

/// DHCP clients on one link whose end is waited for. Further ones get their signal, too.
pub const DHCP_CLIENT_COUNT: usize = 4;

/// How long a DHCP client may take to end before the link is changed nevertheless.
pub const DHCP_WAIT_MS: u64 = 2_000;

/// Netlink receive buffer: the kernel fills a dump's message up to 8,192 octets (`NLMSG_GOODSIZE`). A longer message is an error.
pub const NETLINK_LEN: usize = 8192;

/// Netlink request: the longest, an IPv6 route, takes 88 octets. A longer one is a bug.
pub const NETLINK_REQUEST_LEN: usize = 128;

/// Longest wait for the kernel's word on a netlink request. Then the request counts as failed.
pub const NETLINK_REPLY_MS: u64 = 5_000;

/// A domain's uuid in the store node `vm`, path `/vm/` included. A longer one is as none.
pub const UUID_LEN: usize = 64;

/// A host name: `__NEW_UTS_LEN` of linux/utsname.h. A longer one is refused.
pub const NODENAME_LEN: usize = 64;

/// The state file: five of the longest values and their keys.
pub const STATE_LEN: usize = 1408;

/// Nothing came for this long since start: ready.
pub const READY_IDLE_MS: u64 = 2_000;

/// Nothing came for this long since a request: ready.
pub const READY_REQUEST_MS: u64 = 10_000;

/// Answers of ours that stay in the store. C xenstored refuses a guest's 55th; the oldest beyond goes when a new one is out.
pub const ANSWERS_COUNT: usize = 32;

/// Octets for the ids of those answers. Longer ids mean fewer answers stay.
pub const ANSWERS_LEN: usize = 1536;

/// An answer may be removed when it is this old: hosts look every 3 s at most and read once.
pub const ANSWER_MS: u64 = 60_000;

/// Octets for the ids of requests that the store would not let us remove. The oldest beyond is forgotten, and would be done again.
pub const REFUSED_LEN: usize = 1024;

/// A store path: a directory of ours and an id. xs_wire.h `XENSTORE_REL_PATH_MAX` is 2,048; a longer id cannot be answered.
pub const STORE_PATH_LEN: usize = 2048;

/// First and longest pause between attempts to open a lost store again.
pub const REOPEN_MS: (u64, u64) = (50, 5_000);

/// How long a Xen guest waits for its store device to appear.
pub const DEVICE_MS: u64 = 30_000;

/// How often it is looked for meanwhile.
pub const DEVICE_POLL_MS: u64 = 250;

/// Where the store knows no watches: how often requests are looked for.
pub const LIST_MS: u64 = 1_000;

/// The arena under the JSON parser. The most that any input of 4,096 octets uses is asserted in tests.
pub const ARENA_LEN: usize = 32 << 10;

/// Reads of all links when the kernel says that one came apart because links changed meanwhile. Then it is an error.
pub const DUMP_COUNT: usize = 5;

/// A command that is run, with the names of an interface in it. Longer is a bug.
pub const COMMAND_LEN: usize = 128;

/// Words of a command line that is run. More is a bug.
pub const ARGUMENT_COUNT: usize = 6;

/// Standard input of a program that is run: `PIPE_BUF` of linux/limits.h, which every pipe holds. More is a bug.
pub const INPUT_LEN: usize = 4096;

/// How long a killed program may take to end. One that takes longer hangs in the kernel and is left there.
pub const KILL_MS: u64 = 1_000;
