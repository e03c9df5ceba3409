//! Backups on real directories.

use std::format;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::string::{String, ToString};
use std::vec::Vec;

use super::backup::{keep, prune};
use super::clock::unix_time;
use super::guest::{Guest, INJECT, alone};
use super::replace::Old;
use super::walk::{Last, Place};
use crate::error::Errno;
use crate::memory::MemoryJournal;

fn place(guest: &Guest, path: &str) -> (Place, Old) {
    let (mut place, mut old) = (Place::none(), Old::NONE);
    place.find(&guest.root, path.as_bytes(), false, Last::Follow).unwrap();
    old.read(&place).unwrap();
    (place, old)
}

fn keep_now(guest: &Guest, path: &str) -> Result<(), Errno> {
    let (place, old) = place(guest, path);
    keep(&place, &old, &mut MemoryJournal::default())
}

fn time_in(backup: &str) -> u64 {
    backup.strip_suffix(".bak~").unwrap().rsplit('.').next().unwrap().parse().unwrap()
}

fn contents(guest: &Guest, path: &str) -> Vec<String> {
    let mut backups = guest.backups(path);
    backups.sort_by_key(|b| time_in(b));
    backups.iter().map(|b| guest.read(b)).collect()
}

alone! {
    fn the_newest_three_under_seconds_of_their_own(guest) {
        guest.write("etc/file", 0o644, "0");
        let inode = fs::metadata(guest.path("etc/file")).unwrap().ino();
        let before = unix_time();
        guest.edit("/etc/file", INJECT, "1").unwrap();
        let [first] = guest.backups("etc/file").try_into().unwrap();
        assert!((before..=unix_time()).contains(&time_in(&first)), "{first}");
        assert_eq!(fs::metadata(guest.path(&first)).unwrap().ino(), inode, "a link, not a copy");
        for i in 2..6 {
            guest.edit("/etc/file", INJECT, i.to_string()).unwrap();
        }
        assert_eq!(contents(guest, "etc/file"), ["2", "3", "4"]);
        assert_eq!(guest.names("etc").len(), 4);
    }

    fn equal_contents_are_kept_once(guest) {
        guest.write("etc/file", 0o644, "a");
        for contents in ["b", "a", "b", "a", "c", "a"] {
            guest.edit("/etc/file", INJECT, contents).unwrap();
        }
        let mut contents = contents(guest, "etc/file");
        contents.sort();
        assert_eq!(contents, ["a", "b", "c"]);
    }

    fn files_of_others_stay(guest) {
        let others = [
            "file.bak~", "file..bak~", "file.x.bak~", "file.12.bak", "file.1.2.bak~", "file.-1.bak~", "file.+1.bak~", "file.0x1.bak~", "file.007.bak~",
            "file.99999999999999999999999.bak~", "other.1.bak~", "file2.1.bak~", "afile.1.bak~", "file.1.bak~~", "FILE.1.bak~", ".file.1.bak~",
        ];
        for name in others {
            guest.write(&format!("etc/{name}"), 0o644, name);
        }
        guest.write("etc/file", 0o644, "0");
        for i in 1..8 {
            guest.edit("/etc/file", INJECT, i.to_string()).unwrap();
        }
        for name in others {
            assert_eq!(guest.read(&format!("etc/{name}")), name);
        }
        assert_eq!(guest.names("etc").len(), others.len() + 4);
    }

    fn what_cannot_be_removed_stays(guest) {
        for i in 1..5 {
            fs::create_dir_all(guest.path(&format!("etc/file.{i}.bak~"))).unwrap();
        }
        guest.write("etc/file", 0o644, "old");
        guest.edit("/etc/file", INJECT, "new").unwrap();
        assert_eq!(guest.read("etc/file"), "new");
    }

    /// Or a file replaced after the clock was set back would lose its newest backup, not its oldest.
    fn a_clock_set_back_changes_no_order(guest) {
        let later = unix_time() + 1_000_000;
        for i in 0..3 {
            guest.write(&format!("etc/file.{}.bak~", later + i), 0o644, i.to_string());
        }
        guest.write("etc/file", 0o644, "3");
        guest.edit("/etc/file", INJECT, "4").unwrap();
        guest.edit("/etc/file", INJECT, "5").unwrap();
        assert_eq!(contents(guest, "etc/file"), ["2", "3", "4"]);
        // Whoever may write the directory can do no worse than lose the order.
        for time in [u64::MAX, u64::MAX - 1] {
            guest.write(&format!("etc/file.{time}.bak~"), 0o644, "x");
        }
        guest.edit("/etc/file", INJECT, "6").unwrap();
        assert_eq!(guest.read("etc/file"), "6");
    }

    fn copies_where_links_fail(guest) {
        guest.write("etc/file", 0o640, "old");
        guest.give_away("etc/file");
        guest.set_attribute("etc/file", c"user.nova", b"kept");
        let before = guest.owner_and_mode("etc/file");
        // A mount point cannot be linked (EXDEV).
        let file = guest.path("etc/file");
        guest.mount(&format!("--bind {}", file.display()), "etc/file");
        keep_now(guest, "/etc/file").unwrap();
        let [backup] = guest.backups("etc/file").try_into().unwrap();
        assert_eq!((guest.read(&backup).as_str(), guest.owner_and_mode(&backup)), ("old", before));
        assert_eq!(guest.attribute(&backup, c"user.nova").unwrap(), b"kept");
        assert_ne!(fs::metadata(guest.path(&backup)).unwrap().ino(), fs::metadata(&file).unwrap().ino());
        fs::write(&file, "changed").unwrap();
        keep_now(guest, "/etc/file").unwrap();
        keep_now(guest, "/etc/file").unwrap();
        assert_eq!(contents(guest, "etc/file"), ["old", "changed"]);
        assert_eq!(guest.names("etc").len(), 3);
        let (place, _) = place(guest, "/etc/file");
        prune(&place.directory, place.name());
        assert_eq!(guest.names("etc").len(), 3);
    }

    fn names_too_long_for_a_backup(guest) {
        let name = |len: usize| format!("/etc/{}", "n".repeat(len));
        for path in [name(239), name(240), name(255)] {
            guest.write(&path, 0o644, "old");
        }
        guest.edit(&name(239), INJECT, "new").unwrap();
        for path in [name(240), name(255)] {
            assert_eq!(guest.refused(&path, INJECT, "new"), "make backup: name too long (ENAMETOOLONG)");
            assert_eq!(guest.read(&path), "old");
            guest.edit(&path, INJECT, "old").unwrap();
        }
        assert_eq!(guest.names("etc").len(), 4);
    }
}
