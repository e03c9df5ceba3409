//! The real tools bring up small configurations written by hand: what the tests of files rest on.
//!
//! Each tool gets its own form of the same network, so a tool that ignores its file fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use nova_agent_tests::tools::{Live, Manager, System};

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
    let system = System::new();
    system.link("eth0", MAC);
    let bare = system.live();
    bare.assert_is(&Live::expect("eth0 down mtu 1500"));
    system.write(path, 0o644, text);
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

#[test]
fn ifupdown2() {
    check(Manager::Ifupdown2, "etc/network/interfaces", INTERFACES);
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
    let text = "network:
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
    check(Manager::Netplan, "etc/netplan/99-test.yaml", text);
}
