//! Replacing files on real file systems: what is kept, what is written when, and what is left after a failure.

use std::cell::Cell;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::process::Command;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, fs};

use proptest::prelude::*;

use super::files::GuestFiles;
use super::guest::{Guest, INJECT, PASSWORD, alone};
use super::pending::Pending;
use super::replace::is_temporary;
use crate::error::{Errno, Error, What};
use crate::memory::MemoryJournal;
use crate::ports::{Accounts, Files, Journal, Kind, Outcome, Rule, Verdict};

/// Like `password`, but with a file to begin with.
const NO_BACKUP: Rule = Rule { create: Some(0o644), parents: false, backup: false };

const ACL: &core::ffi::CStr = c"system.posix_acl_access";
const DEFAULT_ACL: &core::ffi::CStr = c"system.posix_acl_default";

/// An ACL as linux/posix_acl_xattr.h lays it out: rwx bits of owner, user root, group, mask and others.
fn acl(permissions: [u16; 5]) -> Vec<u8> {
    let tags = [(0x01, u32::MAX), (0x02, 0), (0x04, u32::MAX), (0x10, u32::MAX), (0x20, u32::MAX)];
    let entries = tags
        .iter()
        .zip(permissions)
        .flat_map(|(&(tag, id), permissions)| [&u16::to_le_bytes(tag)[..], &permissions.to_le_bytes(), &u32::to_le_bytes(id)].concat());
    2u32.to_le_bytes().into_iter().chain(entries).collect()
}

fn temporaries(guest: &Guest, directory: &str) -> Vec<String> {
    guest.names(directory).into_iter().filter(|n| is_temporary(n.as_bytes())).collect()
}

/// A journal that looks whether a temporary file is there before it was told.
struct Watching<'g>(&'g Guest, Vec<String>);

impl Journal for Watching<'_> {
    fn directory(&mut self, directory: &[u8]) {
        let directory = String::from_utf8(directory.to_vec()).unwrap();
        assert_eq!(temporaries(self.0, &directory), [""; 0]);
        self.1.push(directory);
    }

    fn applied_nodename(&self, _: &[u8]) -> Option<&[u8]> {
        None
    }

    fn set_applied_nodename(&mut self, _: &[u8], _: &[u8]) -> Result<(), Error> {
        Ok(())
    }
}

alone! {
    fn equal_contents_write_nothing(guest) {
        guest.write("etc/file", 0o644, "same\n");
        let before = fs::metadata(guest.path("etc")).unwrap();
        let file = || {
            let stat = fs::metadata(guest.path("etc/file")).unwrap();
            (stat.ino(), stat.mtime(), stat.mtime_nsec(), stat.ctime(), stat.ctime_nsec())
        };
        let file_before = file();
        for rule in [INJECT, PASSWORD] {
            assert_eq!(guest.edit("/etc/file", rule, "same\n"), Ok(Outcome::Same));
        }
        let mut journal = Watching(guest, Vec::new());
        let declined = GuestFiles::new(&guest.root, &mut Pending::new()).edit(b"/etc/file", INJECT, &mut journal, &mut |_, out| out.put(b"samX").map(|()| Verdict::Leave));
        assert_eq!(declined, Ok(Outcome::Same));
        let failed = GuestFiles::new(&guest.root, &mut Pending::new()).edit(b"/etc/file", INJECT, &mut journal, &mut |_, out| {
            out.put(b"other")?;
            Err(Error::State(What::PathEmpty))
        });
        assert_eq!(failed, Err(Error::State(What::PathEmpty)));
        assert_eq!((file(), guest.names("etc")), (file_before, ["file".into()].into()));
        assert_eq!(guest.edit("/etc/none", PASSWORD, "x"), Ok(Outcome::Same));
        assert_eq!(fs::metadata(guest.path("etc")).unwrap().ino(), before.ino());
        guest.write("etc/empty", 0o644, "");
        assert_eq!(guest.edit("/etc/empty", INJECT, ""), Ok(Outcome::Same));
    }

    fn owner_mode_and_attributes_stay(guest) {
        guest.write("etc/file", 0o644, "old");
        guest.give_away("etc/file");
        guest.set_attribute("etc/file", c"user.nova", b"kept\0\xff");
        guest.set_attribute("etc/file", c"user.empty", b"");
        guest.set_attribute("etc/file", c"security.capability", &[1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        guest.set_attribute("etc/file", ACL, &acl([6, 4, 0, 4, 0]));
        let before = guest.owner_and_mode("etc/file");
        assert_eq!(guest.edit("/etc/file", INJECT, "new"), Ok(Outcome::Replaced));
        assert_eq!((guest.read("etc/file").as_str(), guest.owner_and_mode("etc/file")), ("new", before));
        assert_eq!(guest.attribute("etc/file", c"user.nova").unwrap(), b"kept\0\xff");
        assert_eq!(guest.attribute("etc/file", c"user.empty").unwrap(), b"");
        assert_eq!(guest.attribute("etc/file", ACL).unwrap(), acl([6, 4, 0, 4, 0]));
        assert_eq!(guest.attribute("etc/file", c"security.capability"), None);
        let [backup] = guest.backups("etc/file").try_into().unwrap();
        assert_eq!((guest.read(&backup).as_str(), guest.owner_and_mode(&backup)), ("old", before));
        assert_eq!(guest.attribute(&backup, c"user.nova").unwrap(), b"kept\0\xff");

        // A kernel lets some writers keep set-user-ID bits, others not.
        guest.write("etc/control", 0o6755, "");
        fs::write(guest.path("etc/control"), "x").unwrap();
        guest.write("etc/setuid", 0o644, "old");
        fs::set_permissions(guest.path("etc/setuid"), std::os::unix::fs::PermissionsExt::from_mode(0o6755)).unwrap();
        guest.edit("/etc/setuid", INJECT, "new").unwrap();
        assert_eq!(guest.owner_and_mode("etc/setuid"), guest.owner_and_mode("etc/control"));
        for mode in [0o400, 0o1644, 0o777, 0] {
            guest.write("etc/mode", 0o600, format!("{mode}"));
            fs::set_permissions(guest.path("etc/mode"), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
            guest.edit("/etc/mode", INJECT, "new").unwrap();
            assert_eq!(guest.owner_and_mode("etc/mode"), (0, 0, mode));
        }
    }

    fn a_directorys_default_acl_opens_nothing(guest) {
        guest.write("etc/file", 0o640, "old");
        guest.set_attribute("etc", DEFAULT_ACL, &acl([7, 7, 7, 7, 7]));
        guest.edit("/etc/file", INJECT, "new").unwrap();
        assert_eq!((guest.attribute("etc/file", ACL), guest.owner_and_mode("etc/file")), (None, (0, 0, 0o640)));
        guest.edit("/etc/new", INJECT, "new").unwrap();
        assert_eq!(guest.owner_and_mode("etc/new"), (0, 0, 0o600));
    }

    fn an_attribute_that_cannot_be_kept_is_a_failure(guest) {
        guest.mount("-t tmpfs -o size=1m,nr_inodes=8 none", "etc");
        guest.write("etc/file", 0o644, "old");
        // Kernels count attributes of a tmpfs against its inodes; older ones do not have them.
        let name = |i: i32| std::ffi::CString::new(format!("user.{i}")).unwrap();
        let count = (0..).find(|&i| !guest.try_set_attribute("etc/file", &name(i), &[0; 512])).unwrap();
        let path = std::ffi::CString::new(guest.path("etc/file").to_str().unwrap()).unwrap();
        for i in 0..count.min(3) {
            // SAFETY: strings are NUL-terminated.
            assert_eq!(unsafe { libc::removexattr(path.as_ptr(), name(i).as_ptr()) }, 0);
        }
        let refused = guest.edit("/etc/file", INJECT, "new");
        if count == 0 {
            assert_eq!(refused, Ok(Outcome::Replaced));
        } else {
            assert_eq!(refused, Err(Error::System(What::KeepAttributes, Errno(libc::ENOSPC))));
            assert_eq!((guest.read("etc/file").as_str(), guest.names("etc")), ("old", ["file".into()].into()));
        }
    }

    /// By what inotify(7) tells of the directory, in the kernel's own order.
    fn owner_and_mode_come_before_contents(guest) {
        guest.write("etc/file", 0o4755, "old");
        guest.set_attribute("etc/file", c"user.nova", b"kept");
        let path = std::ffi::CString::new(guest.path("etc").to_str().unwrap()).unwrap();
        // SAFETY: flags only.
        let notify = unsafe { libc::inotify_init1(libc::IN_NONBLOCK) };
        let mask = libc::IN_CREATE | libc::IN_ATTRIB | libc::IN_MODIFY | libc::IN_MOVED_TO | libc::IN_DELETE;
        // SAFETY: `path` is NUL-terminated.
        assert!(unsafe { libc::inotify_add_watch(notify, path.as_ptr(), mask) } >= 0);
        guest.edit("/etc/file", NO_BACKUP, "new").unwrap();
        let mut buffer = [0u8; 4096];
        // SAFETY: pointer and length are those of an array.
        let len = unsafe { libc::read(notify, buffer.as_mut_ptr().cast(), buffer.len()) };
        let mut rest = &buffer[..usize::try_from(len).unwrap()];
        let mut events = Vec::new();
        while let Some(head) = rest.get(..16) {
            let word = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
            events.push(match word(4) {
                libc::IN_CREATE => 'c',
                libc::IN_ATTRIB => 'a',
                libc::IN_MODIFY => 'm',
                libc::IN_MOVED_TO => 't',
                _ => '?',
            });
            rest = &rest[16 + word(12) as usize..];
        }
        events.dedup();
        // In the end the old file loses its name, an 'a' of its own.
        assert_eq!(String::from_iter(events).trim_end_matches('a'), "camt");
    }

    fn nobody_else_reads_the_temporary_file(guest) {
        guest.write("etc/file", 0o400, "secret");
        let seen = Cell::new((0, 0, 0));
        let result = GuestFiles::new(&guest.root, &mut Pending::new()).edit(b"/etc/file", INJECT, &mut Watching(guest, Vec::new()), &mut |_, out| {
            out.put(b"S")?;
            let [name] = temporaries(guest, "etc").try_into().unwrap();
            seen.set(guest.owner_and_mode(&format!("etc/{name}")));
            out.put(b"ECRET").map(|()| Verdict::Write)
        });
        assert_eq!((result, seen.get()), (Ok(Outcome::Replaced), (0, 0, 0o400)));
    }

    fn new_files_are_roots_alone(guest) {
        // SAFETY: plain number.
        unsafe { libc::umask(0) };
        guest.give_away("tmp");
        fs::set_permissions(guest.path("tmp"), std::os::unix::fs::PermissionsExt::from_mode(0o2777)).unwrap();
        assert_eq!(guest.edit("/tmp/new", INJECT, ""), Ok(Outcome::Created));
        assert_eq!((guest.owner_and_mode("tmp/new"), guest.read("tmp/new")), ((0, 0, 0o600), String::new()));
        assert_eq!(guest.edit("/tmp/other", NO_BACKUP, "x"), Ok(Outcome::Created));
        assert_eq!((guest.owner_and_mode("tmp/other"), guest.names("tmp").len()), ((0, 0, 0o644), 2));
    }

    fn the_journal_knows_first(guest) {
        guest.write("srv/real/file", 0o644, "old");
        guest.write("etc/shadow", 0o640, "root:*:1::::::");
        guest.write("top", 0o644, "old");
        guest.link("etc/link", "/srv/./real");
        let mut journal = Watching(guest, Vec::new());
        let mut pending = Pending::new();
        let mut files = GuestFiles::new(&guest.root, &mut pending);
        for path in ["/etc/link/file", "/tmp/../new/er/file", "/top"] {
            files.edit(path.as_bytes(), INJECT, &mut journal, &mut |_, out| out.put(b"new").map(|()| Verdict::Write)).unwrap();
        }
        assert_eq!(files.lock_accounts(Accounts::Shadow, &mut journal), Ok(true));
        assert_eq!(journal.1, ["/srv/real/", "/new/er/", "/", "/etc/"]);
    }

    fn a_linked_file_is_replaced_where_it_is(guest) {
        guest.write("srv/shadow", 0o640, "old");
        guest.link("etc/shadow", "../srv/shadow");
        guest.edit("/etc/shadow", PASSWORD, "new").unwrap();
        guest.edit("/etc/shadow", INJECT, "newer").unwrap();
        assert_eq!(fs::read_link(guest.path("etc/shadow")).unwrap().to_str(), Some("../srv/shadow"));
        assert_eq!((guest.read("srv/shadow").as_str(), guest.names("etc").len(), guest.backups("srv/shadow").len()), ("newer", 1, 1));
        guest.link("etc/dangling", "/srv/new");
        assert_eq!(guest.edit("/etc/dangling", PASSWORD, "x"), Ok(Outcome::Same));
        assert_eq!(guest.edit("/etc/dangling", INJECT, "x"), Ok(Outcome::Created));
        assert_eq!(guest.read("srv/new"), "x");
    }

    fn what_is_no_file_is_refused(guest) {
        fs::create_dir(guest.path("etc/directory")).unwrap();
        assert!(Command::new("mkfifo").arg(guest.path("etc/fifo")).status().unwrap().success());
        std::os::unix::net::UnixListener::bind(guest.path("etc/socket")).unwrap();
        guest.write("etc/null", 0o644, "");
        guest.mount("--bind /dev/null", "etc/null");
        assert!(fs::metadata(guest.path("etc/null")).unwrap().file_type().is_char_device());
        guest.link("etc/link", "fifo");
        let names = guest.names("etc");
        for rule in [INJECT, PASSWORD] {
            assert_eq!(guest.refused("/etc/directory", rule, "x"), "replace file: is a directory (EISDIR)");
            for path in ["/etc/fifo", "/etc/socket", "/etc/null", "/etc/link"] {
                assert_eq!(guest.refused(path, rule, "x"), "the path is neither a file nor free");
            }
        }
        assert_eq!(guest.refused("/etc/null/x", INJECT, "x"), "open directory: not a directory (ENOTDIR)");
        assert_eq!(guest.refused("/etc/fifo/x", INJECT, "x"), "open directory: not a directory (ENOTDIR)");
        assert_eq!(guest.names("etc"), names);
        let mut pending = Pending::new();
        let mut files = GuestFiles::new(&guest.root, &mut pending);
        let mut kind = |path: &str| files.kind(path.as_bytes()).unwrap();
        assert_eq!((kind("/etc/fifo"), kind("/etc/directory"), kind("/etc/link")), (Some(Kind::Other), Some(Kind::Directory), Some(Kind::Link)));
        assert_eq!((kind("/etc/none"), kind("/none/none")), (None, None));
    }

    fn a_full_disk_leaves_everything(guest) {
        guest.mount("-t tmpfs -o size=64k none", "etc");
        guest.write("etc/file", 0o644, "old");
        let room = "x".repeat(70 << 10);
        assert_eq!(guest.refused("/etc/file", INJECT, &room), "write file: no space left (ENOSPC)");
        assert_eq!(guest.refused("/etc/new", INJECT, &room), "write file: no space left (ENOSPC)");
        assert_eq!((guest.read("etc/file").as_str(), guest.names("etc")), ("old", ["file".into()].into()));
        guest.mount("-t tmpfs -o size=64k,nr_inodes=2 none", "tmp");
        guest.write("tmp/file", 0o644, "old");
        assert_eq!(guest.refused("/tmp/file", INJECT, "new"), "create temporary file: no space left (ENOSPC)");
        assert_eq!(guest.refused("/tmp/new/file", INJECT, "new"), "open directory: no space left (ENOSPC)");
        assert_eq!((guest.read("tmp/file").as_str(), guest.names("tmp")), ("old", ["file".into()].into()));
    }

    fn a_read_only_file_system_leaves_everything(guest) {
        guest.mount("-t tmpfs none", "etc");
        guest.write("etc/shadow", 0o640, "old");
        guest.mount("-o remount,bind,ro", "etc");
        for rule in [INJECT, PASSWORD] {
            assert_eq!(guest.refused("/etc/shadow", rule, "new"), "create temporary file: read-only file system (EROFS)");
        }
        assert_eq!(guest.refused("/etc/new/file", INJECT, "new"), "open directory: read-only file system (EROFS)");
        let locked = GuestFiles::new(&guest.root, &mut Pending::new()).lock_accounts(Accounts::Shadow, &mut MemoryJournal::default());
        assert_eq!(locked.unwrap_err().to_string(), "lock accounts: read-only file system (EROFS)");
        assert_eq!(guest.edit("/etc/shadow", INJECT, "old"), Ok(Outcome::Same));
        assert_eq!((guest.read("etc/shadow").as_str(), guest.names("etc")), ("old", ["shadow".into()].into()));
    }

    fn a_file_that_cannot_be_replaced_keeps_its_contents(guest) {
        guest.write("etc/file", 0o644, "old");
        let file = guest.path("etc/file");
        guest.mount(&format!("--bind {}", file.display()), "etc/file");
        assert_eq!(guest.refused("/etc/file", INJECT, "new"), "rename file: busy (EBUSY)");
        assert_eq!((guest.read("etc/file").as_str(), temporaries(guest, "etc").len()), ("old", 0));
        fs::File::create(guest.path("etc/large")).unwrap().set_len(17 << 20).unwrap();
        assert_eq!(guest.refused("/etc/large", INJECT, "new"), "read file: file too large (EFBIG)");
    }

    fn any_contents_in_any_pieces(guest) {
        let (text, cuts) = ("[ab]{0,12}", prop::collection::vec(0usize..13, 0..4));
        proptest!(ProptestConfig::with_cases(300), |(old in prop::option::of(text), new in text, cuts in cuts)| {
            let _ = fs::remove_file(guest.path("tmp/file"));
            if let Some(old) = &old {
                guest.write("tmp/file", 0o644, old);
            }
            let mut cuts: Vec<_> = cuts.iter().map(|&cut| cut.min(new.len())).chain([0, new.len()]).collect();
            cuts.sort();
            let result = GuestFiles::new(&guest.root, &mut Pending::new()).edit(b"/tmp/file", NO_BACKUP, &mut MemoryJournal::default(), &mut |seen, out| {
                assert_eq!(seen, old.as_ref().map(|o| o.as_bytes()));
                cuts.windows(2).try_for_each(|w| out.put(&new.as_bytes()[w[0]..w[1]])).map(|()| Verdict::Write)
            });
            let expected = match &old {
                None => Outcome::Created,
                Some(old) if *old == new => Outcome::Same,
                Some(_) => Outcome::Replaced,
            };
            prop_assert_eq!(result, Ok(expected));
            prop_assert_eq!(guest.read("tmp/file"), new);
            prop_assert_eq!(guest.names("tmp").len(), 1);
        });
    }
}
