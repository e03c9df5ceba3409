//! XenStore's byte channel: a Unix socket or a device node (xenbus device file: open, read, write and poll only).

use core::ffi::CStr;

use super::super::os::calls;
use super::fd::{Fd, check};
use super::signal::{self, Woken};
use super::socket;
use crate::error::Errno;
use crate::limits::{REPLY_MS, STOP_MS};
use crate::xenstore::client::Channel;

/// An open channel, and where to open it again.
pub struct StoreChannel {
    path: &'static CStr,
    fd: Option<Fd>,
}

impl StoreChannel {
    /// Opens `path`.
    ///
    /// # Errors
    ///
    /// See open(2), connect(2).
    pub fn open(path: &'static CStr) -> Result<Self, Errno> {
        Ok(Self { path, fd: Some(connect(path)?) })
    }

    /// Closes the channel and opens it anew.
    ///
    /// # Errors
    ///
    /// See open(2), connect(2).
    pub fn reopen(&mut self) -> Result<(), Errno> {
        self.fd = None;
        self.fd = Some(connect(self.path)?);
        Ok(())
    }

    /// The descriptor to wait for, while the channel is open.
    pub fn fd(&self) -> Option<&Fd> {
        self.fd.as_ref()
    }

    fn connected(&self) -> Result<&Fd, Errno> {
        self.fd.as_ref().ok_or(Errno(libc::EPIPE))
    }
}

/// Opens a device node; a Unix socket answers that with ENXIO (EOPNOTSUPP on BSD) and is connected to instead.
fn connect(path: &CStr) -> Result<Fd, Errno> {
    match Fd::open(path, libc::O_RDWR | libc::O_NONBLOCK, 0) {
        Err(Errno(libc::ENXIO | libc::EOPNOTSUPP)) => {}
        result => return result,
    }
    let mut address = no_address();
    let len = fill_address(&mut address, path.to_bytes())?;
    // A full backlog is EAGAIN, and like a store that is not there yet.
    let socket = socket::open(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_NONBLOCK, 0)?;
    // SAFETY: `address` is a valid sockaddr_un of which `len` octets are used.
    check(unsafe { calls::connect(socket.raw(), (&raw const address).cast(), len) })?;
    Ok(socket)
}

/// Makes `address` that of the Unix socket at `path` and returns the octets used of it; a leading `@` is the abstract namespace
/// (sd_notify(3), unix(7)).
///
/// # Errors
///
/// ENAMETOOLONG, also for an empty path.
#[inline(never)]
fn fill_address(address: &mut libc::sockaddr_un, path: &[u8]) -> Result<libc::socklen_t, Errno> {
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    if path.is_empty() || path.len() >= address.sun_path.len() {
        return Err(Errno(libc::ENAMETOOLONG));
    }
    let is_abstract = path.starts_with(b"@");
    for (to, &from) in address.sun_path.iter_mut().zip(path) {
        *to = from as libc::c_char;
    }
    if is_abstract && let [first, ..] = &mut address.sun_path {
        *first = 0;
    }
    let used = core::mem::offset_of!(libc::sockaddr_un, sun_path) + path.len() + usize::from(!is_abstract);
    Ok(used as libc::socklen_t)
}

/// An address to be filled.
fn no_address() -> libc::sockaddr_un {
    // SAFETY: all-zero is a valid sockaddr_un.
    unsafe { core::mem::zeroed() }
}

/// Sends one datagram to the Unix socket at `path` (sd_notify(3)).
///
/// # Errors
///
/// See sendto(2); ENAMETOOLONG.
pub fn send_datagram(path: &[u8], text: &[u8]) -> Result<(), Errno> {
    let mut address = no_address();
    let len = fill_address(&mut address, path)?;
    let socket = socket::open(libc::AF_UNIX, libc::SOCK_DGRAM, 0)?;
    let address = (&raw const address).cast();
    // SAFETY: pointer and length are those of a slice; `address` is a valid sockaddr_un of which `len` octets are used.
    let sent = unsafe { calls::sendto(socket.raw(), text.as_ptr(), text.len(), libc::MSG_NOSIGNAL, address, len) };
    super::fd::check_len(sent).map(drop)
}

impl StoreChannel {
    /// Waits for `events`, for `for_ms` at most, or for the store's grace time once the agent is to end. A signal starts the wait anew.
    fn wait_for(&self, events: libc::c_short, for_ms: u64) -> Result<(), Errno> {
        loop {
            let for_ms = if signal::stopping() { for_ms.min(STOP_MS) } else { for_ms };
            match signal::wait(Some(self.connected()?), events, for_ms)? {
                Woken::Ready => return Ok(()),
                Woken::TimeOver => return Err(Errno(libc::ETIMEDOUT)),
                Woken::Signal => {}
            }
        }
    }
}

impl Channel for StoreChannel {
    fn send(&mut self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match self.connected()?.write(bytes) {
                Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
                Err(Errno(libc::EAGAIN)) => self.wait_for(libc::POLLOUT, REPLY_MS)?,
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], wait_ms: u64) -> Result<usize, Errno> {
        loop {
            // Waiting comes first: right after a request there is never anything to read yet.
            if wait_ms > 0 {
                self.wait_for(libc::POLLIN, wait_ms)?;
            }
            match self.connected()?.read(buffer) {
                Ok(0) => return Err(Errno(libc::EPIPE)),
                Ok(n) => return Ok(n),
                Err(Errno(libc::EAGAIN)) if wait_ms > 0 => {}
                Err(Errno(libc::EAGAIN)) => return Err(Errno(libc::ETIMEDOUT)),
                Err(errno) => return Err(errno),
            }
        }
    }
}
