//! The release binary as a process: started, measured, signalled, killed.

use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::daemon::{Daemon, die_with_us};
use crate::guest::{Guest, agent_binary};
use crate::host::Host;

/// A running agent, killed when dropped.
pub struct Agent {
    child: Child,
    log: PathBuf,
}

/// Memory of a process in KiB, from smaps_rollup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Resident pages.
    pub rss: u64,
    /// Pages of its own that it wrote to.
    pub private_dirty: u64,
}

/// The agent with the small environment that service managers give, whose size counts as its memory.
fn as_a_service() -> Command {
    let mut command = Command::new(agent_binary());
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

impl Agent {
    /// Starts the agent and waits until it answers `version`.
    pub fn start(daemon: &Daemon, guest: &Guest) -> Self {
        let agent = Self::spawn(&daemon.guest_socket(), guest, &[]);
        Host::new(daemon).ask("version", "agent");
        agent
    }

    /// Starts the agent with further arguments and does not wait.
    pub fn spawn(xenstore: &Path, guest: &Guest, arguments: &[&str]) -> Self {
        Self::run(as_a_service().args(Self::arguments(xenstore, guest)).args(arguments), guest)
    }

    /// Starts the agent with further environment and does not wait.
    pub fn spawn_with(xenstore: &Path, guest: &Guest, environment: &[(&str, &str)]) -> Self {
        Self::run(as_a_service().args(Self::arguments(xenstore, guest)).envs(environment.iter().copied()), guest)
    }

    /// The same under strace, which writes the system calls to `trace`.
    pub fn traced(xenstore: &Path, guest: &Guest, trace: &Path) -> Self {
        let mut command = Command::new("strace");
        // -D: the agent stays our child, strace is the one on the side.
        command.arg("-D").arg("-o").arg(trace).arg(agent_binary());
        Self::run(command.args(Self::arguments(xenstore, guest)), guest)
    }

    /// The same on a device that refuses the watch as early classic kernels do, with EINVAL from write(2). The first write is the log's.
    pub fn refused_watch(xenstore: &Path, guest: &Guest) -> Self {
        let mut command = Command::new("strace");
        command.arg("-D").arg("-o").arg("/dev/null").arg("-e").arg("inject=write:error=EINVAL:when=2").arg(agent_binary());
        Self::run(command.args(Self::arguments(xenstore, guest)), guest)
    }

    /// The same, killed as it enters the system call `name` for the `nth` time.
    pub fn killed_in(xenstore: &Path, guest: &Guest, name: &str, nth: usize) -> Self {
        let mut command = Command::new("strace");
        command.args(["-D", "-o", "/dev/null", "-e", &format!("inject={name}:signal=KILL:when={nth}")]).arg(agent_binary());
        Self::run(command.args(Self::arguments(xenstore, guest)), guest)
    }

    /// Starts the agent in the namespaces of the caller, who made them for it, and does not wait.
    pub fn spawn_in_place(xenstore: &Path, guest: &Guest) -> Self {
        Self::start_process(as_a_service().args(Self::arguments(xenstore, guest)), guest)
    }

    /// What service files and tests start the agent with.
    fn arguments(xenstore: &Path, guest: &Guest) -> Vec<String> {
        let log = guest.beside("log");
        let paths = [xenstore, &guest.root(), &log].map(|p| p.to_str().expect("a printable path").to_owned());
        let [xenstore, root, log] = paths;
        ["--no-fork", "True", "-l", "info", "--xenstore", &xenstore, "--root", &root, "-o", &log].map(String::from).into()
    }

    fn run(command: &mut Command, guest: &Guest) -> Self {
        Self::start_process(own_network(command), guest)
    }

    fn start_process(command: &mut Command, guest: &Guest) -> Self {
        let errors = File::options().append(true).create(true).open(guest.beside("stderr")).expect("open");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
        die_with_us(command);
        Self { child: command.spawn().expect("start the agent"), log: guest.beside("log") }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Runs a command in its network.
    pub fn in_network(&self, command: &str) {
        let network = format!("--net=/proc/{}/ns/net", self.pid());
        let status = Command::new("nsenter").arg(network).args(["sh", "-ec", command]).status().expect("package util-linux");
        assert!(status.success(), "{command}");
    }

    /// Everything it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until the log holds `text`.
    pub fn wait_for_log(&self, text: &str) {
        within(Duration::from_secs(10), || self.log().contains(text).then_some(()))
            .unwrap_or_else(|| panic!("not logged: {text}\n{}", self.log()));
    }

    /// Sends a signal.
    pub fn signal(&self, signal: i32) {
        // SAFETY: kill(2) takes two numbers; the child is not reaped yet, so its id is not another's.
        #[allow(unsafe_code)]
        let result = unsafe { libc::kill(self.pid() as i32, signal) };
        assert_eq!(result, 0, "signal the agent");
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("wait for the agent").is_some()
    }

    /// Waits for its end.
    pub fn wait(&mut self, timeout: Duration) -> ExitStatus {
        within(timeout, || self.child.try_wait().expect("wait for the agent")).expect("the agent does not end")
    }

    /// Kills it as the kernel would.
    pub fn kill(mut self) {
        self.signal(libc::SIGKILL);
        assert_eq!(self.wait(Duration::from_secs(5)).signal(), Some(libc::SIGKILL));
    }

    /// Its memory now.
    pub fn memory(&self) -> Memory {
        // A binary that was built a moment ago is in dirty pages of the page cache, which count as dirty where they are mapped.
        File::open(agent_binary()).and_then(|file| file.sync_all()).expect("sync the agent's binary");
        let rollup = self.proc("smaps_rollup");
        Memory { rss: field(&rollup, "Rss:"), private_dirty: field(&rollup, "Private_Dirty:") }
    }

    /// How often it gave up the processor by itself: its wake-ups.
    pub fn wakeups(&self) -> u64 {
        field(&self.proc("status"), "voluntary_ctxt_switches:")
    }

    /// Its state as /proc names it: S for sleeping, T for stopped.
    pub fn state(&self) -> char {
        let status = self.proc("status");
        status.split_once("State:\t").and_then(|(_, rest)| rest.chars().next()).expect("a state")
    }

    /// Waits until it sleeps in poll(2).
    pub fn wait_until_idle(&self) {
        let mut last = (0, Instant::now());
        within(Duration::from_secs(10), || {
            let now = self.wakeups();
            if now != last.0 {
                last = (now, Instant::now());
            }
            (self.state() == 'S' && last.1.elapsed() > Duration::from_millis(200)).then_some(())
        })
        .expect("the agent never sleeps");
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.pid())).expect("read /proc")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let skip = log.lines().count().saturating_sub(20);
            log.lines().skip(skip).for_each(|line| eprintln!("agent: {line}"));
        }
    }
}

/// Asks until there is an answer or the time is over.
pub fn within<T>(timeout: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        match ask() {
            Some(answer) => return Some(answer),
            None if start.elapsed() > timeout => return None,
            None => sleep(Duration::from_millis(2)),
        }
    }
}

fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{name} missing"));
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}

/// Gives the child a network and a host name of its own, so that nothing of this machine is touched.
fn own_network(command: &mut Command) -> &mut Command {
    let leave = || {
        // SAFETY: unshare(2) takes flags only.
        #[allow(unsafe_code)]
        match unsafe { libc::unshare(libc::CLONE_NEWNET | libc::CLONE_NEWUTS) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: unshare(2) is async-signal-safe, and nothing else runs between fork and exec.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(leave)
    }
}
