//! The files that systems keep their host name in.

use std::string::String;
use std::vec::Vec;

use super::nodename::{Renaming, write};
use super::testing::System;
use super::tree::Tree;
use crate::memory::MemoryJournal;
use crate::network::nodename::Nodename;
use crate::ports::Files;

/// Calls a system of these files `web1`; what it was called, as far as its files tell.
fn rename(system: &mut System) -> String {
    let (wanted, mut journal) = (Nodename::parse(b"web1").unwrap(), MemoryJournal::default());
    let mut renaming = Renaming { wanted: &wanted, old: None };
    let mut tree = Tree::new(&mut system.files, &mut journal, &mut system.host);
    write(&mut renaming, "", &mut tree).unwrap();
    let old = renaming.old;
    system.files.commit().unwrap();
    old.map_or(String::new(), |old| String::from_utf8(old.as_bytes().to_vec()).unwrap())
}

/// What becomes of one file on a system that has these others; and whether there is an `/etc/hostname` then.
fn renamed(path: &str, old: &str, others: &[&str]) -> (String, bool) {
    let mut files: Vec<(&str, &str)> = others.iter().map(|other| (*other, "")).collect();
    files.push((path, old));
    let mut system = System::new(&files);
    rename(&mut system);
    let new = system.read(path);
    rename(&mut system);
    assert_eq!(system.read(path), new, "a second time");
    (new, system.files.files.contains_key("/etc/hostname"))
}

fn changed(new: &str, is_made: bool) -> (String, bool) {
    (new.into(), is_made)
}

#[test]
fn the_file_of_most_systems() {
    assert_eq!(renamed("/etc/hostname", "# who\nold\n", &[]), changed("# who\nweb1\n", true));
    let mut system = System::new(&[]);
    rename(&mut system);
    assert_eq!(system.read("/etc/hostname"), "web1\n");
}

#[test]
fn slackware_and_suse() {
    assert_eq!(renamed("/etc/HOSTNAME", "old.example.org\n", &[]), changed("web1\n", false));
    assert_eq!(renamed("/etc/HOSTNAME", "old\n", &["/etc/hostname"]), changed("web1\n", true));
    let mut system = System::new(&[("/etc/hostname", "old\n"), ("/etc/HOSTNAME", "old\n")]);
    system.files.links.push("/etc/HOSTNAME".into());
    rename(&mut system);
    assert_eq!((system.read("/etc/hostname").as_str(), system.read("/etc/HOSTNAME").as_str()), ("web1\n", "old\n"));
}

#[test]
fn red_hat_up_to_6() {
    let (path, reader) = ("/etc/sysconfig/network", "/etc/rc.d/rc.sysinit");
    let old = "NETWORKING=yes\nHOSTNAME=old.example.org\nGATEWAY=10.0.0.1\n";
    assert_eq!(renamed(path, old, &[reader]), changed("NETWORKING=yes\nHOSTNAME=web1\nGATEWAY=10.0.0.1\nNETWORKING_IPV6=yes\n", false));
    let kept = "NETWORKING=no\nNETWORKING_IPV6=no\nHOSTNAME=\"web1\" # ours\n";
    assert_eq!(renamed(path, kept, &[reader]), changed(kept, false));
    assert_eq!(
        renamed(path, "# Created by anaconda\n", &[reader]),
        changed("# Created by anaconda\nNETWORKING=yes\nNETWORKING_IPV6=yes\nHOSTNAME=web1\n", false)
    );
    // Later ones read /etc/hostname.
    assert_eq!(renamed(path, "HOSTNAME=old\n", &[]), changed("HOSTNAME=old\n", true));
}

#[test]
fn a_backend_writes_its_file_itself() {
    let (wanted, mut journal) = (Nodename::parse(b"web1").unwrap(), MemoryJournal::default());
    for (backend, written) in [("ifcfg", "HOSTNAME=old\n"), ("keyfile", "HOSTNAME=web1\nNETWORKING=yes\nNETWORKING_IPV6=yes\n")] {
        let mut system = System::new(&[("/etc/sysconfig/network", "HOSTNAME=old\n"), ("/etc/rc.d/rc.sysinit", "")]);
        let mut tree = Tree::new(&mut system.files, &mut journal, &mut system.host);
        write(&mut Renaming { wanted: &wanted, old: None }, backend, &mut tree).unwrap();
        system.files.commit().unwrap();
        assert_eq!((system.read("/etc/sysconfig/network").as_str(), system.read("/etc/hostname").as_str()), (written, ""));
    }
}

#[test]
fn openrc() {
    let path = "/etc/conf.d/hostname";
    let old = "# Set to the hostname of this machine\nhostname=\"localhost\"\n";
    assert_eq!(renamed(path, old, &[]), changed(&old.replace("localhost", "web1"), false));
    assert_eq!(renamed(path, "# hostname=\"a\"\n", &["/etc/hostname"]), changed("# hostname=\"a\"\nhostname=\"web1\"\n", true));
}

#[test]
fn rc_conf() {
    let path = "/etc/rc.conf";
    assert_eq!(
        renamed(path, "hostname=\"old\"\nsshd_enable=\"YES\"\n", &["/etc/defaults/rc.conf"]),
        changed("hostname=\"web1\"\nsshd_enable=\"YES\"\n", false)
    );
    assert_eq!(renamed(path, "", &["/etc/defaults/rc.conf"]), changed("hostname=\"web1\"\n", false));
    assert_eq!(renamed(path, "LOCALE=C\nHOSTNAME=\"old\"\n", &["/etc/rc.sysinit"]), changed("LOCALE=C\nHOSTNAME=\"web1\"\n", false));
    // That of OpenRC.
    assert_eq!(renamed(path, "rc_parallel=\"NO\"\n", &[]), changed("rc_parallel=\"NO\"\n", true));
}

#[test]
fn what_no_shell_can_read_stays_and_is_told() {
    let mut system = System::new(&[("/etc/conf.d/hostname", "hostname=\"old\n")]);
    rename(&mut system);
    assert_eq!(system.read("/etc/conf.d/hostname"), "hostname=\"old\n");
    assert!(system.host.lines[0].contains("event=not-written file=/etc/conf.d/hostname"), "{:?}", system.host.lines);
}

#[test]
fn a_file_tells_the_old_name() {
    assert_eq!(rename(&mut System::new(&[("/etc/hostname", "# who\nold\n")])), "old");
    assert_eq!(rename(&mut System::new(&[("/etc/hostname", "web1\n"), ("/etc/HOSTNAME", "old.example.org\n")])), "old.example.org");
    assert_eq!(rename(&mut System::new(&[("/etc/hostname", &"x".repeat(65))])), "");
    assert_eq!(rename(&mut System::new(&[])), "");
}
