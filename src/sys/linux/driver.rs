//! Which driver a link has: `SIOCETHTOOL` (linux/ethtool.h), else sysfs.

use super::super::posix::fd::check;
use super::super::posix::name::until_nul;
use super::super::posix::socket;
use super::calls;
use super::path::open;
use crate::error::Errno;
use crate::limits::LINK_NAME_LEN;

/// `SIOCETHTOOL` of linux/sockios.h.
const SIOCETHTOOL: u32 = 0x8946;
/// `ETHTOOL_GDRVINFO` of linux/ethtool.h.
const ETHTOOL_GDRVINFO: u32 = 3;

/// `struct ethtool_drvinfo` of linux/ethtool.h.
#[repr(C)]
struct DriverInfo {
    command: u32,
    driver: [u8; NAME_LEN],
    rest: [u8; 160],
}

/// `struct ifreq` of linux/if.h with a pointer as its data.
#[repr(C)]
struct Request {
    name: [u8; LINK_NAME_LEN],
    data: *mut DriverInfo,
    rest: [u8; 16],
}

/// A driver's name in [`DriverInfo`].
pub const NAME_LEN: usize = 32;

/// The name of the driver of the link called `name`; empty if nobody knows it.
pub fn of<'b>(name: &str, buffer: &'b mut [u8; NAME_LEN]) -> &'b [u8] {
    if by_ioctl(name, buffer).is_err() && by_sysfs(name, buffer).is_err() {
        return &[];
    }
    until_nul(buffer).to_bytes()
}

fn by_ioctl(name: &str, driver: &mut [u8; NAME_LEN]) -> Result<(), Errno> {
    let socket = socket::open(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut info = DriverInfo { command: ETHTOOL_GDRVINFO, driver: [0; NAME_LEN], rest: [0; 160] };
    let mut request = Request { name: [0; LINK_NAME_LEN], data: &raw mut info, rest: [0; 16] };
    for (to, from) in request.name.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    // SAFETY: the request names its link and points to a drvinfo; both outlive the call, which writes to nothing else.
    check(unsafe { calls::ioctl(socket.raw(), SIOCETHTOOL, (&raw mut request).cast()) })?;
    *driver = info.driver;
    if info.driver.starts_with(&[0]) { Err(Errno(libc::ENOENT)) } else { Ok(()) }
}

/// What the link `driver` in sysfs points to, its last component.
fn by_sysfs(name: &str, driver: &mut [u8; NAME_LEN]) -> Result<(), Errno> {
    let mut target = [0; 256];
    let device = open("/sys/class/net/%/device\0", &name, libc::O_RDONLY | libc::O_DIRECTORY)?;
    let len = device.read_link_at(c"driver", &mut target)?;
    let mut at = 0;
    for &octet in target.get(..len).unwrap_or_default() {
        if octet == b'/' {
            at = 0;
        } else if let Some(slot) = driver.get_mut(at) {
            *slot = octet;
            at += 1;
        }
    }
    if let Some(end) = driver.get_mut(at) {
        *end = 0;
    }
    Ok(())
}
