//! DHCP clients that hold a packet socket bound to a link: packet(7), proc(5).
//!
//! `/proc/net/packet` tells the sockets, `/proc/<pid>/stat` who is a DHCP client, `/proc/<pid>/fd` whether the socket is its.

use core::ops::ControlFlow;

use super::super::posix::bytes::Bytes;
use super::super::posix::fd::Fd;
use super::super::posix::process;
use super::directory::for_each_name;
use super::path::{self, open};
use crate::error::Errno;
use crate::limits::{DHCP_CLIENT_COUNT, PACKET_LEN};
use crate::network::dhcp::client_called;
use crate::network::lines::{take_line, take_word};
use crate::text::{number, take_number};

/// Inode numbers of sockets.
type Inodes = heapless::Vec<u64, DHCP_CLIENT_COUNT>;

/// A DHCP client, as the head of `/proc/<pid>/stat` tells it.
struct Client {
    name: &'static str,
    parent: u64,
}

/// Tells every DHCP client that is bound to the link of that number to end.
///
/// # Errors
///
/// See open(2), kill(2). A client that ends by itself meanwhile is none, and so is a kernel without packet sockets.
pub fn stop(link: u32, each: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
    let mut inodes = Inodes::new();
    sockets(link, &mut inodes);
    if inodes.is_empty() {
        return Ok(());
    }
    let mut result = Ok(());
    for_each_name(&Fd::open(c"/proc", libc::O_DIRECTORY, 0)?, &mut |name| {
        if let Some((pid, name)) = number(name.to_bytes()).and_then(|pid| client(pid, &inodes)) {
            match process::send_signal(pid as libc::pid_t, libc::SIGTERM) {
                Ok(()) => each(name, pid as u32),
                Err(Errno(libc::ESRCH)) => {}
                Err(errno) => result = Err(errno),
            }
        }
        ControlFlow::Continue(())
    })?;
    result
}

/// The packet sockets bound to a link: none, if there is no table of them.
fn sockets(link: u32, inodes: &mut Inodes) {
    let mut content = Bytes::EMPTY;
    if Fd::open(c"/proc/net/packet", 0, 0).and_then(|table| content.read_stream(&table, PACKET_LEN)).is_err() {
        return;
    }
    let mut rest = &*content;
    while let Some(mut line) = take_line(&mut rest) {
        // sk RefCnt Type Proto Iface R Rmem User Inode
        let (mut bound, mut last) = (None, None);
        for at in 0..9 {
            last = number(take_word(&mut line));
            if at == 4 {
                bound = last;
            }
        }
        if bound == Some(link.into())
            && let Some(inode) = last
        {
            // One socket too many belongs to a client that has others, or is told at the next request.
            let _ = inodes.push(inode);
        }
    }
}

/// The DHCP client that process `pid` is, if it has one of the sockets. A client may have split itself up (dhcpcd since 9): its head is the
/// topmost of the processes of that name.
fn client(pid: u64, inodes: &Inodes) -> Option<(u64, &'static str)> {
    let Client { name, mut parent } = read(pid)?;
    if pid as libc::pid_t == process::id() || !has_socket(pid, inodes) {
        return None;
    }
    let mut head = pid;
    while let Some(above) = read(parent).filter(|above| above.name == name) {
        (head, parent) = (parent, above.parent);
    }
    Some((head, name))
}

#[inline(never)]
fn read(pid: u64) -> Option<Client> {
    let mut buffer = [0; 64];
    // pid (name) state parent; no client's name has white space in it.
    let mut text = path::read("/proc/%/stat\0", &pid, &mut buffer).ok()?;
    take_word(&mut text);
    let [b'(', name @ .., b')'] = take_word(&mut text) else { return None };
    take_word(&mut text);
    Some(Client { name: client_called(name)?, parent: number(take_word(&mut text))? })
}

fn has_socket(pid: u64, inodes: &Inodes) -> bool {
    let Ok(directory) = open("/proc/%/fd\0", &pid, libc::O_DIRECTORY) else { return false };
    let mut found = false;
    let _ = for_each_name(&directory, &mut |name| {
        let mut target = [0; 32];
        let _ = directory.read_link_at(name, &mut target);
        if let Some(inode) = target.strip_prefix(b"socket:[".as_slice()).and_then(|mut inode| take_number(&mut inode, 10)) {
            for bound in inodes {
                found |= *bound == inode;
            }
        }
        if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}
