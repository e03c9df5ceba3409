//! The real tools bring up small configurations written by hand: what the tests of files rest on.
//!
//! Each tool gets its own form of the same network, so a tool that ignores its file fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use nova_agent_tests::tools::{Live, Manager, System, networkd, networkmanager, readers};

const MAC: &str = "40:40:aa:bb:cc:01";

/// One link, two addresses of each family, gateways inside and outside of the subnet, a route.
fn wanted() -> Live {
    Live::expect(
        "eth0 up mtu 1500
        eth0 address 198.51.100.23/24
        eth0 address 203.0.113.9/28
        eth0 address 2001:db8:1::23/64
        eth0 address 2001:db8:2::5/56
        eth0 route 198.51.100.0/24
        eth0 route 203.0.113.0/28
        eth0 route 2001:db8:1::/64
        eth0 route 2001:db8:2::/56
        eth0 route 0.0.0.0/0 via 198.51.100.1
        eth0 route 10.208.0.0/12 via 198.51.100.9
        eth0 route ::/0 via fe80::def",
    )
}

fn check(manager: Manager, path: &str, text: &str) {
    check_after(manager, path, text, |_| ());
}

/// The same with something done before.
fn check_after(manager: Manager, path: &str, text: &str, prepare: impl Fn(&System)) {
    let system = System::new();
    system.link("eth0", MAC);
    let bare = system.live();
    bare.assert_is(&Live::expect("eth0 down mtu 1500"));
    // netplan and NetworkManager insist that files with secrets are private, and networkd reads as a user of its own.
    let private = path.ends_with(".yaml") || path.ends_with(".nmconnection");
    system.write(path, if private { 0o600 } else { 0o644 }, text);
    prepare(&system);
    manager.up(&system);
    system.live().assert_is(&wanted());
}

const INTERFACES: &str = "auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 198.51.100.23
    netmask 255.255.255.0
    gateway 198.51.100.1
    up ip addr add 203.0.113.9/28 dev eth0
    up ip route add 10.208.0.0/12 via 198.51.100.9
iface eth0 inet6 static
    address 2001:db8:1::23
    netmask 64
    gateway fe80::def
    up ip addr add 2001:db8:2::5/56 dev eth0
";

#[test]
fn ifupdown() {
    check(Manager::Ifupdown, "etc/network/interfaces", INTERFACES);
}

#[test]
fn ifupdown_ng() {
    check(Manager::IfupdownNg, "etc/network/interfaces", INTERFACES);
}

/// It reads what ifupdown brought up, without the commands that the file has in up lines.
fn check_by_ifupdown2(lines: impl Fn(&&str) -> bool) {
    let system = System::new();
    system.link("eth0", MAC);
    let text: Vec<&str> = INTERFACES.lines().filter(lines).collect();
    system.write("etc/network/interfaces", 0o644, &(text.join("\n") + "\n"));
    Manager::Ifupdown2.up(&system);
}

#[test]
fn ifupdown2() {
    check_by_ifupdown2(|line| !line.trim().starts_with("up "));
}

#[test]
#[should_panic(expected = "ifquery")]
fn ifupdown2_with_more_addresses() {
    check_by_ifupdown2(|_| true);
}

#[test]
fn busybox() {
    check(Manager::Busybox, "etc/network/interfaces", INTERFACES);
}

#[test]
fn networkd() {
    let text = "[Match]
MACAddress=40:40:aa:bb:cc:01
[Network]
IPv6AcceptRA=no
Address=198.51.100.23/24
Address=203.0.113.9/28
Address=2001:db8:1::23/64
Address=2001:db8:2::5/56
Gateway=198.51.100.1
Gateway=fe80::def
[Route]
Destination=10.208.0.0/12
Gateway=198.51.100.9
";
    check(Manager::Networkd, "etc/systemd/network/05-test.network", text);
}

#[test]
fn netplan() {
    check(Manager::Netplan, "etc/netplan/99-test.yaml", NETPLAN);
}

const NETPLAN: &str = "network:
  version: 2
  ethernets:
    eth0:
      accept-ra: false
      addresses: [198.51.100.23/24, 203.0.113.9/28, '2001:db8:1::23/64', '2001:db8:2::5/56']
      routes:
      - {to: 0.0.0.0/0, via: 198.51.100.1}
      - {to: '::/0', via: 'fe80::def'}
      - {to: 10.208.0.0/12, via: 198.51.100.9}
";

const KEYFILE: &str = "[connection]
id=test
type=ethernet
[ethernet]
mac-address=40:40:AA:BB:CC:01
[ipv4]
method=manual
address1=198.51.100.23/24
address2=203.0.113.9/28
gateway=198.51.100.1
route1=10.208.0.0/12,198.51.100.9
[ipv6]
method=manual
address1=2001:db8:1::23/64
address2=2001:db8:2::5/56
gateway=fe80::def
";

#[test]
fn network_manager() {
    check(Manager::NetworkManager, "etc/NetworkManager/system-connections/test.nmconnection", KEYFILE);
}

#[test]
fn netplan_to_network_manager() {
    check(Manager::NetplanToNetworkManager, "etc/netplan/99-test.yaml", NETPLAN);
}

#[test]
fn netctl() {
    let text = "Interface=eth0
Connection=ethernet
IP=static
Address=(198.51.100.23/24 203.0.113.9/28)
Gateway=198.51.100.1
Routes=('10.208.0.0/12 via 198.51.100.9')
IP6=static
Address6=(2001:db8:1::23/64 2001:db8:2::5/56)
Gateway6=fe80::def
";
    let enable = |system: &System| system.write("etc/systemd/system/multi-user.target.wants/netctl@test.service", 0o644, "");
    check_after(Manager::Netctl, "etc/netctl/test", text, enable);
}

/// It takes one address of each family, and no IPv6 gateway.
#[test]
fn dhcpcd() {
    let system = System::new();
    system.link("eth0", MAC);
    let text = "noipv6rs
interface eth0
static ip_address=198.51.100.23/24
static ip6_address=2001:db8:1::23/64
static routers=198.51.100.1
static routes=10.208.0.0/12 198.51.100.9
";
    system.write("etc/dhcpcd.conf", 0o644, text);
    Manager::Dhcpcd.up(&system);
    let left_out = ["203.0.113.", "2001:db8:2:", "::/0"];
    let wanted: Vec<String> =
        wanted().lines().into_iter().filter(|line| !left_out.iter().any(|part| line.contains(part))).map(String::from).collect();
    system.live().assert_is(&Live::expect(&wanted.join("\n")));
}

/// Values as a shell sees them: quoted, continued over lines, with a comment behind.
#[test]
fn variables() {
    let system = System::new();
    let text = "# Gentoo\nconfig_eth0=\"198.51.100.23/24\n2001:db8:1::23/64\"\nDEVICE='eth0' # ours\nMTU=1400\n";
    system.write("etc/conf.d/net", 0o644, text);
    let variables = readers::variables(&system, "/etc/conf.d/net");
    let pairs: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("DEVICE", "eth0"), ("MTU", "1400"), ("config_eth0", "198.51.100.23/24\n2001:db8:1::23/64")]);
}

#[test]
#[should_panic(expected = "/bin/dash: /etc/conf.d/net")]
fn variables_of_no_shell_file() {
    let system = System::new();
    system.write("etc/conf.d/net", 0o644, "DEVICE=eth0\nunknown-command\n");
    readers::variables(&system, "/etc/conf.d/net");
}

#[test]
fn augeas() {
    let system = System::new();
    system.write("etc/sysconfig/network-scripts/ifcfg-eth0", 0o644, "DEVICE=eth0\nIPADDR=\"198.51.100.23\"\n");
    let tree = readers::augeas(&system, "Shellvars", "/etc/sysconfig/network-scripts/ifcfg-eth0");
    assert!(tree.contains("/DEVICE = \"eth0\""), "{tree}");
}

#[test]
#[should_panic(expected = "error")]
fn augeas_of_wrong_syntax() {
    let system = System::new();
    system.write("etc/sysconfig/network-scripts/ifcfg-eth0", 0o644, "DEVICE=\"eth0\n");
    readers::augeas(&system, "Shellvars", "/etc/sysconfig/network-scripts/ifcfg-eth0");
}

#[test]
fn nmcli() {
    let system = System::new();
    system.write("tmp/profile", 0o600, KEYFILE);
    let text = networkmanager::round_trip(&system, "/tmp/profile");
    assert!(text.contains("mac-address=40:40:AA:BB:CC:01") && text.contains("address1=2001:db8:1::23/64,fe80::def"), "{text}");
}

/// The file that sorts first is taken, and the others are not even read.
#[test]
fn networkd_takes_the_first_file() {
    let system = System::new();
    system.link("eth0", MAC);
    system.write(
        "etc/systemd/network/05-first.network",
        0o644,
        "[Match]\nMACAddress=40:40:aa:bb:cc:01\n[Network]\nIPv6AcceptRA=no\nAddress=198.51.100.23/24\n",
    );
    system.write("etc/systemd/network/10-second.network", 0o644, "[Match]\nName=eth0\n[Network]\nAddress=203.0.113.9/28\n");
    Manager::Networkd.up(&system);
    assert_eq!(networkd::chosen(&system, "eth0").as_deref(), Some("/etc/systemd/network/05-first.network"));
    system.live().assert_is(&Live::expect("eth0 up mtu 1500\neth0 address 198.51.100.23/24\neth0 route 198.51.100.0/24"));
}
