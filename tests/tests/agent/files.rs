//! injectfile and file_inject: what arrives where, with which mode, and what is refused.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::Guest;
use nova_agent_tests::host::{Answer, Host, base64};
use serde_json::json;

/// Sends a file by the first of nova's two commands that the agent knows.
fn inject(host: &mut Host, path: &str, contents: &[u8]) -> Answer {
    let features = host.ask("features", "").done();
    if features.split(',').any(|name| name == "file_inject") {
        host.ask("file_inject", json!({"b64_path": base64(path.as_bytes()), "b64_file": base64(contents)}))
    } else {
        host.ask("injectfile", base64(&[path.as_bytes(), b",", contents].concat()))
    }
}

on_every_daemon! {
    /// A new file, an existing one, an ssh key.
    fn arrives(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);

        inject(&mut host, "/etc/new/deep/file", b"\0binary\xff, with a comma\n").done();
        assert_eq!(guest.bytes("etc/new/deep/file"), b"\0binary\xff, with a comma\n");
        assert_eq!((guest.mode("etc/new/deep/file"), guest.mode("etc/new/deep")), (0o600, 0o755));

        inject(&mut host, "/root/.ssh/authorized_keys", b"\n# The following ssh key was injected by Nova\nssh-rsa asdf\n").done();
        assert_eq!((guest.mode("root/.ssh"), guest.mode("root/.ssh/authorized_keys")), (0o700, 0o600));

        guest.write("etc/motd", 0o644, "old\n");
        inject(&mut host, "/etc/motd", b"new top secret\n").done();
        assert_eq!((guest.read("etc/motd").as_str(), guest.mode("etc/motd")), ("new top secret\n", 0o644));
        let backups: Vec<String> = guest.names("etc").into_iter().filter(|n| n.starts_with("motd.") && n.ends_with(".bak~")).collect();
        assert_eq!(backups.len(), 1, "{backups:?}");
        assert_eq!(guest.read(&format!("etc/{}", backups[0])), "old\n");

        inject(&mut host, "/etc/motd", b"new top secret\n").done();
        assert_eq!(guest.names("etc").iter().filter(|n| n.starts_with("motd.")).count(), 1, "equal contents make no backup");
        assert!(!agent.log().contains("top secret") && !agent.log().contains("ssh-rsa"), "contents in the log");
    }
}

fn with_agent(check: impl FnOnce(&Guest, &mut Host)) {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let _agent = Agent::start(&daemon, &guest);
    check(&guest, &mut Host::new(&daemon));
    let strays = Command::new("find").arg(guest.root()).args(["-name", ".nova-agent.*"]).output().expect("find");
    assert_eq!(strays.stdout, b"", "temporary files left");
}

#[test]
fn what_cannot_be_a_file_is_refused() {
    with_agent(|guest, host| {
        fs::create_dir(guest.path("etc/directory")).unwrap();
        for path in ["relative", "", "/", "/etc/", "/etc/directory", "/etc/passwd/below"] {
            inject(host, path, b"x").failed();
        }
        inject(host, "/etc/nul\0inside", b"x").failed();
        for value in ["", "AAAA", "!!!!", &base64(b"/etc/no-comma")] {
            host.ask("injectfile", value).failed();
        }
        for value in [json!({}), json!({"b64_path": "L2V0Yy94"}), json!({"b64_path": 1, "b64_file": 2}), json!("text"), json!([])] {
            let answer = host.ask("file_inject", value);
            assert!(answer.returncode == "500" || answer.returncode == "404", "{answer:?}");
        }
        assert!(guest.path("etc/directory").is_dir());
    });
}

#[test]
fn empty_contents_and_further_commas() {
    with_agent(|guest, host| {
        inject(host, "/etc/empty", b"").done();
        assert_eq!(guest.bytes("etc/empty"), b"");
        if host.ask("features", "").done().split(',').any(|name| name == "injectfile") {
            host.ask("injectfile", base64(b"/etc/commas,a,b,c\n")).done();
            assert_eq!(guest.bytes("etc/commas"), b"a,b,c\n");
        }
    });
}

/// Links inside the root resolve as under chroot: nothing outside is ever touched.
#[test]
fn the_root_is_not_left() {
    with_agent(|guest, host| {
        let outside = guest.beside("canary");
        fs::create_dir(&outside).unwrap();
        symlink(&outside, guest.path("etc/absolute")).unwrap();
        symlink("../../canary", guest.path("etc/upward")).unwrap();
        // Whether refused or resolved inside, it must be answered.
        for path in ["/etc/absolute/x", "/etc/upward/x", "/../canary/x", "/etc/../../canary/x"] {
            inject(host, path, b"escaped").returncode.parse::<u32>().unwrap();
        }
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "written outside the root");
    });
}

#[test]
fn a_directory_link_of_root_is_followed() {
    with_agent(|guest, host| {
        fs::create_dir(guest.path("srv")).unwrap();
        symlink("/srv", guest.path("etc/link")).unwrap();
        inject(host, "/etc/link/file", b"there").done();
        assert_eq!(guest.read("srv/file"), "there");
    });
}
