//! Does the guest's crypt library know a hash scheme? A hash that the system cannot check locks root out.

use core::ops::ControlFlow;

use super::super::os::directory::for_each_name;
use super::bytes::{Bytes, holds};
use super::fd::{Fd, Stat};
use super::name::join;
use super::walk::Place;
use crate::error::Errno;

/// Where libraries are, below the root. One level of multiarch directories (`x86_64-linux-gnu`) is looked into as well.
const DIRECTORIES: [&[u8]; 6] = [b"/lib", b"/lib64", b"/lib32", b"/usr/lib", b"/usr/lib64", b"/usr/lib32"];

/// Whether any `libcrypt.so*` below `root` holds the octets `scheme`; `None` if there is no such library. What cannot be opened or read
/// is as if it were not there; a library over [`FILE_LEN`](crate::limits::FILE_LEN) knows nothing.
pub fn knows(root: &Fd, scheme: &[u8]) -> Option<bool> {
    let mut search = Search { root, scheme, found: None };
    for directory in &DIRECTORIES {
        if search.found != Some(true) {
            let _ = search.directory(directory, true);
        }
    }
    search.found
}

struct Search<'a> {
    root: &'a Fd,
    scheme: &'a [u8],
    found: Option<bool>,
}

impl Search<'_> {
    /// Looks into a directory, and into multiarch directories in it if `deeper`.
    #[inline(never)]
    fn directory(&mut self, path: &[u8], deeper: bool) -> Result<(), Errno> {
        for_each_name(&Place::open_below(self.root, path, libc::O_RDONLY)?, &mut |name| {
            let name = name.to_bytes();
            let (library, multiarch) = (name.starts_with(b"libcrypt.so"), deeper & holds(name, b"-linux-"));
            if library | multiarch {
                let mut room = [0; 300];
                let below = join(&mut room, &[path, b"/", name]).unwrap_or_default();
                // A directory that cannot be read has no library in it.
                let _ = if library { self.library(below) } else { self.directory(below, false) };
            }
            if self.found == Some(true) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    fn library(&mut self, path: &[u8]) -> Result<(), Errno> {
        let file = Place::open_below(self.root, path, libc::O_RDONLY)?;
        self.found = Some(self.found.unwrap_or(false));
        let (mut stat, mut content) = (Stat::NONE, Bytes::EMPTY);
        file.stat(&mut stat)?;
        content.read(&file, stat.size)?;
        if holds(&content, self.scheme) {
            self.found = Some(true);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::guest::{Guest, alone};
    use super::knows;

    fn knows_sha512(guest: &Guest) -> Option<bool> {
        knows(&guest.root, b"$6$")
    }

    alone! {
        fn wherever_the_library_is(guest) {
            let directories = ["lib", "lib64", "lib32", "usr/lib", "usr/lib64", "usr/lib32", "lib/x86_64-linux-gnu", "usr/lib/i386-linux-gnu"];
            for (i, directory) in directories.into_iter().enumerate() {
                let path = std::format!("{directory}/libcrypt.so.{i}");
                guest.write(&path, 0o644, "...$1$...$5$...");
                assert_eq!(knows_sha512(guest), Some(false), "{path}");
                guest.write(&path, 0o644, "...$1$...$6$...");
                assert_eq!(knows_sha512(guest), Some(true), "{path}");
                fs::remove_file(guest.path(&path)).unwrap();
            }
            assert_eq!(knows_sha512(guest), None);
        }

        fn no_other_file_counts(guest) {
            for path in ["lib/libcrypto.so.3", "lib/.libcrypt.so.1.hmac", "lib/libcrypt.a", "lib/deep/libcrypt.so.1", "lib/a-linux-b/a-linux-c/libcrypt.so", "opt/libcrypt.so.1"] {
                guest.write(path, 0o644, "$6$");
            }
            guest.link("lib/libcrypt.so.9", "dangling");
            assert_eq!(knows_sha512(guest), None);
        }

        fn one_that_knows_is_enough(guest) {
            guest.write("usr/lib64/libcrypt.so.1", 0o755, "$1$");
            guest.write("usr/lib/x86_64-linux-gnu/libcrypt.so.1.1.0", 0o755, "$6$");
            assert_eq!(knows_sha512(guest), Some(true));
            guest.write("usr/lib/x86_64-linux-gnu/libcrypt.so.1.1.0", 0o755, "$6 $");
            assert_eq!(knows_sha512(guest), Some(false));
        }

        fn through_links_inside_the_root_only(guest) {
            guest.write("usr/lib/x86_64-linux-gnu/libcrypt-2.5.so", 0o755, "$6$");
            guest.link("lib", "usr/lib");
            assert_eq!(knows_sha512(guest), None);
            guest.link("usr/lib/x86_64-linux-gnu/libcrypt.so.1", "libcrypt-2.5.so");
            assert_eq!(knows_sha512(guest), Some(true));
            fs::remove_file(guest.path("usr/lib/x86_64-linux-gnu/libcrypt.so.1")).unwrap();
            guest.link("usr/lib/libcrypt.so.1", "/lib/x86_64-linux-gnu/libcrypt-2.5.so");
            assert_eq!(knows_sha512(guest), Some(true));
            fs::remove_file(guest.path("usr/lib/libcrypt.so.1")).unwrap();
            fs::write(guest.canary().join("libcrypt.so.1"), "$6$").unwrap();
            guest.link("lib64", guest.canary());
            guest.link("usr/lib64", "../../canary");
            assert_eq!(knows_sha512(guest), None);
        }

        fn wherever_the_octets_are(guest) {
            for at in [0, 1, 1020, 1021, 1022, 1023, 1024, 1025, 2044, 2045, 2046, 2047, 4093] {
                let mut contents = [b'$'; 4096];
                contents[at + 1] = b'6';
                guest.write("lib/libcrypt.so.1", 0o644, contents);
                assert_eq!(knows_sha512(guest), Some(true), "{at}");
            }
            for contents in ["", "$", "$6", "6$$6"] {
                guest.write("lib/libcrypt.so.1", 0o644, contents);
                assert_eq!(knows_sha512(guest), Some(false), "{contents:?}");
            }
        }
    }
}
