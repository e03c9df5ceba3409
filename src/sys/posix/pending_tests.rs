//! Many files together: none changes before the commit, all do at it, and what is abandoned leaves nothing.

use std::string::String;
use std::vec::Vec;
use std::{format, fs};

use super::files::GuestFiles;
use super::guest::{INJECT, alone};
use super::pending::Pending;
use crate::error::{Errno, Error, What};
use crate::limits::PENDING_COUNT;
use crate::memory::MemoryJournal;
use crate::ports::{Files, Outcome, Verdict};

alone! {
    fn all_change_together(guest) {
        let mut pending = Pending::new();
        let (mut files, mut journal) = (GuestFiles::new(&guest.root, &mut pending), MemoryJournal::default());
        for name in ["a", "b", "c"] {
            guest.write(&format!("etc/{name}"), 0o644, "old");
        }
        guest.link("etc/gone", "a");
        fs::create_dir(guest.path("srv")).unwrap();
        for round in 0..2 {
            let mut put = |path: &[u8], verdict| files.prepare(path, INJECT, &mut journal, &mut |_, out| out.put(b"new").map(|()| verdict));
            assert_eq!(put(b"/etc/a", Verdict::Write), Ok(Outcome::Replaced));
            assert_eq!(put(b"/etc/b", Verdict::Remove), Ok(Outcome::Removed));
            assert_eq!(put(b"/etc/none", Verdict::Remove), Ok(Outcome::Same));
            assert_eq!(put(b"/etc/c", Verdict::Leave), Ok(Outcome::Same));
            assert_eq!(put(b"/srv/d", Verdict::Write), Ok(Outcome::Created));
            assert_eq!(files.link(b"/etc/link", Some(b"../srv/d"), &mut journal), Ok(Outcome::Created));
            assert_eq!(files.link(b"/etc/gone", None, &mut journal), Ok(Outcome::Removed));
            assert_eq!(files.link(b"/etc/c", None, &mut journal), Ok(Outcome::Same));
            assert_eq!(files.link(b"/etc/c", Some(b"x"), &mut journal), Ok(Outcome::Same));
            assert_eq!((guest.read("etc/a"), guest.read("etc/b"), guest.path("srv/d").exists()), ("old".into(), "old".into(), false));
            if round == 0 {
                files.abandon();
                assert_eq!(guest.names("srv"), [""; 0]);
                assert_eq!(guest.names("etc").iter().filter(|name| !name.ends_with(".bak~")).count(), 4);
            }
        }
        assert_eq!(files.commit(), Ok(()));
        assert_eq!((guest.read("etc/a"), guest.read("etc/c"), guest.read("srv/d")), ("new".into(), "old".into(), "new".into()));
        let mut names = Vec::new();
        files.names(b"/etc", &mut |name| names.push(String::from_utf8(name.to_vec()).unwrap())).unwrap();
        names.retain(|name| !name.ends_with(".bak~"));
        names.sort();
        assert_eq!(names, ["a", "c", "link"]);
        assert_eq!(fs::read_link(guest.path("etc/link")).unwrap().to_str(), Some("../srv/d"));
        assert_eq!((guest.backups("etc/a").len(), guest.backups("etc/b").len()), (1, 1));
        files.names(b"/none", &mut |_| panic!("no such directory")).unwrap();
    }

    fn too_many_are_refused_and_leave_nothing(guest) {
        let mut pending = Pending::new();
        let (mut files, mut journal) = (GuestFiles::new(&guest.root, &mut pending), MemoryJournal::default());
        for i in 0..=PENDING_COUNT {
            let outcome = files.prepare(format!("/etc/{i}").as_bytes(), INJECT, &mut journal, &mut |_, out| out.put(b"new").map(|()| Verdict::Write));
            let wanted = if i < PENDING_COUNT { Ok(Outcome::Created) } else { Err(Error::System(What::PrepareFile, Errno(libc::E2BIG))) };
            assert_eq!(outcome, wanted, "{i}");
        }
        assert_eq!(guest.names("etc").len(), PENDING_COUNT);
        drop(files);
        drop(pending);
        assert_eq!(guest.names("etc"), [""; 0]);
    }
}
