//! Path resolution on real directories, with a canary outside the root.

use std::fs;
use std::os::unix::process::CommandExt;
use std::string::String;
use std::vec::Vec;

use super::fd::Stat;
use super::guest::{Guest, INJECT, PASSWORD, alone};
use super::walk::{Last, Place};
use crate::error::Errno;
use crate::limits::PATH_LEN;

/// Where `path` leads: its directory without links, and the name.
fn lead(guest: &Guest, path: &str, parents: bool, last: Last) -> Result<String, i32> {
    let (mut place, mut again) = (Place::none(), Place::none());
    place.find(&guest.root, path.as_bytes(), parents, last).map_err(|Errno(errno)| errno)?;
    again.find_directory(&guest.root, place.real()).unwrap();
    let [here, there] = [&place, &again].map(|place| {
        let mut stat = Stat::NONE;
        place.directory.stat(&mut stat).unwrap();
        stat.id
    });
    assert_eq!(here, there, "{path}");
    Ok(std::format!("{}{}", String::from_utf8_lossy(place.real()), place.name().to_string_lossy()))
}

fn follow(guest: &Guest, path: &str) -> Result<String, i32> {
    lead(guest, path, false, Last::Follow)
}

alone! {
    fn everything_resolves_as_under_chroot(guest) {
        guest.write("srv/deep/er/file", 0o644, "x");
        for (link, target) in [
            ("etc/absolute", "/srv/deep"),
            ("etc/up", "../../../../srv//./deep/"),
            ("etc/through", "absolute/er"),
            ("etc/twice", "through/../../deep"),
            ("etc/file", "/etc/through/file"),
            ("etc/dangling", "../srv/none"),
            ("etc/top", "/"),
            ("srv/deep/dots", "../.."),
        ] {
            guest.link(link, target);
        }
        for (path, real) in [
            ("/srv/deep/er/file", "/srv/deep/er/file"),
            ("srv/deep/er/file", "/srv/deep/er/file"),
            ("//srv///deep/./er/./file", "/srv/deep/er/file"),
            ("/../../srv/deep/../../../srv/deep/er/file", "/srv/deep/er/file"),
            ("/etc/absolute/er/file", "/srv/deep/er/file"),
            ("/etc/up/er/file", "/srv/deep/er/file"),
            ("/etc/through/file", "/srv/deep/er/file"),
            ("/etc/twice/er/file", "/srv/deep/er/file"),
            ("/etc/file", "/srv/deep/er/file"),
            ("/etc/top/etc/top/x", "/x"),
            ("/etc/absolute/../new", "/srv/new"),
            ("/etc/absolute/dots/new", "/new"),
            ("/etc/dangling", "/srv/none"),
            ("/new", "/new"),
        ] {
            assert_eq!(follow(guest, path).as_deref(), Ok(real), "{path}");
        }
        for (path, errno) in [
            ("/", libc::EISDIR),
            ("", libc::EISDIR),
            ("/etc/", libc::EISDIR),
            ("/etc/.", libc::EISDIR),
            ("/etc/..", libc::EISDIR),
            ("/etc/top", libc::EISDIR),
            ("/etc/up", libc::EISDIR),
            ("/none/new", libc::ENOENT),
            ("/etc/dangling/new", libc::ENOENT),
            ("/etc/file/new", libc::ENOTDIR),
            ("/etc/file/../new", libc::ENOTDIR),
            ("/srv/deep/er/file/", libc::ENOTDIR),
        ] {
            assert_eq!(follow(guest, path), Err(errno), "{path}");
        }
        assert_eq!(lead(guest, "/etc/file", false, Last::Keep).as_deref(), Ok("/etc/file"));
        assert_eq!(lead(guest, "/etc/through/file", false, Last::Keep).as_deref(), Ok("/srv/deep/er/file"));
    }

    fn nothing_leads_outside(guest) {
        guest.link("etc/absolute", guest.canary());
        guest.link("etc/upward", "../../canary");
        guest.link("etc/file", guest.canary().join("new"));
        fs::create_dir(guest.path("tmp/moved")).unwrap();
        for path in ["/etc/absolute/x", "/etc/upward/x", "/etc/file", "/../canary/x", "/tmp/moved/../../../canary/x"] {
            guest.edit(path, INJECT, "escaped").unwrap();
        }
        assert_eq!(fs::read_dir(guest.canary()).unwrap().count(), 0);
        assert_eq!(guest.read("canary/x"), "escaped");
        assert_eq!(guest.read(&std::format!("{}/new", guest.canary().display())), "escaped");
    }

    fn as_many_links_as_linux_follows(guest) {
        guest.write("etc/0", 0o644, "end");
        for i in 1..=41 {
            guest.link(&std::format!("etc/{i}"), std::format!("{}", i - 1));
        }
        guest.link("etc/loop", "/etc/loop");
        assert_eq!(follow(guest, "/etc/40").as_deref(), Ok("/etc/0"));
        assert_eq!(follow(guest, "/etc/41"), Err(libc::ELOOP));
        assert_eq!(follow(guest, "/etc/loop/x"), Err(libc::ELOOP));
    }

    fn only_roots_links_are_followed(guest) {
        fs::create_dir(guest.path("home")).unwrap();
        guest.write("srv/file", 0o644, "root's");
        guest.link("home/link", "/srv");
        guest.link("etc/link", "/srv");
        guest.link("etc/file", "/srv/file");
        assert!(follow(guest, "/home/link/file").is_ok() && follow(guest, "/etc/link/file").is_ok());
        if !guest.give_away("home") {
            // Nobody but root in this user namespace, but in one below it nobody is root.
            let root = guest.open("/");
            let refused = move || {
                // SAFETY: flags only.
                assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWUSER) }, 0);
                let found = |path: &[u8]| Place::none().find(&root, path, false, Last::Follow);
                assert_eq!((found(b"/home/link/file"), found(b"/etc/file")), (Err(Errno(libc::ELOOP)), Err(Errno(libc::ELOOP))));
                assert_eq!(found(b"/srv/file"), Ok(()));
                Ok(())
            };
            // SAFETY: the new process makes system calls only, unless it fails.
            let status = unsafe { std::process::Command::new("true").pre_exec(refused).status() };
            assert!(status.unwrap().success());
            return;
        }
        assert!(guest.give_away("etc/link") && guest.give_away("etc/file"));
        for path in ["/home/link/file", "/home/link", "/etc/link/file", "/etc/file"] {
            assert_eq!(follow(guest, path), Err(libc::ELOOP), "{path}");
            assert_eq!(guest.refused(path, INJECT, "x"), "open directory: symbolic link not followed (ELOOP)");
            assert_eq!(guest.refused(path, PASSWORD, "x"), "open directory: symbolic link not followed (ELOOP)");
        }
        // Other people's directories are no obstacle.
        assert_eq!(follow(guest, "/home/new").as_deref(), Ok("/home/new"));
        assert_eq!(guest.read("srv/file"), "root's");
    }

    fn names_and_paths_up_to_their_limits(guest) {
        let name = "n".repeat(255);
        assert_eq!(follow(guest, &std::format!("/{name}")), Ok(std::format!("/{name}")));
        assert_eq!(follow(guest, &std::format!("/{name}n")), Err(libc::ENAMETOOLONG));
        assert_eq!(follow(guest, &std::format!("/{name}n/x")), Err(libc::ENAMETOOLONG));
        assert_eq!(follow(guest, "/nul\0inside"), Err(libc::EINVAL));
        let long: String = std::iter::once(std::format!("/{name}")).cycle().take(PATH_LEN / 256).collect();
        assert_eq!(long.len(), PATH_LEN);
        assert_eq!(lead(guest, &long, true, Last::Follow), Ok(long.clone()));
        assert_eq!(follow(guest, &std::format!("{long}x")), Err(libc::ENAMETOOLONG));
        guest.link("etc/link", &long);
        assert_eq!(follow(guest, "/etc/link"), Err(libc::ENAMETOOLONG));
        guest.link("etc/shorter", &long[1..PATH_LEN - 2]);
        assert_eq!(follow(guest, "/etc/shorter"), Err(libc::ENOENT));
    }

    fn missing_parents_are_made(guest) {
        guest.link("etc/there", "../srv/new");
        for path in ["/a/b/c/file", "/home/u/.ssh/authorized_keys", "/etc/there/x/file"] {
            guest.edit(path, INJECT, "x").unwrap();
            assert_eq!(guest.owner_and_mode(path), (0, 0, 0o600));
        }
        for directory in ["a", "a/b", "a/b/c", "home", "home/u", "srv/new", "srv/new/x"] {
            assert_eq!(guest.owner_and_mode(directory), (0, 0, 0o755), "{directory}");
        }
        assert_eq!(guest.owner_and_mode("home/u/.ssh"), (0, 0, 0o700));
        assert!(guest.edit("/none/file", PASSWORD, "x").is_ok() && !guest.path("none").exists());
        let strays: Vec<_> = guest.names("a/b/c");
        assert_eq!(strays, ["file"]);
    }
}
