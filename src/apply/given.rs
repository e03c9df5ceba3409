//! `vm-data` out of files: a directory laid out like it, or one JSON text.
//!
//! The directory holds `networking/<MAC>` and, if wanted, `hostname`. The text is an object of the same shape,
//! `{"hostname": "web1", "networking": {"4040275B3A01": {…}}}`, or the object of a single interface, which names its `mac`.

use core::ffi::CStr;
use core::ops::ControlFlow;

use crate::error::{Errno, Error, What};
use crate::json::{member, members};
use crate::limits::{NAMES_LEN, PAYLOAD_LEN};
use crate::ports::Store;
use crate::sys::os::directory::for_each_name;
use crate::sys::posix::bytes::Bytes;
use crate::sys::posix::fd::{Fd, Stat, is_directory};
use crate::sys::posix::name::{join, until_nul};
use crate::text::Text;

/// The path of everything in XenStore that this stands for.
const VM_DATA: &[u8] = b"vm-data/";

/// The member of the text that is the object of interfaces; without it the text itself is one interface.
const NETWORKING: &[u8] = b"networking";

/// Where the values are.
pub struct Given {
    /// The directory, if it is one.
    directory: Fd,
    /// The whole text, or the value read last.
    text: Bytes,
    /// The names of the interfaces, sorted.
    names: Text<NAMES_LEN>,
}

impl Given {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { directory: Fd::NONE, text: Bytes::EMPTY, names: Text::new() }
    }

    /// Opens the directory or reads the file at `path`; `-` is standard input.
    ///
    /// # Errors
    ///
    /// What opening and reading say; EFBIG for a text beyond 64 KiB.
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
    fn read_file(&mut self, path: &[u8]) -> Result<(), Errno> {
        let mut room = [0; 256];
        let path = join(&mut room, &[path, b"\0"]).ok_or(Errno(libc::ENAMETOOLONG))?;
        let file = self.directory.open_at(until_nul(path), libc::O_RDONLY, 0)?;
        self.text.read_stream(&file, PAYLOAD_LEN)
    }

    /// Lists the directory of interfaces.
    fn list(&mut self) -> Result<(), Errno> {
        let directory = self.directory.open_at(c"networking", libc::O_RDONLY | libc::O_DIRECTORY, 0)?;
        for_each_name(&directory, &mut |name| {
            self.names.insert_line(name.to_str().unwrap_or("?"));
            ControlFlow::Continue(())
        })
    }
}

/// Whether something is there.
fn exists(result: Result<(), Errno>) -> Result<bool, Error> {
    match result {
        Err(Errno(libc::ENOENT)) => Ok(false),
        Err(errno) => Err(Error::System(What::ReadVmData, errno)),
        Ok(()) => Ok(true),
    }
}

impl Store for Given {
    #[inline(never)]
    fn read(&mut self, path: &[u8]) -> Result<Option<&[u8]>, Error> {
        let Some(path) = path.strip_prefix(VM_DATA) else { return Ok(None) };
        if self.is_directory() {
            return Ok(exists(self.read_file(path))?.then_some(&self.text));
        }
        let Some(node) = path.strip_prefix(b"networking/") else {
            let value = member(&self.text, path);
            return Ok(value.map(|value| value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)));
        };
        Ok(match member(&self.text, NETWORKING) {
            Some(networking) => member(networking, node),
            None => Some(&self.text),
        })
    }

    #[inline(never)]
    fn directory(&mut self, _: &[u8]) -> Result<Option<&[u8]>, Error> {
        self.names.clear();
        if self.is_directory() {
            exists(self.list())?;
        } else if let Some(networking) = member(&self.text, NETWORKING) {
            members(networking, &mut |name, _| {
                self.names.insert_line(core::str::from_utf8(name).unwrap_or("?"));
                ControlFlow::Continue(())
            });
        } else if member(&self.text, b"mac").is_some() {
            self.names.put("interface\n");
        }
        Ok(Some(self.names.as_bytes()))
    }
}
