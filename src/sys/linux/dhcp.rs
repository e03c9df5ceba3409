//! DHCP clients that hold a packet socket bound to a link: packet(7), proc(5).
//!
//! `/proc/net/packet` tells the sockets, `/proc/<pid>/stat` who is a DHCP client, `/proc/<pid>/fd` whether the socket is its.

use core::ffi::CStr;
use core::ops::ControlFlow;

use super::super::posix::fd::Fd;
use super::super::posix::process;
use super::directory::for_each_name;
use crate::error::Errno;
use crate::limits::{DHCP_CLIENT_COUNT, PACKET_LINE_LEN};
use crate::network::dhcp::is_client;
use crate::text::{Parts, Text};

/// Inode numbers of sockets.
type Inodes = heapless::Vec<u64, DHCP_CLIENT_COUNT>;

/// A process, as the head of `/proc/<pid>/stat` tells it.
struct Process {
    name: heapless::String<16>,
    parent: libc::pid_t,
}

/// Tells every DHCP client that is bound to the link of that number to end.
///
/// # Errors
///
/// See open(2), kill(2). A client that ends by itself meanwhile is none, and so is a kernel without packet sockets.
pub fn stop(link: u32, each: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
    let inodes = sockets(link)?;
    if inodes.is_empty() {
        return Ok(());
    }
    let mut result = Ok(());
    for_each_name(&open("/proc\0", &[], libc::O_DIRECTORY)?, &mut |name| {
        let pid = number(name.to_bytes()).and_then(|pid| libc::pid_t::try_from(pid).ok());
        if let Some((pid, client)) = pid.and_then(|pid| client(pid, &inodes)) {
            match process::send_signal(pid, libc::SIGTERM) {
                Ok(()) => each(&client.name, pid.unsigned_abs()),
                Err(Errno(libc::ESRCH)) => {}
                Err(errno) => result = Err(errno),
            }
        }
        ControlFlow::Continue(())
    })?;
    result
}

/// The packet sockets bound to a link.
fn sockets(link: u32) -> Result<Inodes, Errno> {
    let mut inodes = Inodes::new();
    let table = match open("/proc/net/packet\0", &[], 0) {
        Err(Errno(libc::ENOENT)) => return Ok(inodes),
        table => table?,
    };
    for_each_line(&table, &mut |line| {
        // sk RefCnt Type Proto Iface R Rmem User Inode
        let mut fields = line.split(|&octet| octet == b' ').filter(|field| !field.is_empty());
        let is_bound = fields.nth(4).and_then(number) == Some(u64::from(link));
        if let Some(inode) = fields.nth(3).and_then(number).filter(|_| is_bound) {
            // One socket too many belongs to a client that has others, or is told at the next request.
            let _ = inodes.push(inode);
        }
    })?;
    Ok(inodes)
}

/// The DHCP client that process `pid` is, if it has one of the sockets. A client may have split itself up (dhcpcd since 9): its head is the
/// topmost of the processes of that name.
fn client(pid: libc::pid_t, inodes: &Inodes) -> Option<(libc::pid_t, Process)> {
    let mut head = (pid, read(pid).filter(|process| is_client(&process.name))?);
    if pid == process::id() || !has_socket(pid, inodes) {
        return None;
    }
    while let Some(parent) = read(head.1.parent).filter(|parent| parent.name == head.1.name) {
        head = (head.1.parent, parent);
    }
    Some(head)
}

fn read(pid: libc::pid_t) -> Option<Process> {
    let mut buffer = [0; 64];
    let len = open("/proc/%/stat\0", &[&pid], 0).and_then(|file| file.read_full(&mut buffer)).ok()?;
    // pid (name) state parent; a name may hold anything, parentheses too.
    let text = buffer.get(..len)?;
    let start = text.iter().position(|&octet| octet == b'(')? + 1;
    let end = text.iter().rposition(|&octet| octet == b')')?;
    let parent = text.get(end..)?.split(|&octet| octet == b' ').nth(2).and_then(number)?;
    let name = core::str::from_utf8(text.get(start..end)?).ok()?;
    Some(Process { name: name.try_into().ok()?, parent: libc::pid_t::try_from(parent).ok()? })
}

fn has_socket(pid: libc::pid_t, inodes: &Inodes) -> bool {
    let Ok(directory) = open("/proc/%/fd\0", &[&pid], libc::O_DIRECTORY) else { return false };
    let mut found = false;
    let _ = for_each_name(&directory, &mut |name| {
        let mut target = [0; 32];
        let len = directory.read_link_at(name, &mut target).unwrap_or(0);
        let inode = target.get(..len).and_then(|target| target.strip_prefix(b"socket:[")?.strip_suffix(b"]"));
        found |= inode.and_then(number).is_some_and(|inode| inodes.contains(&inode));
        if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

fn open(path: &str, parts: &Parts<'_>, flags: libc::c_int) -> Result<Fd, Errno> {
    let path = Text::<32>::of(path, parts);
    let path = CStr::from_bytes_until_nul(path.as_str().as_bytes()).map_err(|_| Errno(libc::ENAMETOOLONG))?;
    Fd::open(path, libc::O_RDONLY | flags, 0)
}

fn number(digits: &[u8]) -> Option<u64> {
    let value =
        |value: u64, digit: &u8| value.checked_mul(10)?.checked_add(u64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?));
    if digits.is_empty() { None } else { digits.iter().try_fold(0, value) }
}

/// Calls `each` with every line of a file without its end; a line longer than the buffer is passed over.
fn for_each_line(file: &Fd, each: &mut dyn FnMut(&[u8])) -> Result<(), Errno> {
    let mut buffer = [0; PACKET_LINE_LEN];
    let mut have = 0;
    loop {
        match file.read(buffer.get_mut(have..).unwrap_or_default())? {
            0 => return Ok(()),
            got => have += got,
        }
        let mut start = 0;
        while let Some(line) = buffer.get(start..have).and_then(|rest| rest.split(|&octet| octet == b'\n').next()) {
            let end = start + line.len();
            if end == have {
                break;
            }
            each(line);
            start = end + 1;
        }
        if start == 0 && have == buffer.len() {
            start = have;
        }
        buffer.copy_within(start..have, 0);
        have -= start;
    }
}
