//! Which driver a link has: `SIOCETHTOOL` (linux/ethtool.h), else sysfs.

use core::ffi::CStr;

use super::super::posix::fd::{check, check_len};
use super::socket;
use crate::limits::LINK_NAME_LEN;
use crate::text::Text;

/// `SIOCETHTOOL` of linux/sockios.h.
const SIOCETHTOOL: libc::c_int = 0x8946;
/// `ETHTOOL_GDRVINFO` of linux/ethtool.h.
const ETHTOOL_GDRVINFO: u32 = 3;

/// `struct ethtool_drvinfo` of linux/ethtool.h.
#[repr(C)]
struct DriverInfo {
    command: u32,
    driver: [u8; 32],
    rest: [u8; 160],
}

/// `struct ifreq` of linux/if.h with a pointer as its data.
#[repr(C)]
struct Request {
    name: [u8; LINK_NAME_LEN],
    data: *mut DriverInfo,
    rest: [u8; 16],
}

/// A driver's name.
pub type Name = heapless::String<32>;

/// The name of the driver of the link called `name`; empty if nobody knows it.
pub fn of(name: &str) -> Name {
    by_ioctl(name).or_else(|| by_sysfs(name)).unwrap_or_default()
}

fn by_ioctl(name: &str) -> Option<Name> {
    let socket = socket::open(libc::AF_INET, libc::SOCK_DGRAM, 0).ok()?;
    let mut info = DriverInfo { command: ETHTOOL_GDRVINFO, driver: [0; 32], rest: [0; 160] };
    let mut request = Request { name: [0; LINK_NAME_LEN], data: &raw mut info, rest: [0; 16] };
    request.name.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
    // SAFETY: the request names its link and points to a drvinfo; both outlive the call, which writes to nothing else.
    check(unsafe { libc::ioctl(socket.raw(), SIOCETHTOOL as _, &raw mut request) }).ok()?;
    text(info.driver.split(|&octet| octet == 0).next()?)
}

fn by_sysfs(name: &str) -> Option<Name> {
    let path = Text::<64>::of("/sys/class/net/%/device/driver\0", &[&name]);
    let path = CStr::from_bytes_until_nul(path.as_str().as_bytes()).ok()?;
    let mut target = [0u8; 256];
    // SAFETY: `path` is NUL-terminated; pointer and length are those of a writable slice.
    let len = check_len(unsafe { libc::readlink(path.as_ptr(), target.as_mut_ptr().cast(), target.len()) }).ok()?;
    text(target.get(..len)?.rsplit(|&octet| octet == b'/').next()?)
}

fn text(octets: &[u8]) -> Option<Name> {
    Name::try_from(core::str::from_utf8(octets).ok()?).ok().filter(|name| !name.is_empty())
}
