//! A device node that speaks XenStore: a PTY in raw mode in front of a daemon's socket, since a test can make no real device.
//!
//! Like /dev/xen/xenbus it is opened, read, written and polled, reads give what is there, and closing it ends the connection.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::thread::spawn;

/// A PTY whose slave stands for the device.
pub struct Pty {
    path: PathBuf,
    // Held open, so that the master stays usable before the agent opens the slave and after it closed it.
    _slave: OwnedFd,
}

impl Pty {
    /// Puts one in front of `socket`, for one client.
    pub fn new(socket: &Path) -> Self {
        let (master, slave) = open();
        let path = std::fs::read_link(format!("/proc/self/fd/{}", slave.as_raw_fd())).expect("the PTY's name");
        let stream = UnixStream::connect(socket).expect("connect to the daemon");
        let (from_agent, to_agent) = (File::from(master.try_clone().expect("dup")), File::from(master));
        copy(from_agent, stream.try_clone().expect("dup"));
        copy(stream, to_agent);
        Self { path, _slave: slave }
    }

    /// The device's path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn copy(mut from: impl Read + Send + 'static, mut to: impl Write + Send + 'static) {
    spawn(move || {
        let mut part = [0; 4096];
        while let Ok(n @ 1..) = from.read(&mut part) {
            if to.write_all(&part[..n]).is_err() {
                return;
            }
        }
    });
}

fn open() -> (OwnedFd, OwnedFd) {
    let (mut master, mut slave) = (-1, -1);
    // SAFETY: both pointers are to live integers; name, attributes and size may be null.
    #[allow(unsafe_code)]
    let opened = unsafe { libc::openpty(&mut master, &mut slave, null_mut(), null_mut(), null_mut()) };
    assert_eq!(opened, 0, "openpty: {}", std::io::Error::last_os_error());
    raw(slave);
    // SAFETY: openpty(3) gave this descriptor to us alone.
    #[allow(unsafe_code)]
    let master = unsafe { OwnedFd::from_raw_fd(master) };
    // SAFETY: openpty(3) gave this descriptor to us alone.
    #[allow(unsafe_code)]
    let slave = unsafe { OwnedFd::from_raw_fd(slave) };
    // A copy is close-on-exec, which openpty(3) cannot ask for.
    (master.try_clone().expect("dup"), slave.try_clone().expect("dup"))
}

/// No echo, no lines, no control characters: octets pass as they are.
fn raw(terminal: i32) {
    // SAFETY: termios is plain numbers, for which all zeros is a value.
    #[allow(unsafe_code)]
    let mut settings: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live termios.
    #[allow(unsafe_code)]
    let got = unsafe { libc::tcgetattr(terminal, &mut settings) };
    // SAFETY: the pointer is to a live termios.
    #[allow(unsafe_code)]
    unsafe {
        libc::cfmakeraw(&mut settings)
    };
    // SAFETY: the pointer is to a live termios.
    #[allow(unsafe_code)]
    let set = unsafe { libc::tcsetattr(terminal, libc::TCSANOW, &settings) };
    assert_eq!((got, set), (0, 0), "raw mode: {}", std::io::Error::last_os_error());
}
