//! One rtnetlink socket: requests with their acknowledgement, and dumps. netlink(7), rtnetlink(7).
//!
//! Every wait has an end, every answer is matched by sender, port and sequence number, and a message longer than the buffer is an error
//! rather than a shorter message. What the messages say is in [`crate::network::rtnetlink`].

use core::mem::{size_of, zeroed};

use super::super::posix::fd::{Fd, check, check_len};
use super::super::posix::signal::{self, Woken};
use super::super::posix::{process, socket};
use super::calls;
use crate::error::Errno;
use crate::limits::{NETLINK_LEN, NETLINK_REPLY_MS};
use crate::network::rtnetlink::{Message, Messages, Request};

/// Memory for one datagram from the kernel.
pub type Buffer = [u8; NETLINK_LEN];

/// The socket, opened by the first request.
pub struct Netlink<'b> {
    socket: Option<Fd>,
    sequence: u32,
    buffer: &'b mut Buffer,
}

impl<'b> Netlink<'b> {
    /// Not open yet.
    pub fn new(buffer: &'b mut Buffer) -> Self {
        Self { socket: None, sequence: 0, buffer }
    }

    /// Sends a request and waits for the kernel's word on it.
    ///
    /// # Errors
    ///
    /// The kernel's; ETIMEDOUT; see socket(2), send(2), recv(2).
    pub fn change(&mut self, request: &mut Request) -> Result<(), Errno> {
        self.exchange(request, &mut |_| ())
    }

    /// Asks for all objects of a kind and calls `each` with the message of each one.
    ///
    /// # Errors
    ///
    /// As [`Netlink::change`]. EAGAIN: objects changed or messages were lost meanwhile; asking again will help.
    pub fn dump(&mut self, kind: u16, each: &mut dyn FnMut(&Message<'_>)) -> Result<(), Errno> {
        let mut request = Request::EMPTY;
        request.start(kind, (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16);
        // The longest of the headers that the kinds have, all zero: every family, no filter. The kernel looks at the family alone.
        request.put(&[0; 16]);
        self.exchange(&mut request, each)
    }

    /// Sends a request and reads what comes until its end. After an error the socket is closed, so that nothing late is taken for the
    /// answer to a later request.
    #[inline(never)]
    fn exchange(&mut self, request: &mut Request, each: &mut dyn FnMut(&Message<'_>)) -> Result<(), Errno> {
        self.sequence = self.sequence.wrapping_add(1);
        let request = request.finish(self.sequence)?;
        let verdict = send(&mut self.socket, request).and_then(|()| self.answer(each));
        if verdict.is_err() {
            self.socket = None;
        }
        match verdict? {
            Errno(0) => Ok(()),
            errno => Err(errno),
        }
    }

    /// Reads up to the request's end: the errno that `NLMSG_ERROR` or `NLMSG_DONE` carries, 0 for success.
    fn answer(&mut self, each: &mut dyn FnMut(&Message<'_>)) -> Result<Errno, Errno> {
        let Self { socket: Some(socket), sequence, buffer } = self else { return Err(Errno(libc::ENOTCONN)) };
        let port = process::id() as u32;
        let mut interrupted = false;
        loop {
            for message in Messages(receive(socket, &mut **buffer)?) {
                if message.sequence != *sequence || message.port != port {
                    continue;
                }
                interrupted |= i32::from(message.flags) & libc::NLM_F_DUMP_INTR != 0;
                match i32::from(message.kind) {
                    libc::NLMSG_DONE if interrupted => return Ok(Errno(libc::EAGAIN)),
                    libc::NLMSG_DONE | libc::NLMSG_ERROR => return Ok(Errno(message.errno())),
                    _ => each(&message),
                }
            }
        }
    }
}

/// A socket whose port is our process id: this program has only one.
fn open() -> Result<Fd, Errno> {
    let socket = socket::open(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE)?;
    // SAFETY: all-zero octets are a valid sockaddr_nl.
    let mut own: libc::sockaddr_nl = unsafe { zeroed() };
    own.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    own.nl_pid = process::id() as u32;
    let len = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
    // SAFETY: `own` is a valid sockaddr_nl of `len` octets.
    check(unsafe { calls::bind(socket.raw(), (&raw const own).cast(), len) })?;
    Ok(socket)
}

/// Sends a request, over a new socket if there is none.
fn send(socket: &mut Option<Fd>, request: &[u8]) -> Result<(), Errno> {
    let socket = match socket {
        Some(socket) => socket,
        none => none.insert(open()?),
    };
    // SAFETY: pointer and length are those of a readable slice.
    check_len(unsafe { calls::write(socket.raw(), request.as_ptr(), request.len()) }).map(drop)
}

/// One datagram from the kernel.
fn receive<'b>(socket: &Fd, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
    loop {
        // The kernel answers at once, so a signal to end is heeded after the answer.
        if signal::wait(Some(socket), libc::POLLIN, NETLINK_REPLY_MS)? == Woken::TimeOver {
            return Err(Errno(libc::ETIMEDOUT));
        }
        // SAFETY: all-zero octets are a valid sockaddr_nl.
        let mut sender: libc::sockaddr_nl = unsafe { zeroed() };
        let mut sender_len = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
        let pointer = (&raw mut sender).cast::<libc::sockaddr>();
        let flags = libc::MSG_TRUNC | libc::MSG_DONTWAIT;
        let (octets, len) = (buffer.as_mut_ptr(), buffer.len());
        // SAFETY: `octets` is to `len` writable octets, `pointer` to a sockaddr_nl of `sender_len` octets; both outlive the call.
        let got = check_len(unsafe { calls::recvfrom(socket.raw(), octets, len, flags, pointer, &raw mut sender_len) });
        match got {
            // With MSG_TRUNC the length is that of the whole datagram.
            Ok(got) if sender.nl_pid == 0 => return buffer.get(..got).ok_or(Errno(libc::EMSGSIZE)),
            Ok(_) | Err(Errno(libc::EINTR | libc::EAGAIN)) => {}
            Err(Errno(libc::ENOBUFS)) => return Err(Errno(libc::EAGAIN)),
            Err(errno) => return Err(errno),
        }
    }
}
