//! One rtnetlink socket: requests with their acknowledgement, and dumps. netlink(7), rtnetlink(7).
//!
//! Every wait has an end, every answer is matched by sender, port and sequence number, and a message longer than the buffer is an error
//! rather than a shorter message. What the messages say is in [`crate::network::rtnetlink`].

use core::mem::{size_of, zeroed};

use super::super::posix::fd::{Fd, check, check_len};
use super::socket;
use crate::error::Errno;
use crate::limits::{NETLINK_LEN, NETLINK_REPLY_MS};
use crate::network::rtnetlink::{Message, Messages, Request};

/// Memory for one datagram from the kernel.
pub type Buffer = [u8; NETLINK_LEN];

/// The socket, opened by the first request.
pub struct Netlink<'b> {
    bound: Option<Bound>,
    sequence: u32,
    buffer: &'b mut Buffer,
}

impl<'b> Netlink<'b> {
    /// Not open yet.
    pub fn new(buffer: &'b mut Buffer) -> Self {
        Self { bound: None, sequence: 0, buffer }
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
        let mut request = Request::new(kind, (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16);
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
        let verdict = self.bound().and_then(|bound| bound.send(request)).and_then(|()| self.answer(each));
        if verdict.is_err() {
            self.bound = None;
        }
        match verdict? {
            Errno(0) => Ok(()),
            errno => Err(errno),
        }
    }

    fn bound(&mut self) -> Result<&Bound, Errno> {
        match &mut self.bound {
            Some(bound) => Ok(bound),
            none => Ok(none.insert(Bound::open()?)),
        }
    }

    /// Reads up to the request's end: the errno that `NLMSG_ERROR` or `NLMSG_DONE` carries, 0 for success.
    fn answer(&mut self, each: &mut dyn FnMut(&Message<'_>)) -> Result<Errno, Errno> {
        let Self { bound: Some(bound), sequence, buffer } = self else { return Err(Errno(libc::ENOTCONN)) };
        let mut interrupted = false;
        loop {
            for message in Messages(bound.receive(&mut **buffer)?) {
                if message.port != bound.port || message.sequence != *sequence {
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

/// An open socket and the port id that the kernel gave it.
struct Bound {
    socket: Fd,
    port: u32,
}

impl Bound {
    fn open() -> Result<Self, Errno> {
        let socket = socket::open(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE)?;
        // SAFETY: all-zero octets are a valid sockaddr_nl.
        let mut name: libc::sockaddr_nl = unsafe { zeroed() };
        name.nl_family = libc::AF_NETLINK as libc::sa_family_t;
        let mut len = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
        let pointer = (&raw mut name).cast::<libc::sockaddr>();
        // SAFETY: `pointer` is to a sockaddr_nl of `len` octets that outlives the call.
        check(unsafe { libc::bind(socket.raw(), pointer, len) })?;
        // SAFETY: as above; the kernel writes at most `len` octets.
        check(unsafe { libc::getsockname(socket.raw(), pointer, &raw mut len) })?;
        Ok(Self { socket, port: name.nl_pid })
    }

    /// An unconnected netlink socket sends to the kernel.
    fn send(&self, request: &[u8]) -> Result<(), Errno> {
        // SAFETY: pointer and length are those of a readable slice.
        check_len(unsafe { libc::send(self.socket.raw(), request.as_ptr().cast(), request.len(), 0) }).map(drop)
    }

    /// One datagram from the kernel.
    fn receive<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
        loop {
            if !socket::wait_readable(&self.socket, NETLINK_REPLY_MS)? {
                return Err(Errno(libc::ETIMEDOUT));
            }
            // SAFETY: all-zero octets are a valid sockaddr_nl.
            let mut sender: libc::sockaddr_nl = unsafe { zeroed() };
            let mut sender_len = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
            let pointer = (&raw mut sender).cast::<libc::sockaddr>();
            let flags = libc::MSG_TRUNC | libc::MSG_DONTWAIT;
            let (octets, len) = (buffer.as_mut_ptr().cast(), buffer.len());
            // SAFETY: `octets` is to `len` writable octets, `pointer` to a sockaddr_nl of `sender_len` octets; both outlive the call.
            let got = check_len(unsafe { libc::recvfrom(self.socket.raw(), octets, len, flags, pointer, &raw mut sender_len) });
            match got {
                // With MSG_TRUNC the length is that of the whole datagram.
                Ok(got) if sender.nl_pid == 0 => return buffer.get(..got).ok_or(Errno(libc::EMSGSIZE)),
                Ok(_) | Err(Errno(libc::EINTR | libc::EAGAIN)) => {}
                Err(Errno(libc::ENOBUFS)) => return Err(Errno(libc::EAGAIN)),
                Err(errno) => return Err(errno),
            }
        }
    }
}
