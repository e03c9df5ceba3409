//! Links of a system that does not run: those that the copy of its /sys below its root tells of, else eth0, eth1 and so on.
//!
//! For image builders and for tests. Nothing is live there and nothing can be changed.

use core::ops::ControlFlow;

use super::super::posix::bytes::holds;
use super::super::posix::fd::Fd;
use super::super::posix::name::{join, until_nul};
use super::super::posix::walk::Place;
use super::directory::for_each_name;
use crate::error::Errno;
use crate::limits::{INTERFACE_COUNT, LINK_NAME_LEN};
use crate::network::live::{Item, Link};
use crate::network::model::Mac;
use crate::network::plan::Change;
use crate::ports::Links;
use crate::text::Text;

/// The links of the system below a root.
pub struct OfflineLinks<'r> {
    root: &'r Fd,
    /// Whose place is the number in the name, where nothing tells the names.
    numbered: heapless::Vec<Mac, INTERFACE_COUNT>,
}

impl<'r> OfflineLinks<'r> {
    /// Those below `root`.
    pub fn new(root: &'r Fd) -> Self {
        Self { root, numbered: heapless::Vec::new() }
    }
}

/// Reads a link's file.
#[inline(never)]
fn read<'b>(directory: &Fd, name: &[u8], file: &[u8], buffer: &'b mut [u8]) -> &'b str {
    let mut room = [0; 64];
    let path = join(&mut room, &[name, file]).unwrap_or_default();
    let read = directory.open_at(until_nul(path), libc::O_RDONLY, 0).and_then(|file| file.read_full(buffer));
    let bytes = buffer.get(..read.unwrap_or_default()).unwrap_or_default();
    core::str::from_utf8(bytes).unwrap_or_default().trim_ascii()
}

/// Whether it is one of the virtual links that share their MAC address with a real one: they have a type, tun and tap have flags.
fn is_virtual(directory: &Fd, name: &[u8]) -> bool {
    let mut text = [0; 256];
    !read(directory, name, b"/tun_flags\0", &mut text).is_empty()
        || holds(read(directory, name, b"/uevent\0", &mut text).as_bytes(), b"DEVTYPE=")
}

impl Links for OfflineLinks<'_> {
    #[inline(never)]
    fn find(&mut self, mac: Mac, link: &mut Link) -> Result<bool, Errno> {
        let directory = match Place::open_below(self.root, b"/sys/class/net", libc::O_RDONLY | libc::O_DIRECTORY) {
            Err(Errno(libc::ENOENT)) => {
                let mut at = 0;
                while self.numbered.get(at).is_some_and(|known| *known != mac) {
                    at += 1;
                }
                if at == self.numbered.len() {
                    self.numbered.push(mac).map_err(|_| Errno(libc::E2BIG))?;
                }
                let name = Text::<LINK_NAME_LEN>::of("eth%", &[&at]);
                link.name.clear();
                return Ok(link.name.push_str(name.as_str()).is_ok());
            }
            directory => directory?,
        };
        let mut found = false;
        for_each_name(&directory, &mut |name| {
            let mut address = [0; 32];
            if Mac::parse(read(&directory, name.to_bytes(), b"/address\0", &mut address)) != Some(mac)
                || is_virtual(&directory, name.to_bytes())
            {
                return ControlFlow::Continue(());
            }
            link.name.clear();
            found = name.to_str().is_ok_and(|name| link.name.push_str(name).is_ok());
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    fn live(&mut self, _: &Link, _: &mut dyn FnMut(Item)) -> Result<(), Errno> {
        Ok(())
    }

    fn change(&mut self, _: &Link, _: &Change) -> Result<(), Errno> {
        Ok(())
    }

    fn stop_dhcp(&mut self, _: &Link, _: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
        Ok(())
    }

    fn runs(&mut self, _: u32) -> bool {
        false
    }
}
