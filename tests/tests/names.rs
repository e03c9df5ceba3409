//! Host name, name servers and password as the guest's own programs see them: the C library, both resolvconfs, Augeas.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use std::fs;

use nova_agent_tests::daemon::{Backend, Daemon, GUEST};
use nova_agent_tests::guest::{SHADOW, agent_binary};
use nova_agent_tests::host::Host;
use nova_agent_tests::password::{Digest, set_password};
use nova_agent_tests::tools::{System, readers};

/// A vif with two name servers.
const VIF: &str = r#"{"label": "public", "mac": "40:40:AA:BB:CC:01", "gateway": "198.51.100.1", "dns": ["192.0.2.53", "2001:db8::53"],
    "ips": [{"ip": "198.51.100.23", "enabled": "1", "netmask": "255.255.255.0", "gateway": "198.51.100.1"}]}"#;

/// An agent that has a whole system to itself, and its host.
struct World {
    system: System,
    host: Host,
    _daemon: Daemon,
}

impl World {
    /// On a system of these files that is called `old` and has a link.
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with("none", files)
    }

    /// The same with this backend.
    fn with(backend: &str, files: &[(&str, &str)]) -> Self {
        let system = System::new();
        system.link("eth0", "40:40:aa:bb:cc:01");
        system.write("etc/nsswitch.conf", 0o644, "hosts: files\n");
        for (path, text) in files {
            system.write(path, 0o644, text);
        }
        system.run(&["/usr/lib/busybox/hostname", "old"]);
        let daemon = Daemon::start(Backend::ALL[0]);
        system.copy_program(&agent_binary(), "root/nova-agent");
        fs::hard_link(daemon.guest_socket(), system.path("run/xenstored.sock")).unwrap();
        let agent = ["/root/nova-agent", "--backend", backend, "--xenstore", "/run/xenstored.sock"];
        system.start(&[&agent[..], &["-l", "debug", "-o", "-", "--no-fork", "True"]].concat(), &[]);
        let host = Host::new(&daemon);
        Self { system, host, _daemon: daemon }
    }

    fn reset(&mut self, name: &str, value: &str) {
        self.host.xs.write(&format!("{GUEST}/vm-data/{name}"), value).unwrap();
        self.host.ask("resetnetwork", "").done();
    }

    /// What the C library says of the machine: its name, its full name, and the address of the name.
    fn identity(&self) -> String {
        self.system.run(&[
            "/usr/bin/python3",
            "-c",
            "import socket; name = socket.gethostname(); print(name, socket.getfqdn(), socket.gethostbyname(name))",
        ])
    }
}

#[test]
fn a_machine_finds_itself_under_its_new_name() {
    let hosts = "127.0.0.1\tlocalhost\n127.0.1.1\told.example.org\told\n\n::1     localhost ip6-localhost ip6-loopback\n";
    let mut world = World::new(&[("etc/hosts", hosts), ("etc/hostname", "old\n")]);
    assert_eq!(world.identity(), "old old.example.org 127.0.1.1\n");
    world.reset("hostname", "web1");
    assert_eq!(world.identity(), "web1 web1.example.org 127.0.1.1\n");
    assert_eq!(world.system.read("etc/hosts"), hosts.replace("old", "web1"));
    let tree = readers::augeas(&world.system, "Hosts", "/etc/hosts");
    assert!(tree.contains("/2/canonical = \"web1.example.org\"") && tree.contains("/2/alias = \"web1\""), "{tree}");
    world.reset("hostname", "web2.example.com");
    assert_eq!(world.identity(), "web2.example.com web2.example.com 127.0.1.1\n");
    assert_eq!(world.system.read("etc/hostname"), "web2.example.com\n");
}

#[test]
fn one_that_had_no_line_gets_one() {
    let mut world =
        World::new(&[("etc/hosts", "127.0.0.1   localhost localhost.localdomain\n::1 localhost\n# end"), ("etc/hostname", "old\n")]);
    world.reset("hostname", "web1");
    assert_eq!(world.identity(), "web1 web1 127.0.1.1\n");
    let tree = readers::augeas(&world.system, "Hosts", "/etc/hosts");
    assert!(tree.contains("/3/ipaddr = \"127.0.1.1\"") && tree.contains("/3/canonical = \"web1\""), "{tree}");
}

#[test]
fn the_own_address_follows() {
    let hosts = "127.0.0.1 localhost\n198.51.100.23 old # public\n198.51.100.24 old\n";
    let mut world = World::new(&[("etc/hosts", hosts), ("etc/hostname", "old\n")]);
    world.host.xs.write(&format!("{GUEST}/vm-data/networking/4040AABBCC01"), VIF).unwrap();
    world.reset("hostname", "web1");
    assert_eq!(world.identity(), "web1 web1 198.51.100.23\n");
    assert_eq!(world.system.read("etc/hosts"), hosts.replacen("old", "web1", 1));
}

/// The `nameserver` lines.
fn name_servers(system: &System) -> Vec<String> {
    // Debian's is a link in the system's own root.
    let text = system.sh("cat /etc/resolv.conf");
    text.lines().filter_map(|line| line.strip_prefix("nameserver ")).map(String::from).collect()
}

const OURS: [&str; 2] = ["192.0.2.53", "2001:db8::53"];

#[test]
fn a_plain_resolv_conf() {
    let mut world = World::new(&[("etc/resolv.conf", "search example.org\nnameserver 10.0.0.1\noptions timeout:1\n")]);
    world.reset("networking/4040AABBCC01", VIF);
    assert_eq!(name_servers(&world.system), OURS);
    let tree = readers::augeas(&world.system, "Resolv", "/etc/resolv.conf");
    assert!(tree.contains("/nameserver[1] = \"192.0.2.53\"") && tree.contains("/options/timeout = \"1\""), "{tree}");
}

/// Whoever has told resolvconf of the link under ifupdown's name is replaced, and taking the link down removes ours.
fn resolvconf(world: &mut World) {
    let system = &world.system;
    system.sh("printf 'search example.org\\nnameserver 10.0.0.1\\n' | resolvconf -a eth0.inet");
    assert_eq!(name_servers(system), ["10.0.0.1"]);
    world.reset("networking/4040AABBCC01", VIF);
    assert_eq!(name_servers(&world.system), OURS);
    world.system.sh("resolvconf -d eth0.inet");
    assert!(name_servers(&world.system).is_empty());
}

#[test]
fn openresolv() {
    let mut world = World::new(&[("etc/resolvconf.conf", "resolv_conf=/etc/resolv.conf\n")]);
    resolvconf(&mut world);
}

/// Puts Debian's resolvconf, whose package is in a directory of its own since it excludes openresolv, in that one's place.
fn install_resolvconf_of_debian(system: &System) {
    let line = "cp -R /usr/lib/resolvconf.debian/etc/. /etc
        mount --bind /usr/lib/resolvconf.debian/lib/resolvconf /usr/lib/resolvconf
        mount --bind /usr/lib/resolvconf.debian/sbin/resolvconf /usr/sbin/resolvconf
        mkdir -p /run/resolvconf/interface
        ln -s /run/resolvconf/resolv.conf /etc/resolv.conf
        resolvconf --enable-updates; resolvconf -u";
    system.sh(line);
}

#[test]
fn resolvconf_of_debian() {
    let mut world = World::new(&[]);
    install_resolvconf_of_debian(&world.system);
    resolvconf(&mut world);
    // A DHCP client's servers stay behind ours.
    world.system.sh("echo 'nameserver 10.0.0.1' | resolvconf -a eth0.dhclient");
    world.reset("networking/4040AABBCC01", VIF);
    assert_eq!(name_servers(&world.system), [OURS[0], OURS[1], "10.0.0.1"]);
}

/// What ifupdown's hook tells resolvconf at the next boot is what the agent told it.
#[test]
fn resolvconf_of_debian_by_ifupdown() {
    let mut world = World::with("ifupdown", &[("etc/network/interfaces", "auto lo\niface lo inet loopback\n")]);
    install_resolvconf_of_debian(&world.system);
    world.system.sh("mkdir -p /etc/network/if-pre-up.d /etc/network/if-post-down.d; ifup -a");
    world.reset("networking/4040AABBCC01", VIF);
    assert_eq!(name_servers(&world.system), OURS);
    let record = "cat /run/resolvconf/interface/eth0.inet";
    let told = world.system.sh(record);
    world.system.sh("ifdown eth0");
    assert!(name_servers(&world.system).is_empty());
    world.system.sh("ifup eth0");
    assert_eq!(name_servers(&world.system), OURS);
    assert_eq!(world.system.sh(record), told);
}

#[test]
fn shadow() {
    let mut world = World::new(&[("etc/shadow", SHADOW)]);
    let before = readers::augeas(&world.system, "Shadow", "/etc/shadow");
    set_password(&mut world.host, "s3cret-One", Digest::Default).done();
    let after = readers::augeas(&world.system, "Shadow", "/etc/shadow");
    let changed: Vec<(&str, &str)> = before.lines().zip(after.lines()).filter(|(before, after)| before != after).collect();
    let [(_, hash), (_, day)] = changed[..] else { panic!("{after}") };
    assert!(hash.contains("/root/password = \"$6$") && day.contains("/root/lastchange_date = \""), "{hash} {day}");
    assert_eq!(before.lines().count(), after.lines().count());
}
