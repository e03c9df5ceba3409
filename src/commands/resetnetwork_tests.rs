//! `resetnetwork` over ports in memory.

use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use super::interfaces::Interfaces;
use super::resetnetwork::run;
use crate::error::{Errno, Error};
use crate::json::JsonText;
use crate::memory::{MemoryFiles, MemoryHost, MemoryJournal, MemoryStore};
use crate::network::fake::{FakeKernel, address, configured};
use crate::network::plan::Change;
use crate::ports::Ports;
use crate::reply::{Answer, Code};
use crate::settings::Settings;

const PUBLIC: &str = r#"{"label": "public", "mac": "40:40:27:5B:3A:01", "gateway": "198.51.100.1", "dns": ["192.0.2.53"],
    "ips": [{"ip": "198.51.100.23", "enabled": "1", "netmask": "255.255.255.0", "gateway": "198.51.100.1"}]}"#;

struct World {
    store: MemoryStore,
    files: MemoryFiles,
    kernel: FakeKernel,
    host: MemoryHost,
    journal: MemoryJournal,
}

impl World {
    fn new(nodes: &[(&str, &str)]) -> Self {
        let nodes = nodes.iter().map(|(path, value)| (String::from(*path), Vec::from(value.as_bytes())));
        Self {
            store: MemoryStore::new(nodes.collect()),
            files: MemoryFiles::default(),
            kernel: FakeKernel::new("40:40:27:5b:3a:01"),
            host: MemoryHost::default(),
            journal: MemoryJournal::default(),
        }
    }

    fn run(&mut self) -> Result<Answer, Error> {
        let mut ports = Ports {
            store: &mut self.store,
            files: &mut self.files,
            links: &mut self.kernel,
            host: &mut self.host,
            journal: &mut self.journal,
            settings: Settings::new(&[]),
        };
        let mut answer = Answer::empty();
        run(&mut ports, &mut JsonText::new(), &mut Interfaces::new(), &mut answer).map(|()| answer)
    }

    fn done(&mut self) {
        let answer = self.run().unwrap();
        assert_eq!((answer.code, answer.message.as_str()), (Code::Done, ""));
    }

    fn failed(&mut self) -> String {
        let answer = self.run().unwrap();
        assert_eq!(answer.code, Code::Failed);
        answer.message.as_str().into()
    }

    fn file(&self, path: &str) -> Option<&str> {
        self.files.files.get(path).map(|bytes| std::str::from_utf8(bytes).unwrap())
    }
}

const NODE: &str = "vm-data/networking/4040275B3A01";

#[test]
fn nothing_in_vm_data_touches_nothing() {
    let mut world = World::new(&[]);
    world.kernel.addresses.push(configured(address("10.0.0.1/8")));
    world.done();
    assert!(world.kernel.changes.is_empty() && world.files.files.is_empty() && world.host.name.is_empty());
}

#[test]
fn everything_of_one_interface() {
    let mut world = World::new(&[(NODE, PUBLIC), ("vm-data/hostname", "web1"), ("vm", "/vm/1")]);
    world.files.files.insert("/etc/resolv.conf".into(), b"search example.org\nnameserver 10.0.0.1\n".to_vec());
    world.done();
    assert_eq!((world.kernel.addresses.len(), world.kernel.routes.len()), (1, 1));
    assert_eq!(world.file("/etc/resolv.conf"), Some("search example.org\nnameserver 192.0.2.53\n"));
    assert_eq!((world.host.name.as_slice(), world.file("/etc/hostname")), (&b"web1"[..], Some("web1\n")));
    assert_eq!(world.journal.applied, Some((b"/vm/1".to_vec(), b"web1".to_vec())));

    let before = world.files.files.clone();
    world.kernel.changes.clear();
    world.done();
    assert!(world.kernel.changes.is_empty());
    assert_eq!(world.files.files, before);
    let told = world.host.lines.join("\n");
    assert!(
        !told
            .lines()
            .any(|line| !line.starts_with("Debug") && (line.contains("198.51") || line.contains("192.0.2") || line.contains("web1"))),
        "{told}"
    );
}

#[test]
fn a_host_name_is_applied_once_in_a_domain() {
    let mut world = World::new(&[("vm-data/hostname", "web1"), ("vm", "/vm/1")]);
    world.done();
    world.host.name = b"mine".to_vec();
    world.done();
    assert_eq!(world.host.name, b"mine");
    world.store.0.insert("vm".into(), b"/vm/2".to_vec());
    world.done();
    assert_eq!(world.host.name, b"web1");
    world.store.0.insert("vm-data/hostname".into(), b"not a name".to_vec());
    world.done();
    assert_eq!(world.host.name, b"web1");
    assert!(world.host.lines.iter().any(|line| line.starts_with("Warning")));
    world.store.0.insert("vm-data/hostname".into(), b"web2".to_vec());
    world.files.refuse = Some(Errno(libc::EROFS));
    assert_eq!(world.failed(), "host name: write file: read-only file system (EROFS)");
    assert_eq!(world.journal.applied, Some((b"/vm/2".to_vec(), b"web1".to_vec())));
}

#[test]
fn an_interface_may_come_late() {
    let mut world = World::new(&[(NODE, PUBLIC)]);
    world.kernel.absent_for = 20;
    world.done();
    assert_eq!(world.kernel.addresses.len(), 1);
    assert_eq!(world.host.now_ms, 4000);

    let mut world = World::new(&[(NODE, PUBLIC), ("vm-data/networking/4040275B3A02", "{}"), ("vm-data/networking/4040275B3A03", "{}")]);
    assert_eq!(world.failed(), "4040275B3A02: no link has this MAC address; 4040275B3A03: no link has this MAC address");
    assert_eq!(world.kernel.addresses.len(), 1);
    assert_eq!(world.host.now_ms, 10_000);

    let mut world = World::new(&[(NODE, PUBLIC)]);
    world.kernel.absent_for = 20;
    world.host.stopped = true;
    assert_eq!(world.run().unwrap_err(), Error::Stopped);
}

#[test]
fn every_interface_is_named_with_what_failed() {
    let mut world = World::new(&[(NODE, PUBLIC), ("vm-data/networking/4040275B3A00", "[]"), ("vm-data/networking/x", "{}")]);
    world.kernel.refuse = Some(|change| matches!(change, Change::AddRoute { .. }));
    assert_eq!(world.failed(), "4040275B3A00: not a JSON object; eth0: add IPv4 route: operation not permitted (EPERM); x: no MAC address");
    world.store.0 = BTreeMap::from([(NODE.into(), br#"{"ips": [{"ip": "10.1.1.1"}]}"#.to_vec())]);
    assert_eq!(world.failed(), "eth0: not understood: ips[0] netmask");
    assert_eq!(world.kernel.addresses.len(), 1);
    world.kernel.link.is_port = true;
    world.store.0 = BTreeMap::from([(NODE.into(), b"{}".to_vec())]);
    assert_eq!(world.failed(), "eth0: is a port of a bridge or bond, left alone");
    assert_eq!(world.kernel.addresses.len(), 1);
}

#[test]
fn too_many_nodes_are_named() {
    let mut world = World::new(&[]);
    for i in 0..18 {
        world.store.0.insert(std::format!("vm-data/networking/{i:012}"), b"{\"mac\":\"40:40:27:5b:3a:01\"}".to_vec());
    }
    assert_eq!(world.failed(), "vm-data/networking: 2 nodes are too many or have too long names");
}

#[test]
fn a_missing_ipv6_is_a_warning() {
    let mut world = World::new(&[(NODE, r#"{"ip6s": [{"ip": "2001:db8::1", "netmask": 64}], "gateway_v6": "fe80::1"}"#)]);
    world.kernel.has_ipv6 = false;
    world.done();
    assert!(world.host.lines.contains(&"Warning event=no-ipv6 link=eth0".into()));
}

#[test]
fn dhcp_clients_end_first() {
    let mut world = World::new(&[(NODE, PUBLIC)]);
    world.kernel.clients.push(("dhclient".into(), 77));
    world.done();
    assert!(world.host.lines.contains(&"Info event=dhcp-client-ended link=eth0 name=dhclient pid=77".into()));
    assert!(world.host.now_ms > 0);
}

#[test]
fn a_resolver_s_own_file_stays() {
    let mut world = World::new(&[(NODE, PUBLIC)]);
    world.files.links.push("/etc/resolv.conf".into());
    world.done();
    assert_eq!(world.file("/etc/resolv.conf"), None);
}
