//! The locks of account files, against other processes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::guest::{Guest, alone};
use super::locks::AccountLock;
use super::process;
use crate::error::Errno;

fn take(guest: &Guest) -> Result<Option<AccountLock>, Errno> {
    match AccountLock::try_take(guest.open("etc"), c"shadow.lock") {
        Err(Errno(libc::EAGAIN)) => Ok(None),
        result => result.map(Some),
    }
}

fn is_free(guest: &Guest) -> bool {
    take(guest).unwrap().is_some()
}

/// A process, killed when dropped.
struct Other(Child);

impl Other {
    /// One that runs `prepare` and then waits.
    fn new(prepare: impl FnMut() -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        // SAFETY: nothing but system calls between fork and exec.
        Self(unsafe { Command::new("sleep").arg("60").pre_exec(prepare).spawn() }.unwrap())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

alone! {
    fn the_lock_is_there_while_it_is_held(guest) {
        let lock = take(guest).unwrap().unwrap();
        assert_eq!(guest.names("etc"), [".pwd.lock", "shadow.lock"]);
        assert_eq!(guest.read("etc/shadow.lock"), std::format!("{}\0", process::id()));
        assert_eq!((guest.owner_and_mode("etc/shadow.lock"), guest.owner_and_mode("etc/.pwd.lock")), ((0, 0, 0o600), (0, 0, 0o600)));
        // shadow-utils takes another number of links as a sign of a race.
        assert_eq!(fs::metadata(guest.path("etc/shadow.lock")).unwrap().nlink(), 1);
        drop(lock);
        assert_eq!(guest.names("etc"), [".pwd.lock"]);
        assert!(is_free(guest));
    }

    fn the_lock_of_lckpwdf_is_respected(guest) {
        let etc = guest.open("etc");
        let other = Other::new(move || {
            // SAFETY: the name is NUL-terminated. Without close-on-exec, so that the lock stays.
            let file = unsafe { libc::openat(etc.raw(), c".pwd.lock".as_ptr(), libc::O_WRONLY | libc::O_CREAT, 0o600) };
            // SAFETY: all-zero is a valid flock.
            let mut whole: libc::flock = unsafe { core::mem::zeroed() };
            whole.l_type = libc::F_WRLCK as libc::c_short;
            // SAFETY: `whole` is a valid flock.
            assert_eq!(unsafe { libc::fcntl(file, libc::F_SETLK, &raw const whole) }, 0);
            Ok(())
        });
        assert!(!is_free(guest));
        assert_eq!(guest.names("etc"), [".pwd.lock"]);
        drop(other);
        assert!(is_free(guest));
    }

    fn a_lock_file_counts_as_long_as_its_process_lives(guest) {
        let other = Other::new(|| Ok(()));
        let pid = other.0.id();
        for text in [std::format!("{pid}"), std::format!("{pid}\0"), std::format!("{pid}\n")] {
            guest.write("etc/shadow.lock", 0o600, &text);
            assert!(!is_free(guest));
            assert_eq!(guest.names("etc"), [".pwd.lock", "shadow.lock"]);
            assert_eq!(guest.read("etc/shadow.lock"), text);
        }
        assert!(AccountLock::try_take(guest.open("etc"), c"passwd.lock").is_ok(), "that of another file");
        drop(other);
        let lock = take(guest).unwrap().unwrap();
        assert_eq!(guest.read("etc/shadow.lock"), std::format!("{}\0", process::id()));
        drop(lock);
        assert_eq!(guest.names("etc"), [".pwd.lock"]);
        // Our number in an earlier life.
        guest.write("etc/shadow.lock", 0o600, std::format!("{}\0", process::id()));
        assert!(is_free(guest));
    }

    fn a_lock_file_without_a_process_is_respected(guest) {
        for text in ["", "\0", "x", "0", "-1", "99999999999999"] {
            guest.write("etc/shadow.lock", 0o600, text);
            assert!(!is_free(guest), "{text:?}");
            assert_eq!(guest.read("etc/shadow.lock"), text);
            assert_eq!(guest.names("etc"), [".pwd.lock", "shadow.lock"]);
        }
    }

    fn lock_files_that_are_none_are_failures(guest) {
        assert!(Command::new("mkfifo").arg(guest.path("etc/.pwd.lock")).status().unwrap().success());
        assert_eq!(take(guest).map(drop), Err(Errno(libc::ENXIO)));
        fs::remove_file(guest.path("etc/.pwd.lock")).unwrap();
        guest.link("etc/.pwd.lock", "/etc/file");
        assert_eq!(take(guest).map(drop), Err(Errno(libc::ELOOP)));
        fs::remove_file(guest.path("etc/.pwd.lock")).unwrap();
        fs::create_dir(guest.path("etc/shadow.lock")).unwrap();
        assert_eq!(take(guest).map(drop), Err(Errno(libc::EISDIR)));
        assert_eq!(guest.names("etc"), [".pwd.lock", "shadow.lock"]);
    }

    fn a_full_disk_leaves_no_lock(guest) {
        guest.mount("-t tmpfs -o size=4k none", "etc");
        fs::write(guest.path("etc/file"), [0; 4096]).unwrap();
        assert_eq!(take(guest).map(drop), Err(Errno(libc::ENOSPC)));
        fs::remove_file(guest.path("etc/file")).unwrap();
        assert!(is_free(guest));
        assert_eq!(guest.names("etc"), [".pwd.lock"]);
    }

    /// vipw(8) takes both locks, by glibc's lckpwdf(3) and shadow-utils' own code.
    fn vipw_and_the_agent_exclude_each_other(guest) {
        guest.write("etc/passwd", 0o644, "root:x:0:0::/:/bin/sh\n");
        guest.write("etc/shadow", 0o640, "root:*:1::::::\n");
        guest.write("etc/editor", 0o755, "#!/bin/sh\ntouch /etc/begun\nwhile [ -e /etc/begun ]; do sleep 0.01; done\n");
        let etc = guest.path("etc");
        assert!(Command::new("mount").arg("--bind").args([&*etc, "/etc".as_ref()]).status().unwrap().success());
        let vipw = || Command::new("/usr/sbin/vipw").arg("-s").env("VISUAL", "/etc/editor").spawn().expect("package passwd");
        let begun = |within: Duration| {
            let start = Instant::now();
            while start.elapsed() < within && !guest.path("etc/begun").exists() {
                sleep(Duration::from_millis(5));
            }
            guest.path("etc/begun").exists()
        };
        let mut other = vipw();
        assert!(begun(Duration::from_secs(10)));
        assert!(!is_free(guest));
        assert_eq!(guest.read("etc/shadow.lock"), std::format!("{}\0", other.id()));
        fs::remove_file(guest.path("etc/begun")).unwrap();
        assert!(other.wait().unwrap().success());

        let lock = take(guest).unwrap();
        assert!(lock.is_some());
        let mut other = vipw();
        assert!(!begun(Duration::from_millis(500)));
        drop(lock);
        assert!(begun(Duration::from_secs(10)));
        fs::remove_file(guest.path("etc/begun")).unwrap();
        assert!(other.wait().unwrap().success());
        assert!(is_free(guest));
    }
}
