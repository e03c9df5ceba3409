//! Programs that behave, and programs that do not.

use core::ffi::CStr;
use std::ffi::CString;
use std::process::Command;
use std::string::ToString;
use std::time::{Duration, Instant};
use std::vec::Vec;
use std::{format, fs};

use super::guest::{Guest, alone};
use super::{exec, process, signal};
use crate::error::{Errno, Error, What};

/// Runs a script, in whose place `@` is the guest's root.
fn script(guest: &Guest, text: &str, input: &[u8], limit_ms: u64) -> Result<i32, Error> {
    signal::install().unwrap();
    let text = CString::new(text.replace('@', guest.path("").to_str().unwrap())).unwrap();
    exec::run(&[c"/bin/sh", c"-c", &text, c"name", c"a b"], input, limit_ms)
}

fn timed_out() -> Result<i32, Error> {
    Err(Error::System(What::RunProgram, Errno(libc::ETIMEDOUT)))
}

/// Whether the process that wrote its number into a file is gone, at the latest in a second.
fn is_gone(guest: &Guest, file: &str) -> bool {
    let pid: i32 = guest.read(file).trim().parse().unwrap();
    (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        // A killed grandchild may be a zombie of an init that does not reap.
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        !process::exists(pid) || state.contains(") Z ")
    })
}

fn has_children() -> bool {
    // SAFETY: plain numbers; the status is not asked for.
    unsafe { libc::waitpid(-1, core::ptr::null_mut(), libc::WNOHANG) != -1 }
}

alone! {
    fn input_words_and_status_arrive(guest) {
        assert_eq!(script(guest, "cat > @/tmp/in; echo \"$0-$1-$#\" > @/tmp/words; exit 7", b"one\ntwo", 5000), Ok(7));
        assert_eq!((guest.read("tmp/in").as_str(), guest.read("tmp/words").as_str()), ("one\ntwo", "name-a b-1\n"));
        assert_eq!(script(guest, "wc -c > @/tmp/len", &[b'x'; crate::limits::INPUT_LEN], 5000), Ok(0));
        assert_eq!(guest.read("tmp/len"), "4096\n");
        assert_eq!(script(guest, "kill -9 $$", b"", 5000), Ok(128 + 9));
        assert!(!has_children());
    }

    /// Descriptors, signals, directory, mode mask, session and environment of a new program.
    fn nothing_of_the_agent_s_own_is_inherited(guest) {
        // SAFETY: plain numbers; a duplicate without close-on-exec, as of a careless parent's.
        unsafe { libc::dup2(guest.root.raw(), 40) };
        // SAFETY: plain numbers.
        unsafe { libc::umask(0o077) };
        for ignored in [libc::SIGPIPE, libc::SIGUSR1, libc::SIGTERM] {
            signal::set_handler(ignored, libc::SIG_IGN).unwrap();
        }
        assert_eq!(script(guest, "ls -l /proc/$$/fd > @/tmp/fd", b"", 5000), Ok(0));
        for line in guest.read("tmp/fd").lines() {
            let (_, to) = line.split_once(" -> ").unwrap_or(("", "/dev/null"));
            assert!(to == "/dev/null" || to.starts_with("pipe:") || to.ends_with("/tmp/fd"), "{line}");
        }
        let of_self = |file: &str| {
            let [from, to] = [format!("/proc/self/{file}"), format!("{}", guest.path("tmp/out").display())].map(|path| CString::new(path).unwrap());
            assert_eq!(exec::run(&[c"/bin/cp", &from, &to], b"", 5000), Ok(0));
            guest.read("tmp/out")
        };
        assert_eq!(of_self("environ"), "");
        for line in of_self("status").lines().filter(|line| ["SigBlk", "SigIgn", "SigCgt"].iter().any(|name| line.starts_with(name))) {
            // 32 and 33 are the C library's, which keeps them from everybody.
            let mask = u64::from_str_radix(line.split_once(":\t").unwrap().1, 16).unwrap() & 0x7fff_ffff;
            assert_eq!(mask, 0, "{line}");
        }
        assert_eq!(script(guest, "(pwd; umask; ps -o sid= -o pgid= -o pid= -p $$) > @/tmp/process", b"", 5000), Ok(0));
        let text = guest.read("tmp/process");
        let [directory, mask, ids] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert_eq!((directory, mask), ("/", "0022"));
        let ids: Vec<&str> = ids.split_whitespace().collect();
        assert!(ids.len() == 3 && ids[0] == ids[2] && ids[1] == ids[2], "{ids:?}");
    }

    fn absent_and_unfit_programs(guest) {
        signal::install().unwrap();
        let run = |path: &str| {
            let path = CString::new(guest.path(path).to_str().unwrap()).unwrap();
            exec::run(&[path.as_c_str()], b"", 5000)
        };
        guest.write("tmp/plain", 0o644, "#!/bin/sh\n");
        guest.write("tmp/no-interpreter", 0o755, "#!/no/such\n");
        guest.write("tmp/no-program", 0o755, "neither\n");
        assert_eq!(run("tmp/none").unwrap_err().to_string(), "run program: no such file or directory (ENOENT)");
        assert_eq!(run("tmp/plain"), Err(Error::System(What::RunProgram, Errno(libc::EACCES))));
        assert_eq!((run("tmp/no-interpreter"), run("tmp/no-program")), (Ok(127), Ok(127)));
        assert!(!has_children());
    }

    fn one_that_hangs_is_killed(guest) {
        let start = Instant::now();
        assert_eq!(script(guest, "trap '' TERM INT HUP; echo $$ > @/tmp/pid; while :; do sleep 9; done", b"", 300), timed_out());
        assert!((300..2000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
        assert!(is_gone(guest, "tmp/pid") && !has_children());
    }

    fn with_all_that_it_started(guest) {
        assert_eq!(script(guest, "sleep 60 & echo $! > @/tmp/pid; (sleep 60; true)", b"", 300), timed_out());
        assert!(is_gone(guest, "tmp/pid") && !has_children());
    }

    fn what_a_program_leaves_behind_is_not_waited_for(guest) {
        let start = Instant::now();
        assert_eq!(script(guest, "sleep 60 & echo $! > @/tmp/pid", b"", 20_000), Ok(0));
        assert!(start.elapsed() < Duration::from_secs(5));
        let pid: i32 = guest.read("tmp/pid").trim().parse().unwrap();
        assert!(process::exists(pid) && !has_children());
        process::send_signal(pid, libc::SIGKILL).unwrap();
    }

    fn input_that_nobody_reads_and_output_that_nobody_wants(guest) {
        assert_eq!(script(guest, "exec <&-; sleep 0.1; exit 3", &[b'x'; 4096], 5000), Ok(3));
        assert_eq!(script(guest, "dd if=/dev/zero bs=1M count=10; dd if=/dev/zero bs=1M count=10 >&2", b"", 20_000), Ok(0));
        assert_eq!(script(guest, "yes | head -n 1", b"", 5000), Ok(0));
    }

    fn the_agent_s_end_ends_it(guest) {
        let killer = format!("sleep 0.3; kill -TERM {}", process::id());
        let mut killer = Command::new("sh").args(["-c", &killer]).spawn().unwrap();
        let start = Instant::now();
        assert_eq!(script(guest, "trap '' TERM; echo $$ > @/tmp/pid; sleep 60", b"", 20_000), Err(Error::Stopped));
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(killer.wait().unwrap().success() && is_gone(guest, "tmp/pid") && !has_children());
        assert_eq!(script(guest, "true", b"", 20_000), Err(Error::Stopped));
    }

    fn a_quick_one_takes_no_longer_than_it_needs(guest) {
        let start = Instant::now();
        for _ in 0..20 {
            assert_eq!(script(guest, ":", b"", 20_000), Ok(0));
        }
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
}

#[test]
#[should_panic(expected = "bug")]
fn too_many_words_are_a_bug() {
    let words: [&CStr; crate::limits::ARGUMENT_COUNT + 1] = [c"/bin/true"; _];
    let _ = exec::run(&words, b"", 1);
}
