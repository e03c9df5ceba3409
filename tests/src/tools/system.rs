//! A throw-away system: a root directory with the real tools, in mount, network, UTS and process namespaces of its own.
//!
//! Its /etc, /run, /var and /tmp are plain directories that the test writes and reads from outside. All its processes end with it. `tests/tools/init.sh` is its process 1.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::Duration;

use crate::agent::within;
use crate::daemon::die_with_us;
use crate::directory::Directory;
use crate::tools::Live;

/// The longest that a tool may take to do a thing, in seconds.
const LIMIT: u64 = 60;

/// A small Linux system that ends when dropped.
pub struct System {
    init: Child,
    /// Process 1 ends when this is closed.
    input: Option<ChildStdin>,
    directory: Directory,
}

impl System {
    /// Starts one without links, its /etc holding accounts and a machine-id(5) only.
    #[allow(clippy::new_without_default, reason = "it has an effect")]
    pub fn new() -> Self {
        let directory = Directory::new();
        let root = directory.path().join("root");
        fs::create_dir_all(root.join("etc")).expect("make the root directory");
        let mut command = Command::new("unshare");
        command.args(["--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "sh"]);
        command.arg(script("init.sh")).args([&tools(), &root]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut init = die_with_us(&mut command).spawn().expect("package util-linux");
        let input = init.stdin.take();
        let mut line = String::new();
        BufReader::new(init.stdout.take().expect("a pipe")).read_line(&mut line).expect("read from init.sh");
        assert_eq!(line, "ready\n", "init.sh failed; see its message above");
        let system = Self { init, input, directory };
        system.write("etc/passwd", 0o644, &accounts());
        system.write("etc/machine-id", 0o444, "0123456789abcdef0123456789abcdef\n");
        system.write("etc/group", 0o644, "root:x:0:\nnogroup:x:65534:\n");
        system
    }

    /// Its root directory, seen from outside: /usr, /proc, /sys and /dev are empty there.
    pub fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    /// Where in the test's world a path of the system is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    /// Copies a program into the system. By another process: one that this process had open to write could not be run as long as a
    /// child that another thread forked meanwhile has the descriptor.
    pub fn copy_program(&self, program: &Path, path: &str) {
        let done = Command::new("cp").arg(program).arg(self.path(path)).status().expect("run cp");
        assert!(done.success(), "copy {}", program.display());
    }

    /// Writes a file of the system and the directories it is in.
    pub fn write(&self, path: &str, mode: u32, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file's path")).expect("make directories");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("chmod");
    }

    /// Reads a file of the system.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Copies a golden tree into /etc. Files that hold secrets get the mode that their readers insist on.
    pub fn install(&self, etc: &Path) {
        self.copy(etc, "etc");
    }

    /// Copies a directory of the tools' root, such as a tool's own configuration as packaged.
    pub fn install_packaged(&self, path: &str) {
        self.copy(&tools().join("root").join(path), path);
    }

    fn copy(&self, from: &Path, to: &str) {
        let to = self.path(to);
        fs::create_dir_all(&to).expect("make directories");
        let status = Command::new("cp").args(["-RP", "--", &format!("{}/.", from.display())]).arg(&to).status().expect("package coreutils");
        assert!(status.success(), "copy {}", from.display());
        let private = r"find . -name '*.nmconnection' -exec chmod 600 {} + ; find . -path '*/netplan/*.yaml' -exec chmod 600 {} +";
        let status = Command::new("sh").args(["-ec", private]).current_dir(self.path("etc")).status().expect("package findutils");
        assert!(status.success(), "chmod");
    }

    /// A command that runs in the system, with the environment of a boot script.
    fn command(&self, argv: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        for (option, name) in [("mount", "mnt"), ("net", "net"), ("uts", "uts"), ("ipc", "ipc"), ("pid", "pid_for_children")] {
            command.arg(format!("--{option}=/proc/{}/ns/{name}", self.init.id()));
        }
        command.args(["--", "chroot"]).arg(self.root()).args(argv);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::null());
        die_with_us(&mut command);
        command
    }

    /// Runs a program to its end and gives what it said, whatever its status.
    pub fn try_run(&self, argv: &[&str]) -> Output {
        let limit = LIMIT.to_string();
        let limited = [&["timeout", "--kill-after=1", &limit], argv].concat();
        self.command(&limited).output().expect("package util-linux")
    }

    /// Runs a program, which must succeed, and gives its standard output.
    pub fn run(&self, argv: &[&str]) -> String {
        let output = self.try_run(argv);
        let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
        assert!(output.status.success(), "{argv:?}: {}\n{err}{out}", output.status);
        out
    }

    /// The same for a line of sh.
    pub fn sh(&self, line: &str) -> String {
        self.run(&["sh", "-ec", line])
    }

    /// Starts a program that stays until the system ends. What it says goes to /var/log.
    pub fn start(&self, argv: &[&str], environment: &[(&str, &str)]) -> Service {
        let name = argv.first().and_then(|path| path.rsplit('/').next()).expect("a program");
        let path = self.path("var/log").join(name);
        let log = File::options().append(true).create(true).open(&path).expect("open the log");
        let mut command = self.command(argv);
        command.envs(environment.iter().copied()).stdout(log.try_clone().expect("dup")).stderr(log);
        Service { name: name.into(), child: command.spawn().expect("package util-linux") }
    }

    /// Whether there is a link of this name.
    pub fn has_link(&self, name: &str) -> bool {
        self.try_run(&["ip", "link", "show", "dev", name]).status.success()
    }

    /// Makes a link with this name and MAC, whose other end is up. It stands in for a Xen vif.
    pub fn link(&self, name: &str, mac: &str) {
        self.sh(&format!("ip link add name {name} address {mac} type veth peer name {name} netns peer; ip -n peer link set {name} up"));
    }

    /// Makes /sys read-only, by which the daemons that would wait for udev know a container, where there is none.
    pub fn without_udev(&self) {
        self.sh("mount -o remount,bind,ro /sys");
    }

    /// What is left after a reboot: /etc and /var. Nothing runs, /run is empty, and the links are to be made again.
    pub fn reboot(self) -> Self {
        let next = Self::new();
        for name in ["etc", "var"] {
            fs::remove_dir_all(next.path(name)).expect("remove");
            fs::rename(self.path(name), next.path(name)).expect("rename");
        }
        next
    }

    /// What its links look like.
    pub fn live(&self) -> Live {
        Live::read(self)
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.input = None;
        // It returns when the last process of the system has ended; only then can the directory go.
        let _ = self.init.wait();
        if std::thread::panicking() {
            let logs = fs::read_dir(self.path("var/log")).into_iter().flatten().flatten();
            for log in logs.filter(|entry| entry.path().is_file()) {
                let text = fs::read(log.path()).unwrap_or_default();
                let text = String::from_utf8_lossy(&text);
                let skip = text.lines().count().saturating_sub(40);
                text.lines().skip(skip).for_each(|line| eprintln!("{}: {line}", log.file_name().display()));
            }
        }
    }
}

/// A program that runs as long as its system.
pub struct Service {
    name: String,
    child: Child,
}

impl Service {
    /// Waits until a condition holds; the program must not end before.
    pub fn wait_until(&mut self, what: &str, mut holds: impl FnMut() -> bool) {
        let done = within(Duration::from_secs(LIMIT), || {
            let ended = self.child.try_wait().expect("wait").map(|status| status.to_string());
            match ended {
                Some(status) => Some(Err(status)),
                None => holds().then_some(Ok(())),
            }
        });
        match done {
            Some(Ok(())) => {}
            Some(Err(status)) => panic!("{} ended before {what}: {status}", self.name),
            None => panic!("{}: {what} never came", self.name),
        }
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(name)
}

fn tools() -> PathBuf {
    let tools = std::env::var_os("TOOLS").map(PathBuf::from).expect("TOOLS names the directory made by tests/tools/fetch.sh");
    assert!(tools.join("root").is_dir(), "{} has no tools (make counterparts)", tools.display());
    tools
}

/// The accounts that the daemons give up root for. A user namespace with a single id has no other than root's.
fn accounts() -> String {
    let map = fs::read_to_string("/proc/self/uid_map").expect("read /proc");
    let several = map.split_whitespace().nth(2).is_some_and(|count| count != "1");
    let id = if several { 998 } else { 0 };
    format!("root:x:0:0:root:/root:/bin/sh\nsystemd-network:x:{id}:{id}::/:/usr/sbin/nologin\nnobody:x:65534:65534::/:/usr/sbin/nologin\n")
}
