//! Runs the calling program once more in network, UTS and mount namespaces of its own, and without root in a user namespace too, by
//! unshare(1): whatever it and the agent do to links, host name and mounts, this machine does not see it.

use std::env;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, exit};

/// Set in the inner run.
const INSIDE: &str = "NOVA_AGENT_INSIDE";

/// What forbids user namespaces: file, value, and what to tell.
const SETTINGS: [(&str, &str, &str); 3] = [
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0"),
    ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces is 0"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns is 1"),
];

/// Comes back inside the namespaces, with a sysfs that shows them and a short directory for temporary files that goes at the end.
/// The outer run ends here, with the exit status of the inner one.
pub fn enter() {
    if env::var_os(INSIDE).is_none() {
        exit(outside());
    }
    // A container may forbid it, and then /sys shows the links outside; the agent asks the kernel itself and needs no sysfs.
    if !succeeds(Command::new("mount").args(["-t", "sysfs", "sysfs", "/sys"])) {
        eprintln!("note: /sys cannot be mounted anew here");
    }
    assert!(succeeds(Command::new("ip").args(["link", "set", "lo", "up"])), "ip (package iproute2) cannot set a link up");
    set_host_name(b"localhost");
}

fn outside() -> i32 {
    ignore_interrupts();
    let path = env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let kinds: &[&str] = if is_root() { &["-num", "-Urnum"] } else { &["-Urnum"] };
    let tried = kinds.iter().map(|kind| (kind, Command::new("unshare").args([kind, "true"]).output().expect("package util-linux")));
    let tried: Vec<_> = tried.collect();
    let Some((kind, _)) = tried.iter().find(|(_, output)| output.status.success()) else {
        let why = tried.last().map(|(_, output)| String::from_utf8_lossy(&output.stderr).trim().to_owned());
        eprintln!("namespaces are forbidden here: {}", forbidden_by().unwrap_or(&why.unwrap_or_default()));
        return 1;
    };
    let directory = Temporary::new();
    let mut inner = Command::new("unshare");
    inner.arg(kind).arg(env::current_exe().expect("our own path")).args(env::args_os().skip(1));
    let status = inner.env(INSIDE, "1").env("TMPDIR", &directory.0).env("PATH", path).status().expect("package util-linux");
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// The first setting that explains it.
fn forbidden_by() -> Option<&'static str> {
    let set = |file: &str, value: &str| fs::read_to_string(file).is_ok_and(|text| text.trim() == value);
    SETTINGS.iter().find(|(file, value, _)| set(file, value)).map(|(.., told)| *told)
}

/// A directory whose name leaves room for sockets' (107 octets), of its owner alone.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        let path = Path::new("/tmp").join(format!("nova-agent.{}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&path).expect("make a directory in /tmp");
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Control-C ends the inner run; the outer one then cleans up.
fn ignore_interrupts() {
    extern "C" fn nothing(_: libc::c_int) {}
    // A handler, unlike SIG_IGN, is not handed down over exec.
    // SAFETY: the handler does nothing, so it may run at any moment.
    #[allow(unsafe_code)]
    unsafe {
        libc::signal(libc::SIGINT, nothing as *const () as libc::sighandler_t)
    };
}

fn is_root() -> bool {
    // SAFETY: geteuid(2) takes nothing and cannot fail.
    #[allow(unsafe_code)]
    let user = unsafe { libc::geteuid() };
    user == 0
}

/// In our own UTS namespace.
fn set_host_name(name: &[u8]) {
    // SAFETY: the pointer is to that many octets, which stay for the call.
    #[allow(unsafe_code)]
    let set = unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) };
    assert_eq!(set, 0, "set the host name");
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// `0` if all is well, else `1`.
pub fn status(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
