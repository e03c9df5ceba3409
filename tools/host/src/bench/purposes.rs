//! What the system calls of one `resetnetwork` are for: two interfaces that change entirely, and network files to write.

use std::collections::BTreeMap;
use std::fs;

use nova_agent_host::scene;
use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::Guest;
use nova_agent_tests::trace;

use crate::kinds::furnish;

/// Why a request makes a system call; one that is not here has no reason.
const REASONS: [(&str, &str); 24] = [
    ("ppoll", "waits for each reply of the store, and at last for the next request"),
    ("poll", "the same where the C library asks so"),
    ("read", "XenStore's replies; the old content of each file; DHCP clients' names in /proc"),
    ("write", "requests to XenStore; the new content of files; log lines"),
    ("sendto", "a netlink request for each dump and each change"),
    ("recvfrom", "the kernel's word on it"),
    ("socket", "the netlink socket, once"),
    ("bind", "its address"),
    ("setsockopt", "its time limit"),
    ("openat", "each component of each path, none through a foreign link; clues; /proc for DHCP clients"),
    ("close", "what openat opened"),
    ("newfstatat", "what is at each component: a link, a directory, a file"),
    ("fstat", "size, owner and mode of each file"),
    ("statx", "the same, as some C libraries ask"),
    ("getdents64", "backups beside each file; processes that may be DHCP clients; directories of network files"),
    ("readlinkat", "which sockets a process has open, of programs that are DHCP clients by name"),
    ("mmap", "memory for a file's content, one at a time"),
    ("munmap", "given back"),
    ("fchown", "a new file's owner, before any content arrives"),
    ("fchmod", "its mode"),
    ("flistxattr", "labels of the old file"),
    ("fsync", "each new file, and its directory after the rename"),
    ("linkat", "a backup of each file"),
    ("renameat", "each file takes its place"),
];

/// The rest: one each, or few.
const OTHERS: [(&str, &str); 16] = [
    ("mkdirat", "the state file's directory, the first time"),
    ("fremovexattr", "an ACL that a directory gives to new files and the old file has not"),
    ("getrandom", "a temporary file's name"),
    ("pwrite64", "the state file, before and after what may be interrupted"),
    ("gethostname", "the host name that was"),
    ("uname", "the same"),
    ("sethostname", "the new one"),
    ("clock_gettime", "time limits, log lines, backups' names"),
    ("madvise", "memory given back before sleeping"),
    ("unlinkat", "a backup too many"),
    ("fcntl", "closing on exec, of descriptors on kernels that do not say so at open"),
    ("ioctl", "a link's driver, where several have the MAC address"),
    ("access", "whether a program to be told is installed"),
    ("faccessat", "the same"),
    ("readlink", "a link's driver in /sys"),
    ("getpid", "marks each netlink request as ours"),
];

/// Prints the table; whether every call has a reason.
pub fn print(backend: Backend) -> bool {
    let (daemon, guest) = (Daemon::start(backend), Guest::new());
    for directory in ["etc/network", "sbin"] {
        fs::create_dir_all(guest.path(directory)).expect("make a directory");
    }
    guest.write("sbin/ifup", 0o755, "");
    guest.write("etc/network/interfaces", 0o644, "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n");
    let file = guest.beside("trace");
    let agent = Agent::traced(&daemon.guest_socket(), &guest, &file);
    let mut host = furnish(&daemon, &agent);
    scene::describe(&mut host.xs, "web-1", &[scene::PUBLIC, scene::PRIVATE]);
    agent.wait_until_idle();
    let before = trace::since(&file, 0).len();
    let answer = host.ask("resetnetwork", "");
    assert_eq!(answer.returncode, "0", "{}", answer.message);
    agent.wait_until_idle();
    assert!(guest.read("etc/network/interfaces").contains("# nova-agent"), "no network file was written");

    let mut counts = BTreeMap::<String, usize>::new();
    for line in trace::since(&file, before) {
        *counts.entry(line.split('(').next().unwrap_or_default().trim().to_string()).or_default() += 1;
    }
    let total: usize = counts.values().sum();
    println!("\n`resetnetwork` of two interfaces with network files to write (ifupdown, host name, name servers), {total} system calls:\n");
    println!("| system call | count | for |");
    println!("|---|---|---|");
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|(name, count)| (usize::MAX - count, name.clone()));
    let mut all_known = true;
    for (name, count) in sorted {
        let reason = REASONS.iter().chain(&OTHERS).find(|(known, _)| *known == name);
        all_known &= reason.is_some();
        println!("| {name} | {count} | {} |", reason.map_or("**no reason known**", |(_, reason)| reason));
    }
    all_known
}
