//! How service managers start it: command lines, exit statuses, pid file, readiness.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Output};
use std::time::Duration;

use nova_agent_tests::agent::{Agent, within};
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::{Guest, agent_binary};
use nova_agent_tests::host::Host;

/// Runs it to its end, which must come soon (timeout(1) says 124 otherwise).
fn run(arguments: &[&str]) -> Output {
    Command::new("timeout").arg("20").arg(agent_binary()).args(arguments).env_remove("XENSTORED_PATH").output().unwrap()
}

#[test]
fn version_and_help() {
    for arguments in [["--version"], ["-h"], ["--help"]] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn a_wrong_command_line_is_one_line_and_64() {
    for arguments in [&["--no-such-option"][..], &["-X"], &["run", "--root"], &["-l", "loud"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1, "{arguments:?}");
    }
}

#[test]
fn no_xenstore_is_one_line_and_69() {
    let output = run(&["-n", "-o", "-", "--xenstore", "/nonexistent/xenstore"]);
    assert_eq!(output.status.code(), Some(69));
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
}

/// The command lines of the services of 1.x and 2.x start it.
#[test]
fn command_lines_of_older_services() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let (socket, root, log) = (daemon.guest_socket(), guest.root(), guest.beside("log"));
    let [socket, root, log] = [&socket, &root, &log].map(|p| p.to_str().unwrap());
    for line in [
        "--no-fork True -o LOG -l info",
        "--no-fork true -o LOG -l info",
        "-n -l info -o LOG /usr/share/nova-agent/nova-agent.py",
        "-n -q -S -o LOG -l debug /usr/share/nova-agent/nova-agent.py",
        "run -n --logfile=LOG --loglevel=warning",
        "-n /usr/share/nova-agent/nova-agent.py -o LOG -t",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let words: Vec<String> = words.iter().map(|w| w.replace("LOG", log)).collect();
        let mut child = Command::new(agent_binary()).args(words).args(["--xenstore", socket, "--root", root]).spawn().unwrap();
        let answer = Host::new(&daemon).ask("version", "agent");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(answer.returncode, "0", "{line}");
    }
}

/// The environment names the store where the command line does not.
#[test]
fn xenstored_path() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let mut command = Command::new(agent_binary());
    command.args(["-n", "-o", "/dev/null", "--root"]).arg(guest.root()).env("XENSTORED_PATH", daemon.guest_socket());
    let mut child = command.spawn().unwrap();
    let answer = Host::new(&daemon).ask("version", "agent");
    child.kill().unwrap();
    child.wait().unwrap();
    answer.done();
}

/// Without --no-fork it goes into the background and leaves its id in the pid file.
#[test]
fn daemon() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let (socket, root, log, pid) = (daemon.guest_socket(), guest.root(), guest.beside("log"), guest.beside("pid"));
    let [socket, root, log, pid_file] = [&socket, &root, &log, &pid].map(|p| p.to_str().unwrap());
    let output = run(&["-q", "-p", pid_file, "-o", log, "-l", "info", "--xenstore", socket, "--root", root]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    Host::new(&daemon).ask("version", "agent").done();
    let id: i32 = fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    assert!(status.contains("nova-agent"), "{status}");
    // SAFETY: kill(2) takes two numbers.
    #[allow(unsafe_code)]
    let killed = unsafe { libc::kill(id, libc::SIGTERM) };
    assert_eq!(killed, 0);
    let gone = || fs::read_to_string(format!("/proc/{id}/status")).map_or(true, |s| s.contains("State:\tZ")).then_some(());
    within(Duration::from_secs(5), gone).expect("the daemon ends");
}

/// READY=1 on the socket, `None` if none comes in time.
fn ready(socket: &UnixDatagram, timeout: Duration) -> Option<String> {
    socket.set_read_timeout(Some(timeout)).unwrap();
    let mut buffer = [0; 256];
    socket.recv(&mut buffer).ok().map(|len| String::from_utf8_lossy(&buffer[..len]).into_owned())
}

#[test]
fn ready_when_nothing_comes() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let path = guest.beside("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    let _agent = Agent::spawn_with(&daemon.guest_socket(), &guest, &[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    assert_eq!(ready(&socket, Duration::from_secs(1)), None, "too early");
    assert_eq!(ready(&socket, Duration::from_secs(5)).unwrap().trim_end(), "READY=1");
}

#[test]
fn ready_after_resetnetwork() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let path = guest.beside("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    let _agent = Agent::spawn_with(&daemon.guest_socket(), &guest, &[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    let mut host = Host::new(&daemon);
    host.ask("version", "agent").done();
    assert_eq!(ready(&socket, Duration::from_secs(4)), None, "a first boot is not over before resetnetwork");
    host.ask("resetnetwork", "").done();
    assert_eq!(ready(&socket, Duration::from_secs(2)).unwrap().trim_end(), "READY=1");
}

#[test]
fn ready_when_the_host_stops_asking() {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let path = guest.beside("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    let _agent = Agent::spawn_with(&daemon.guest_socket(), &guest, &[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    Host::new(&daemon).ask("version", "agent").done();
    assert_eq!(ready(&socket, Duration::from_secs(8)), None, "10 s without a new request");
    assert_eq!(ready(&socket, Duration::from_secs(6)).unwrap().trim_end(), "READY=1");
}

/// Upstart's `expect stop`: it stops itself when it is ready, unless it was started by the sysv emulation (`rc`).
#[test]
fn upstart() {
    let (daemon, guest, plain) = (Daemon::start(Backend::ALL[0]), Guest::new(), Guest::new());
    let agent = Agent::spawn_with(&daemon.guest_socket(), &guest, &[("UPSTART_JOB", "nova-agent")]);
    within(Duration::from_secs(6), || (agent.state() == 'T').then_some(())).expect("stopped");
    agent.signal(libc::SIGCONT);
    Host::new(&daemon).ask("version", "agent").done();
    drop(agent);
    let agent = Agent::spawn_with(&daemon.guest_socket(), &plain, &[("UPSTART_JOB", "rc")]);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(agent.state(), 'S');
}

/// Early classic kernels refuse watches: there requests are looked for every second, and the log says so once.
#[test]
fn a_device_without_watches() {
    let (daemon, guest) = (Daemon::start(Backend::Xenstored), Guest::new());
    let mut host = Host::new(&daemon);
    let waiting = nova_agent_tests::host::uuid();
    host.post(&waiting, nova_agent_tests::host::request("version", "agent"));
    let agent = Agent::refused_watch(&daemon.guest_socket(), &guest);
    host.answer(&waiting).done();
    for _ in 0..3 {
        host.ask("version", "agent").done();
    }
    assert_eq!(agent.log().matches("no-watches").count(), 1, "{}", agent.log());
}
