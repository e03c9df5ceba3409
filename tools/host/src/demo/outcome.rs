//! What became of the guest: accounts, files, network and the agent itself, judged by other programs than the agent.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::thread::sleep;
use std::time::Duration;

use nova_agent_tests::agent::Agent;
use nova_agent_tests::guest::{Guest, SHADOW, agent_binary, crypt_accepts};

use crate::kernel::{addresses, is_up, routes};
use crate::report::Report;
use crate::talk::{KEYS, MOTD, PASSWORD};

/// How long the agent is watched doing nothing.
const IDLE: Duration = Duration::from_secs(4);

/// Checks everything.
pub fn check(guest: &Guest, agent: &Agent, old_motd: &str, report: &mut Report) {
    account(guest, report);
    files(guest, old_motd, report);
    network(guest, report);
    agent_itself(agent, report);
}

fn account(guest: &Guest, report: &mut Report) {
    let now = guest.read("etc/shadow");
    let (before, after) = (SHADOW.lines().next().unwrap_or_default(), now.lines().next().unwrap_or_default());
    report.item("/etc/shadow", "");
    report.fact("before", before);
    report.fact("after", after);
    let hash = guest.root_hash();
    report.check(hash.starts_with("$6$") && crypt_accepts(&hash, PASSWORD), &format!("crypt(3) takes '{PASSWORD}' for it"));
    report.check(!crypt_accepts(&hash, "correct horse"), "crypt(3) refuses another password");
    report.check(SHADOW.lines().skip(1).eq(now.lines().skip(1)), "every other line is as it was");
    owner_and_mode(guest, "/etc/shadow", 0o640, report);
}

fn files(guest: &Guest, old_motd: &str, report: &mut Report) {
    report.item("files", "");
    owner_and_mode(guest, "/root/.ssh", 0o700, report);
    owner_and_mode(guest, "/root/.ssh/authorized_keys", 0o600, report);
    holds(guest, "/root/.ssh/authorized_keys", KEYS, report);
    owner_and_mode(guest, "/etc/motd", 0o644, report);
    holds(guest, "/etc/motd", MOTD, report);
    let names = guest.names("etc");
    let backup = names.iter().find(|n| n.starts_with("motd.") && n.ends_with(".bak~"));
    match backup {
        Some(name) => holds(guest, &format!("/etc/{name}"), old_motd, report),
        None => report.check(false, "no backup of /etc/motd"),
    }
    let stray = names.iter().any(|n| n.starts_with(".nova-agent")) || guest.path("/etc/shadow.lock").exists();
    report.check(!stray, "no temporary file and no lock is left");
}

fn network(guest: &Guest, report: &mut Report) {
    report.item("eth0, public", "");
    report.check(is_up("eth0"), "up");
    report.compare(&["198.51.100.23/24 brd 198.51.100.255", "2001:db8:1::23/64"], &addresses("eth0"));
    report.check(!addresses("eth0").iter().any(|a| a.starts_with("192.0.2.200")), "the stale address 192.0.2.200/24 is gone");
    report.item("eth1, private", "");
    report.check(is_up("eth1"), "up");
    report.compare(&["10.181.192.23/19 brd 10.181.223.255"], &addresses("eth1"));
    report.item("routes", "");
    let expected = [
        "default via 198.51.100.1 dev eth0",
        "198.51.100.0/24 dev eth0",
        "10.181.192.0/19 dev eth1",
        "10.208.0.0/12 via 10.181.192.1 dev eth1",
        "default via fe80::def dev eth0",
        "2001:db8:1::/64 dev eth0",
    ];
    report.compare(&expected, &routes());
    report.item("names", "");
    let kernel = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    report.check(kernel.trim() == "web-1", &format!("the kernel's host name is {}", kernel.trim()));
    holds(guest, "/etc/hostname", "web-1\n", report);
    holds(guest, "/etc/resolv.conf", "# kept\nsearch example.org\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n", report);
}

fn agent_itself(agent: &Agent, report: &mut Report) {
    report.item("the agent", "");
    let log = agent.log();
    report.fact("log", &format!("{} lines, the last:", log.lines().count()));
    for line in log.lines().rev().take(3).collect::<Vec<_>>().into_iter().rev() {
        report.fact("", line);
    }
    let told = ["horse", "ssh-ed25519", "198.51.100.23", "Welcome"].iter().any(|secret| log.contains(secret));
    report.check(!told, "the log names no password, key, file content or address");
    agent.wait_until_idle();
    let memory = agent.memory();
    let size = fs::metadata(agent_binary()).map_or(0, |file| file.len());
    report.fact("size", &format!("{size} octets, one static file (budget 98304)"));
    report.fact("memory", &format!("{} KiB resident, {} KiB of them its own (Private_Dirty, budget 48)", memory.rss, memory.private_dirty));
    let before = agent.wakeups();
    sleep(IDLE);
    let woken = agent.wakeups() - before;
    report.check(woken == 0, &format!("{woken} wake-ups in {} idle seconds", IDLE.as_secs()));
}

fn owner_and_mode(guest: &Guest, path: &str, mode: u32, report: &mut Report) {
    let Ok(found) = fs::symlink_metadata(guest.path(path)) else {
        return report.check(false, &format!("{path} is missing"));
    };
    let bits = found.permissions().mode() & 0o7777;
    let right = bits == mode && (found.uid(), found.gid()) == (0, 0);
    report.check(right, &format!("{path} has mode {bits:04o} and owner {}:{}", found.uid(), found.gid()));
}

fn holds(guest: &Guest, path: &str, contents: &str, report: &mut Report) {
    let Ok(found) = fs::read(guest.path(path)) else {
        return report.check(false, &format!("{path} is missing"));
    };
    let text = String::from_utf8_lossy(&found);
    let lines: String = text.trim_start().lines().map(|line| format!("\n  {line}")).collect();
    report.check(found == contents.as_bytes(), &format!("{path} holds{lines}"));
}
