//! A guest's own files in a temporary directory, as the agent's `--root` sees them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::directory::Directory;

/// The shadow file of a fresh guest: root is locked, others have hashes of their own.
pub const SHADOW: &str = "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nuser:$6$abc$x.y/z:19001:1:90:5:30::\n";

/// A small guest.
pub struct Guest(Directory);

impl Guest {
    /// Makes one: accounts, host name, resolver.
    #[allow(clippy::new_without_default, reason = "it has an effect")]
    pub fn new() -> Self {
        let guest = Self(Directory::new());
        for directory in ["etc", "root", "tmp", "var/lib"] {
            fs::create_dir_all(guest.path(directory)).expect("make the guest's directories");
        }
        guest.write("etc/passwd", 0o644, "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/:/bin/false\nuser:x:1000:1000::/:/bin/sh\n");
        guest.write("etc/shadow", 0o640, SHADOW);
        guest.write("etc/hostname", 0o644, "localhost\n");
        guest.write("etc/resolv.conf", 0o644, "# kept\nsearch example.org\nnameserver 192.0.2.1\n");
        guest
    }

    /// The directory to give as `--root`.
    pub fn root(&self) -> PathBuf {
        self.0.path().join("root")
    }

    /// Where in the test's world a path of the guest is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    /// A path beside the root: the agent's log and the like.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file of the guest.
    pub fn write(&self, path: &str, mode: u32, text: &str) {
        fs::write(self.path(path), text).expect("write a file of the guest");
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).expect("chmod");
    }

    /// Reads a file of the guest.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).expect("a text file")
    }

    /// Reads a file of the guest.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Permission bits of a file of the guest.
    pub fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}")).permissions().mode() & 0o7777
    }

    /// The names in a directory of the guest, sorted.
    pub fn names(&self, path: &str) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.path(path)).expect("list").map(|e| e.expect("list").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Field 2 of root's line in the shadow file.
    pub fn root_hash(&self) -> String {
        let shadow = self.read("etc/shadow");
        let line = shadow.lines().find(|l| l.starts_with("root:")).expect("root's line");
        line.split(':').nth(1).expect("field 2").into()
    }
}

/// Whether `hash` is that of `password`, by the system's own crypt(3) through perl.
pub fn crypt_accepts(hash: &str, password: &str) -> bool {
    let output = std::process::Command::new("perl")
        .args(["-e", "print crypt($ARGV[0], $ARGV[1])", password, hash])
        .output()
        .expect("perl (package perl-base) has crypt(3)");
    output.stdout == hash.as_bytes()
}

/// The path of the agent's release binary.
pub fn agent_binary() -> PathBuf {
    let path = std::env::var_os("NOVA_AGENT").map(PathBuf::from);
    match path {
        Some(path) if Path::is_file(&path) => path,
        Some(path) => panic!("NOVA_AGENT: {} is no file (make build)", path.display()),
        None => panic!("NOVA_AGENT does not name the agent's release binary (make build)"),
    }
}
