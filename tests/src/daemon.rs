//! A XenStore daemon for one test: the development server in this process, or a real one without a hypervisor.
//!
//! The real ones are unpacked packages in the directory named by the environment variable `COUNTERPARTS` (made by `tests/fetch.sh`).

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nova_agent_devstore::{Like, Server};

use crate::directory::Directory;
use crate::xs::Xs;

/// Which daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Ours, answering like one of the others.
    Development(Like),
    /// The C xenstored.
    Xenstored,
    /// oxenstored, the daemon of XenServer.
    Oxenstored,
}

impl Backend {
    /// Ours and the two real ones, as the agent's suite uses them.
    pub const ALL: [Self; 3] = [Self::Development(Like::Xenstored), Self::Xenstored, Self::Oxenstored];

    /// Whose behaviour it shows.
    pub fn like(self) -> Like {
        match self {
            Self::Development(like) => like,
            Self::Xenstored => Like::Xenstored,
            Self::Oxenstored => Like::Oxenstored,
        }
    }
}

/// The home of the guest in all tests.
pub const GUEST: &str = "/local/domain/1";

enum Running {
    Ours(#[allow(dead_code, reason = "kept for its drop")] Server),
    Real(Child),
    Stopped,
}

/// A running daemon with domain 1 introduced and furnished as XenServer does.
pub struct Daemon {
    /// Which one.
    pub backend: Backend,
    run: Directory,
    running: Running,
}

impl Daemon {
    /// Starts one in a directory of its own.
    pub fn start(backend: Backend) -> Self {
        let mut daemon = Self { backend, run: Directory::new(), running: Running::Stopped };
        daemon.boot();
        daemon
    }

    /// A fresh connection as dom0.
    pub fn host(&self) -> Xs {
        Xs::connect(&self.run.path().join("socket"))
    }

    /// A fresh connection as unprivileged domain 1.
    pub fn guest(&self) -> Xs {
        Xs::connect(&self.guest_socket())
    }

    /// Where domain 1 connects.
    pub fn guest_socket(&self) -> PathBuf {
        self.run.path().join("dom1.sock")
    }

    /// Stops it as if it had crashed: all its state is lost and every connection closed.
    pub fn kill(&mut self) {
        if let Running::Real(mut child) = std::mem::replace(&mut self.running, Running::Stopped) {
            child.kill().expect("kill the daemon");
            child.wait().expect("wait for the daemon");
            // Else a client could take the dead daemon's sockets for the next one's.
            for socket in ["socket", "dom1.sock"] {
                let _ = fs::remove_file(self.run.path().join(socket));
            }
        }
    }

    /// Starts it again after [`Self::kill`], with the guest's directories made anew.
    pub fn boot(&mut self) {
        self.running = match self.backend {
            Backend::Development(like) => Running::Ours(Server::start(self.run.path(), like, &[]).expect("start the development server")),
            Backend::Xenstored => Running::Real(real("xenstored.sh", self.run.path())),
            Backend::Oxenstored => Running::Real(real("oxenstored.sh", self.run.path())),
        };
        let mut host = self.host();
        host.introduce(1).expect("introduce domain 1");
        for name in ["data", "vm-data", "attr", "control"] {
            let path = format!("{GUEST}/{name}");
            host.mkdir(&path).expect("mkdir");
            host.set_permissions(&path, &["n1"]).expect("set permissions");
        }
        host.set_permissions(GUEST, &["n0", "r1"]).expect("set permissions");
        self.guest();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

fn real(script: &str, run: &Path) -> Child {
    let counterparts = std::env::var_os("COUNTERPARTS").expect("COUNTERPARTS names the directory made by tests/fetch.sh");
    let log = fs::File::create(run.join("daemon.log")).expect("create the daemon's log");
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("xenstored").join(script));
    command.arg(counterparts).arg(run).stdin(Stdio::null()).stdout(log.try_clone().expect("dup")).stderr(log);
    die_with_us(&mut command).spawn().expect("start the daemon")
}

/// Has the child killed when the thread that starts it ends, whatever way.
pub fn die_with_us(command: &mut Command) -> &mut Command {
    let set = || {
        // SAFETY: PR_SET_PDEATHSIG takes a signal number and touches no memory of ours.
        #[allow(unsafe_code)]
        match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: prctl(2) is async-signal-safe, and nothing else runs between fork and exec.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(set)
    }
}
