//! `vm-data` out of files: a directory laid out like it, or one JSON text.
//!
//! The directory holds `networking/<MAC>` and, if wanted, `hostname`. The text is an object of the same shape,
//! `{"hostname": "web1", "networking": {"4040275B3A01": {…}}}`, or the object of a single interface, which names its `mac`.

use core::ffi::CStr;
use core::ops::ControlFlow;

use crate::error::{Errno, Error, What};
use crate::json::member;
use crate::limits::{NAMES_LEN, PAYLOAD_LEN};
use crate::ports::Store;
use crate::sys::os::directory::for_each_name;
use crate::sys::posix::bytes::Bytes;
use crate::sys::posix::fd::{Fd, Stat, is_directory};
use crate::sys::posix::name::{join, until_nul};
use crate::text::Text;

/// The path of everything in XenStore that this stands for.
const VM_DATA: &[u8] = b"vm-data/";

/// Where the values are.
pub struct Given {
    /// The directory, if it is one.
    directory: Fd,
    /// The whole text, or the value read last.
    text: Bytes,
    /// Names in the directory listed last, as [`Store::directory`] tells them.
    names: heapless::Vec<u8, NAMES_LEN>,
}

impl Given {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { directory: Fd::NONE, text: Bytes::EMPTY, names: heapless::Vec::new() }
    }

    /// Opens the directory or reads the file at `path`; `-` is standard input.
    ///
    /// # Errors
    ///
    /// What opening and reading say; EFBIG for a text beyond 64 KiB.
    #[inline(never)]
    pub fn open(&mut self, path: &CStr) -> Result<(), Errno> {
        let path = if path == c"-" { c"/dev/stdin" } else { path };
        let file = Fd::open(path, libc::O_RDONLY, 0)?;
        let mut stat = Stat::NONE;
        file.stat(&mut stat)?;
        if is_directory(&stat) {
            self.directory = file;
            return Ok(());
        }
        self.text.read_stream(&file, PAYLOAD_LEN * 16)
    }

    fn is_directory(&self) -> bool {
        self.directory.raw() >= 0
    }

    /// Reads the file at `path` below the directory.
    #[inline(never)]
    fn read_file(&mut self, path: &[u8]) -> Result<(), Errno> {
        let mut room = [0; 256];
        let path = join(&mut room, &[path, b"\0"]).ok_or(Errno(libc::ENAMETOOLONG))?;
        let file = self.directory.open_at(until_nul(path), libc::O_RDONLY, 0)?;
        self.text.read_stream(&file, PAYLOAD_LEN)
    }

    /// The object of interfaces in the text; the text itself is one if it has none.
    fn networking(&self) -> Option<&[u8]> {
        member(&self.text, b"networking")
    }
}

impl Store for Given {
    #[inline(never)]
    fn read(&mut self, path: &[u8]) -> Result<Option<&[u8]>, Error> {
        let Some(path) = path.strip_prefix(VM_DATA) else { return Ok(None) };
        if self.is_directory() {
            return match self.read_file(path) {
                Ok(()) => Ok(Some(&self.text)),
                Err(Errno(libc::ENOENT)) => Ok(None),
                Err(errno) => Err(Error::System(What::ReadVmData, errno)),
            };
        }
        Ok(match (path.strip_prefix(b"networking/"), self.networking()) {
            (Some(node), Some(networking)) => member(networking, node),
            (Some(_), None) => Some(&self.text),
            (None, _) => {
                member(&self.text, path).map(|value| value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value))
            }
        })
    }

    #[inline(never)]
    fn directory(&mut self, _: &[u8]) -> Result<Option<&[u8]>, Error> {
        let mut names = Text::<NAMES_LEN>::new();
        if self.is_directory() {
            let directory = match self.directory.open_at(c"networking", libc::O_RDONLY | libc::O_DIRECTORY, 0) {
                Err(Errno(libc::ENOENT)) => return Ok(None),
                directory => directory.map_err(|errno| Error::System(What::ReadVmData, errno))?,
            };
            let listed = for_each_name(&directory, &mut |name| {
                names.insert_line(name.to_str().unwrap_or("?"));
                ControlFlow::Continue(())
            });
            listed.map_err(|errno| Error::System(What::ReadVmData, errno))?;
        } else if let Some(networking) = self.networking() {
            crate::json::members(networking, &mut |name, _| {
                names.insert_line(core::str::from_utf8(name).unwrap_or("?"));
                ControlFlow::Continue(())
            });
        } else if member(&self.text, b"mac").is_some() {
            names.put("interface\n");
        }
        self.names.clear();
        for &byte in names.as_bytes() {
            // As many as the text of names has.
            let _ = self.names.push(if byte == b'\n' { 0 } else { byte });
        }
        Ok(Some(&self.names))
    }
}
