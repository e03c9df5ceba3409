//! The program: from the argument vector and the environment to the run loop. No agent logic here.

#![no_std]
#![no_main]

mod rt;

use core::ffi::{CStr, c_int};
use core::mem::ManuallyDrop;

use nova_agent::apply::{self, Job, Source};
use nova_agent::cli::{self, Action, Options};
use nova_agent::commands::VERSION;
use nova_agent::error::Errno;
use nova_agent::limits::{DEVICE_MS, DEVICE_POLL_MS, HELP_LEN};
use nova_agent::log::Level;
use nova_agent::network::config::backends;
use nova_agent::network::config::choose::Choice;
use nova_agent::ports::Host;
use nova_agent::reply::{Answer, Code};
use nova_agent::run::ready::Notify;
use nova_agent::run::{Agent, Parts, Scratch};
use nova_agent::settings::Settings;
use nova_agent::sys::os;
use nova_agent::sys::posix::channel::StoreChannel;
use nova_agent::sys::posix::fd::Fd;
use nova_agent::sys::posix::host::System;
use nova_agent::sys::posix::log::{Log, write_stderr, write_stdout};
use nova_agent::sys::posix::process::{self, Side};
use nova_agent::sys::posix::signal;
use nova_agent::text::{Parts as Words, Printable, Text};
use rt::Strings;

/// Exit statuses (sysexits.h).
mod status {
    pub const OK: i32 = 0;
    pub const FAILED: i32 = 1;
    pub const USAGE: i32 = 64;
    pub const UNAVAILABLE: i32 = 69;
    pub const SOFTWARE: i32 = 70;
    pub const OS_ERROR: i32 = 71;
}

/// Called by the C entry point with the words behind the program's name, and the environment.
fn start(words: Strings, environment: Strings) -> c_int {
    let mut options = Options::new();
    match cli::parse(words, &mut options) {
        Err(refused) => {
            complain("% (see nova-agent --help): %", &[&refused.why, &Printable(refused.word)]);
            status::USAGE
        }
        Ok(Action::Version) => said(write_stdout(Text::<64>::of("nova-agent %\n", &[&VERSION]).as_str())),
        Ok(Action::Help) => help(),
        Ok(action) => work(&options, environment, action == Action::Apply),
    }
}

/// How network files are written; ends the process at a backend that there is not.
#[inline(never)]
fn choice(options: &Options) -> Choice {
    let Some(name) = options.backend else { return Choice::Probe(os::BACKENDS) };
    match backends::named(os::BACKENDS, name.to_bytes()) {
        Some(backend) => Choice::Always(backend),
        None if name == c"none" => Choice::Nothing,
        None => {
            complain("no such backend (see nova-agent --help): %", &[&Printable(name.to_bytes())]);
            process::end(status::USAGE)
        }
    }
}

/// Serves requests, or applies vm-data once. Nothing is dropped at the end: the kernel closes what is open.
#[inline(never)]
fn work(options: &Options, variables: Strings, once: bool) -> c_int {
    let elsewhere = options.root != c"/";
    let mut settings = Settings { backend: choice(options), live: true, programs: !elsewhere };
    let mut environment = Environment::default();
    environment.take(variables);
    process::reset();
    if let Err(errno) = signal::install() {
        fail(status::OS_ERROR, "cannot start", c"", errno);
    }
    let mut host = System { log: open_log(options) };
    let root = ManuallyDrop::new(open_root(options));
    let store = options.xenstore.or(environment.xenstore);
    let (scratch, kept) = rt::buffers();
    if once {
        settings.live = !elsewhere && options.from.is_none();
        settings.programs &= !options.dry_run;
        let source = match options.from {
            Some(path) => Source::File(path),
            None => Source::Store(open_store(store, &mut host)),
        };
        return apply(Job { source, root: &root, elsewhere, dry_run: options.dry_run, settings }, &mut host, scratch);
    }
    let channel = open_store(store, &mut host);
    settle(options);
    host.log(Level::Info, "event=start version=%", &[&VERSION]);
    let parts = Parts { channel, root: &root, host, notify: environment.notify, settings, memory: rt::MEMORY };
    let mut agent = ManuallyDrop::new(Agent::new(parts, scratch, kept));
    let served = agent.run(options.apply_at_start);
    if let Some(path) = options.pid_file {
        process::remove_pid_file(path);
    }
    if served.is_ok() { status::OK } else { status::SOFTWARE }
}

/// Applies vm-data once.
#[inline(never)]
fn apply(job: Job<'_>, host: &mut System, scratch: &mut Scratch) -> c_int {
    let mut answer = Answer::empty();
    if let Err(error) = apply::run(job, host, scratch, &mut answer) {
        answer.set(Code::Failed, "%", &[&error]);
    }
    if answer.code == Code::Done {
        return status::OK;
    }
    complain("%", &[&answer.message]);
    status::FAILED
}

/// Opens the guest's root directory.
fn open_root(options: &Options) -> Fd {
    let root = Fd::open(options.root, libc::O_RDONLY | libc::O_DIRECTORY, 0);
    root.unwrap_or_else(|errno| fail(status::OS_ERROR, "cannot open the root directory ", options.root, errno))
}

/// What the environment tells.
#[derive(Clone, Copy, Default)]
struct Environment {
    xenstore: Option<&'static CStr>,
    notify: Option<Notify>,
}

impl Environment {
    /// Takes what the agent knows of.
    #[inline(never)]
    fn take(&mut self, variables: Strings) {
        for entry in variables {
            if let Some(path) = value(entry, b"XENSTORED_PATH=") {
                self.xenstore = Some(path);
            } else if let Some(socket) = value(entry, b"NOTIFY_SOCKET=") {
                self.notify = Some(Notify::Systemd(socket.to_bytes()));
            } else if let Some(job) = value(entry, b"UPSTART_JOB=")
                && job != c"rc"
                && self.notify.is_none()
            {
                self.notify = Some(Notify::Upstart);
            }
        }
    }
}

/// The value of a variable, if `entry` is of it and the value is not empty.
#[inline(never)]
fn value(entry: &'static CStr, name: &[u8]) -> Option<&'static CStr> {
    let value = entry.to_bytes_with_nul().strip_prefix(name)?;
    CStr::from_bytes_until_nul(value).ok().filter(|value| !value.is_empty())
}

/// Goes into the background if asked to, writes the pid file, leaves the working directory. The parent of a daemon ends here.
fn settle(options: &Options) {
    let mut daemon = None;
    if !options.foreground {
        match process::daemonise() {
            Ok(Side::Daemon) => return leave_directory(),
            Ok(Side::Parent(pid)) => daemon = Some(pid),
            Err(errno) => fail(status::OS_ERROR, "cannot become a daemon", c"", errno),
        }
    }
    // The parent writes it for the daemon, so that it is there when the parent ends.
    if let Some(path) = options.pid_file
        && let Err(errno) = process::write_pid_file(path, daemon.unwrap_or_else(process::id))
    {
        warn("cannot write the pid file ", path, errno);
    }
    if daemon.is_some() {
        process::end(status::OK);
    }
    leave_directory();
}

/// Last of all, so that relative paths on the command line mean what they say.
fn leave_directory() {
    if let Err(errno) = process::leave_directory() {
        warn("cannot leave the working directory", c"", errno);
    }
}

/// The log; one that cannot be opened is no reason not to serve.
#[inline(never)]
fn open_log(options: &Options) -> Log {
    let level = options.level;
    match options.log {
        None if !options.foreground => Log::to_kernel(level),
        Some(path) if path != c"-" => Log::to_file(level, path).unwrap_or_else(|errno| {
            warn("cannot open the log ", path, errno);
            Log::to_kernel(level)
        }),
        _ => Log::to_stderr(level),
    }
}

/// Opens the store: what the user named, else the system's device. On a Xen guest a missing device is waited for.
#[inline(never)]
fn open_store(named: Option<&'static CStr>, host: &mut System) -> StoreChannel {
    let devices = os::store_paths();
    let paths = named.as_ref().map_or(&devices[..], core::slice::from_ref);
    let mut tries = DEVICE_MS / DEVICE_POLL_MS;
    loop {
        // The first refusal other than "there is none" tells most.
        let mut refused = (paths.first().copied().unwrap_or_default(), Errno(libc::ENOENT));
        for path in paths {
            match StoreChannel::open(path) {
                Ok(channel) => return channel,
                Err(errno) if refused.1 == Errno(libc::ENOENT) && errno != refused.1 => refused = (path, errno),
                Err(_) => {}
            }
        }
        tries -= 1;
        if tries == 0 || !os::on_xen() || host.wait(host.now_ms() + DEVICE_POLL_MS).is_err() {
            fail(status::UNAVAILABLE, "no XenStore: ", refused.0, refused.1);
        }
    }
}

/// By itself, since its text would stay on the stack of a sleeping agent.
#[inline(never)]
fn help() -> c_int {
    said(write_stdout(Text::<HELP_LEN>::of("%", &[&cli::HELP]).as_str()))
}

/// Says what is wrong, with which file, and why.
#[inline(never)]
fn warn(what: &str, path: &CStr, why: Errno) {
    complain("%%: %", &[&what, &Printable(path.to_bytes()), &why]);
}

/// The same, and ends.
fn fail(status: c_int, what: &str, path: &CStr, why: Errno) -> ! {
    warn(what, path, why);
    process::end(status)
}

#[inline(never)]
fn complain(text: &str, parts: &Words<'_>) {
    let mut line = Text::<512>::of("nova-agent: ", &[]);
    line.add(text, parts);
    line.end_line();
    // Nobody to tell if stderr is closed.
    let _ = write_stderr(line.as_str());
}

fn said(result: Result<(), Errno>) -> c_int {
    if result.is_ok() { status::OK } else { status::OS_ERROR }
}
