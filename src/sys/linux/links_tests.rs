//! The links of a real kernel: every test runs alone in a network namespace of its own, made by unshare(1), with links made by ip(8).

use std::env;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::string::{String, ToString};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::vec::Vec;

use super::links::Links as KernelLinks;
use crate::error::Errno;
use crate::limits::NETLINK_LEN;
use crate::memory::MemoryHost;
use crate::network::apply::{Applied, apply};
use crate::network::fake::{address, ip, route};
use crate::network::live::{Item, Link};
use crate::network::model::{Mac, Wanted};
use crate::network::plan::Change;
use crate::ports::Links;

const MAC: &str = "40:40:27:5b:3a:01";
/// Set in the namespace to the name of the test that runs there.
const ALONE: &str = "NOVA_AGENT_TEST_ALONE";
const VETH: &str = "ip link add eth0 address 40:40:27:5b:3a:01 type veth peer name peer0 && ip link set peer0 up";

macro_rules! alone {
    ($(fn $name:ident() $body:block)*) => {
        $(#[test] fn $name() { alone(stringify!($name), || $body) })*
    };
}

/// Runs `body` in this process if it is the one made for `test`, else makes that process.
fn alone(test: &str, body: fn()) {
    if env::var_os(ALONE).is_some_and(|name| name == test) {
        assert_eq!(sh("ls /proc/self/net/dev_snmp6"), "lo", "the namespace is not empty");
        return body();
    }
    let test_path = std::format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    let mut command = Command::new("unshare");
    command.args(["-rnm", "--"]).arg(env::current_exe().unwrap()).args(["--exact", &test_path, "--nocapture"]).env(ALONE, test);
    let output = command.output().expect("unshare(1) of util-linux is needed");
    let text = std::format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// What a shell command prints; it must succeed.
fn sh(command: &str) -> String {
    let output = Command::new("sh").args(["-ec", command]).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().into()
}

fn lines(command: &str) -> Vec<String> {
    sh(command).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn wanted(addresses: &[&str], gateways: [&str; 2], routes: &[&str]) -> Wanted {
    let mut wanted = Wanted::new(Mac::parse(MAC).unwrap());
    wanted.addresses.extend(addresses.iter().map(|text| address(text)));
    let [gateway4, gateway6] = gateways.map(|text| if text.is_empty() { None } else { Some(ip(text)) });
    (wanted.gateway4, wanted.gateway6) = (gateway4, gateway6);
    wanted.routes.extend(routes.iter().map(|text| route(text)));
    wanted
}

/// The kernel's links, writing down every change.
struct Watched<'b>(KernelLinks<'b>, Vec<String>);

impl Links for Watched<'_> {
    fn find(&mut self, mac: Mac, link: &mut Link) -> Result<bool, Errno> {
        self.0.find(mac, link)
    }

    fn live(&mut self, link: &Link, each: &mut dyn FnMut(Item)) -> Result<(), Errno> {
        self.0.live(link, each)
    }

    fn change(&mut self, link: &Link, change: &Change) -> Result<(), Errno> {
        self.1.push(change.to_string());
        self.0.change(link, change)
    }

    fn stop_dhcp(&mut self, link: &Link, each: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
        self.0.stop_dhcp(link, each)
    }

    fn runs(&mut self, process: u32) -> bool {
        self.0.runs(process)
    }
}

fn find(mac: Mac) -> Option<Link> {
    let mut link = Link::default();
    KernelLinks::new(&mut [0; NETLINK_LEN]).find(mac, &mut link).unwrap().then_some(link)
}

fn try_apply(wanted: &Wanted) -> (Applied, Vec<String>) {
    let mut buffer = [0; NETLINK_LEN];
    let mut links = Watched(KernelLinks::new(&mut buffer), Vec::new());
    let mut link = Link::default();
    assert!(links.find(wanted.mac, &mut link).unwrap(), "no link");
    let mut applied = Applied::default();
    apply(&mut links, &mut MemoryHost::default(), &mut link, wanted, &mut applied);
    (applied, links.1)
}

/// Applies without a failure, and once more without a change; the changes made.
fn applied(wanted: &Wanted) -> Vec<String> {
    let (applied, changes) = try_apply(wanted);
    assert_eq!(applied.failures.as_str(), "", "{changes:?}");
    let (again, more) = try_apply(wanted);
    assert_eq!((again.changes, more), (0, Vec::new()));
    changes
}

alone! {
    fn everything_is_there_and_a_second_run_changes_nothing() {
        sh(VETH);
        applied(&wanted(
            &["198.51.100.23/24", "203.0.113.9/32", "2001:db8:1::23/64"],
            ["10.255.0.1", "2001:db8:ffff::1"],
            &["10.208.0.0/12 via 198.51.100.2", "192.0.2.0/24", "2001:db8:9::/48 via fe80::9", "2001:db8:8::/48"],
        ));
        assert_eq!(
            lines("ip -o addr show dev eth0 scope global | sed 's/^[0-9]*: //; s/\\\\.*//'"),
            [
                "eth0 inet 198.51.100.23/24 brd 198.51.100.255 scope global eth0",
                "eth0 inet 203.0.113.9/32 scope global eth0",
                "eth0 inet6 2001:db8:1::23/64 scope global tentative",
            ]
        );
        assert_eq!(
            lines("ip route show proto static"),
            [
                "default via 10.255.0.1 dev eth0 onlink",
                "10.208.0.0/12 via 198.51.100.2 dev eth0",
                "192.0.2.0/24 dev eth0 scope link",
            ]
        );
        assert_eq!(
            lines("ip -6 route show proto static | sed 's/ metric.*//'"),
            [
                "2001:db8:8::/48 dev eth0",
                "2001:db8:9::/48 via fe80::9 dev eth0",
                "2001:db8:ffff::1 dev eth0",
                "default via 2001:db8:ffff::1 dev eth0",
            ]
        );
        applied(&wanted(&["198.51.100.23/24", "2001:db8:1::23/64"], ["198.51.100.1", "fe80::def"], &[]));
        assert_eq!(lines("ip route show proto static"), ["default via 198.51.100.1 dev eth0"]);
        assert_eq!(lines("ip -6 route show proto static | sed 's/ metric.*//'"), ["default via fe80::def dev eth0"]);
        applied(&wanted(&[], ["", ""], &[]));
        assert_eq!(sh("ip addr show dev eth0 scope global; ip route; ip -6 route show proto static"), sh("ip addr show dev eth0 scope global"));
    }

    fn a_new_gateway_comes_before_the_old_one_goes() {
        sh(VETH);
        sh("ip link set eth0 up && ip addr add 198.51.100.23/24 dev eth0 && ip route add default via 198.51.100.1");
        sh("ip -6 route add default via fe80::1 dev eth0");
        let changes = applied(&wanted(&["198.51.100.23/24"], ["198.51.100.9", "fe80::9"], &[]));
        assert_eq!(
            changes,
            [
                "add IPv4 route 0.0.0.0/0 via 198.51.100.9",
                "add IPv6 route ::/0 via fe80::9",
                "remove route 0.0.0.0/0 via 198.51.100.1",
                "remove route ::/0 via fe80::1",
            ]
        );
    }

    fn what_others_made_stays() {
        sh(VETH);
        sh("ip link set eth0 up && ip addr add 198.51.100.23/24 dev eth0 && ip link set lo up");
        for command in [
            "ip route add 10.1.0.0/16 via 198.51.100.1 proto dhcp",
            "ip route add 10.2.0.0/16 via 198.51.100.1 proto bird",
            "ip route add 10.3.0.0/16 via 198.51.100.1 proto redirect",
            "ip route add 10.4.0.0/16 via 198.51.100.1 table 100",
            "ip route add blackhole 10.5.0.0/16",
            "ip route add 10.6.0.0/16 nexthop via 198.51.100.1 dev eth0 nexthop via 198.51.100.2 dev eth0",
            "ip route add 10.7.0.0/16 dev lo",
            "ip -6 route add default via fe80::1 dev eth0 proto ra",
            "ip -6 route add 2001:db8:7::/48 via fe80::1 dev eth0 proto dhcp",
            "ip -6 addr add 2001:db8::77/64 dev eth0 valid_lft 1000 preferred_lft 500",
            "ip addr add 10.99.0.1/24 dev eth0 valid_lft 1000 preferred_lft 500",
        ] {
            sh(command);
        }
        let state = || lines("ip route; ip route show table 100; ip -6 route show proto ra; ip -6 route show proto dhcp; ip -o addr | sed 's/sec//g; s/[0-9]* *preferred_lft.*//'");
        let before = state();
        assert_eq!(applied(&wanted(&["198.51.100.23/24"], ["", ""], &[])), [""; 0]);
        assert_eq!(state(), before);
    }

    fn secondary_addresses_outlive_their_primary_one() {
        sh(VETH);
        sh("ip link set eth0 up && for i in 1 2 3; do ip addr add 198.51.100.$i/24 dev eth0; done");
        sh("echo 0 > /proc/sys/net/ipv4/conf/all/promote_secondaries && echo 0 > /proc/sys/net/ipv4/conf/eth0/promote_secondaries");
        let changes = applied(&wanted(&["198.51.100.2/24", "198.51.100.3/24"], ["", ""], &[]));
        assert_eq!(changes, ["promote secondary addresses", "remove address 198.51.100.1/24"]);

        sh("ip addr flush dev eth0 && for i in 1 2 3; do ip addr add 198.51.100.$i/24 dev eth0; done");
        sh("echo 0 > /proc/sys/net/ipv4/conf/eth0/promote_secondaries && mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys");
        applied(&wanted(&["198.51.100.2/24", "198.51.100.3/24"], ["198.51.100.254", ""], &["10.0.0.0/8 via 198.51.100.250"]));
        assert_eq!(lines("ip -4 -o addr show dev eth0").len(), 2);
    }

    fn a_connection_over_an_address_that_stays_survives() {
        sh(VETH);
        sh("echo 0 > /proc/sys/net/ipv4/conf/all/promote_secondaries && echo 0 > /proc/sys/net/ipv4/conf/default/promote_secondaries");
        sh("ip link set eth0 up && ip addr add 198.51.100.1/24 dev eth0 && ip addr add 198.51.100.23/24 dev eth0 && ip addr add 10.0.0.5/8 dev eth0");
        let (tell, told) = mpsc::channel();
        let peer = thread::spawn(move || {
            // SAFETY: changes the network namespace of this thread alone.
            assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNET) }, 0);
            // SAFETY: no arguments.
            tell.send(unsafe { libc::gettid() }).unwrap();
            while !sh("ip -o link").contains("peer0") {
                thread::sleep(Duration::from_millis(10));
            }
            sh("ip link set peer0 up && ip addr add 198.51.100.99/24 dev peer0");
            let (mut stream, _) = TcpListener::bind("198.51.100.99:7").unwrap().accept().unwrap();
            let mut octet = [0];
            while stream.read(&mut octet).unwrap() == 1 {
                stream.write_all(&octet).unwrap();
            }
        });
        sh(&std::format!("ip link set peer0 netns {}", told.recv().unwrap()));
        sh("ip route add 198.51.100.99/32 dev eth0 src 198.51.100.23 proto 200");
        let mut stream = loop {
            match TcpStream::connect("198.51.100.99:7") {
                Ok(stream) => break stream,
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        };
        assert_eq!(stream.local_addr().unwrap().ip().to_string(), "198.51.100.23");
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut echo = |text: &[u8; 4]| {
            let mut back = [0; 4];
            stream.write_all(text).unwrap();
            stream.read_exact(&mut back).unwrap();
            assert_eq!(&back, text);
        };
        echo(b"1234");
        let changes = applied(&wanted(&["198.51.100.23/24"], ["198.51.100.99", ""], &[]));
        assert!(changes.contains(&"remove address 198.51.100.1/24".into()));
        echo(b"5678");
        drop(stream);
        peer.join().unwrap();
    }

    fn virtual_links_with_the_same_mac_are_not_touched() {
        sh(VETH);
        sh("ip link add br0 address 40:40:27:5b:3a:01 type bridge && ip link add mv0 link eth0 address 40:40:27:5b:3a:01 type macvlan mode private");
        sh("ip tuntap add tap0 mode tap && ip link set tap0 address 40:40:27:5b:3a:01 && ip tuntap add tun0 mode tun");
        let find = || find(Mac::parse(MAC).unwrap());
        assert_eq!(find().unwrap().name, "eth0");
        let others = || sh("for i in br0 mv0 tap0 tun0; do ip addr show dev $i; ip route show dev $i; done | sed s/,M-DOWN//");
        let before = others();
        applied(&wanted(&["198.51.100.23/24"], ["198.51.100.1", ""], &[]));
        assert_eq!(others(), before);
        assert!(!find().unwrap().is_port);
        sh("ip link del mv0 && ip link set eth0 master br0");
        assert!(find().unwrap().is_port);
        sh("ip link del eth0");
        assert_eq!(find(), None);
    }

    fn leased_addresses_become_permanent_and_prefix_lengths_change() {
        sh(VETH);
        sh("ip link set eth0 up && ip addr add 198.51.100.23/24 dev eth0 valid_lft 1000 preferred_lft 0");
        sh("ip addr add 198.51.100.24/25 dev eth0 && ip addr add 2001:db8::1/64 dev eth0 nodad && ip addr add 2001:db8::2/64 dev eth0 valid_lft 999 preferred_lft 99");
        let changes = applied(&wanted(&["198.51.100.23/24", "198.51.100.24/24", "2001:db8::1/48", "2001:db8::2/64"], ["", ""], &[]));
        assert_eq!(changes.iter().filter(|change| change.starts_with("remove")).count(), 2, "{changes:?}");
        assert_eq!(
            lines("ip -o addr show dev eth0 scope global | sed 's/^[0-9]*: //; s/ *\\\\.*//; s/secondary //; s/ tentative//' | sort"),
            [
                "eth0 inet 198.51.100.23/24 scope global eth0",
                "eth0 inet 198.51.100.24/24 brd 198.51.100.255 scope global eth0",
                "eth0 inet6 2001:db8::1/48 scope global nodad",
                "eth0 inet6 2001:db8::2/64 scope global",
            ]
        );
        assert!(!sh("ip addr show dev eth0 scope global").contains("sec "));
    }

    fn several_ways_to_one_network() {
        sh(VETH);
        sh("ip link set eth0 up && ip -6 route add default via fe80::1 dev eth0 && ip -6 route append default via fe80::2 dev eth0");
        let changes = applied(&wanted(&[], ["", "fe80::2"], &[]));
        assert_eq!(changes, ["remove route ::/0 via fe80::1"]);
        sh("ip addr add 198.51.100.23/24 dev eth0 && ip route add default via 198.51.100.1 && ip route append default via 198.51.100.2");
        sh("ip route add default via 198.51.100.3 metric 100 && ip route add default via 198.51.100.2 metric 200 tos 8");
        let changes = applied(&wanted(&["198.51.100.23/24"], ["198.51.100.2", "fe80::2"], &[]));
        assert_eq!(changes, ["remove route 0.0.0.0/0 via 198.51.100.1", "remove route 0.0.0.0/0 via 198.51.100.3"]);
    }

    fn dumps_of_many_messages() {
        sh(VETH);
        sh("ip link set eth0 up");
        let batch: String = (0..250).flat_map(|i| [std::format!("addr add 10.0.{i}.1/24 dev eth0\n"), std::format!("route add 10.1.{i}.0/24 via 10.0.{i}.9\n")]).collect();
        let mut child = Command::new("ip").args(["-batch", "-"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(batch.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
        let changes = applied(&wanted(&["10.0.7.1/24"], ["10.0.7.9", ""], &["10.1.7.0/24 via 10.0.7.9"]));
        assert!(changes.len() >= 499);
        assert_eq!(lines("ip -4 -o addr show dev eth0").len(), 1);
        assert_eq!(lines("ip route").len(), 3);
    }

    fn refusals_are_named() {
        sh(VETH);
        let (refused, _) = try_apply(&wanted(&["198.51.100.23/24"], ["198.51.100.255", ""], &[]));
        assert_eq!(refused.failures.as_str(), "add IPv4 route: invalid argument (EINVAL)");
        sh("echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6");
        let (switched_off, changes) = try_apply(&wanted(&["198.51.100.23/24", "2001:db8::1/64"], ["", "fe80::1"], &[]));
        assert_eq!((switched_off.failures.as_str(), switched_off.lacks_ipv6), ("", true), "{changes:?}");
        assert_eq!(find(Mac([2, 0, 0, 0, 0, 9])), None);
    }

    fn dhcp_clients_bound_to_the_link_are_told_to_end() {
        sh(VETH);
        sh("ip link set eth0 up");
        sh("mount -t tmpfs none /mnt && for i in udhcpc tcpdump dhclient; do cp $(command -v sleep) /mnt/$i; done");
        let bound_to = |name, link: &str| packet_socket(name, sh(&std::format!("ip -o link show {link} | cut -d: -f1")).parse().unwrap());
        let mut children = [bound_to("udhcpc", "eth0"), bound_to("tcpdump", "eth0"), bound_to("dhclient", "peer0")];
        let mut told = Vec::new();
        let link = find(Mac::parse(MAC).unwrap()).unwrap();
        let mut buffer = [0; NETLINK_LEN];
        let mut links = KernelLinks::new(&mut buffer);
        links.stop_dhcp(&link, &mut |name, process| told.push((String::from(name), process))).unwrap();
        assert_eq!(told, [("udhcpc".into(), children[0].id())]);
        assert_eq!(children[0].wait().unwrap().to_string(), "signal: 15 (SIGTERM)");
        assert!(!links.runs(children[0].id()) && links.runs(children[1].id()));
        children[1..].iter_mut().for_each(|child| child.kill().unwrap());
    }
}

/// A process called `name` with a packet socket bound to link number `index`.
fn packet_socket(name: &str, index: i32) -> Child {
    let prepare = move || {
        let protocol = 0x0800u16.to_be();
        // SAFETY: plain numbers; the socket stays open in the new program.
        let socket = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_DGRAM, i32::from(protocol)) };
        // SAFETY: all-zero octets are a valid sockaddr_ll.
        let mut to: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        (to.sll_family, to.sll_protocol, to.sll_ifindex) = (libc::AF_PACKET as u16, protocol, index);
        // SAFETY: the pointer is to a sockaddr_ll of that length.
        assert_eq!(unsafe { libc::bind(socket, (&raw const to).cast(), size_of_val(&to) as u32) }, 0);
        Ok(())
    };
    let mut command = Command::new(std::format!("/mnt/{name}"));
    // SAFETY: nothing but system calls between fork and exec.
    unsafe { command.arg("60").pre_exec(prepare) }.spawn().unwrap()
}
