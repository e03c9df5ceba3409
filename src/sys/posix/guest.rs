//! For tests: a guest's files in a temporary directory. Each test runs alone in a process of its own, as root of a mount namespace.

use core::ffi::CStr;
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{env, format, fs};

use super::fd::Fd;
use super::files::GuestFiles;
use super::pending::Pending;
use super::signal;
use crate::error::Error;
use crate::memory::MemoryJournal;
use crate::ports::{Files, Outcome, Rule, Verdict};

/// Set in the namespace to the name of the test that runs there, ...
const TEST: &str = "NOVA_AGENT_TEST_ALONE";
/// ... and to its directory.
const DIRECTORY: &str = "NOVA_AGENT_TEST_DIRECTORY";

/// How `injectfile` writes.
pub const INJECT: Rule = Rule { create: Some(0o600), parents: true, backup: true };
/// How `password` writes.
pub const PASSWORD: Rule = Rule { create: None, parents: false, backup: false };

/// Makes each function a test that runs alone.
macro_rules! alone {
    ($($(#[doc = $doc:literal])* fn $name:ident($guest:ident) $body:block)*) => {$(
        $(#[doc = $doc])*
        #[test]
        fn $name() {
            $crate::sys::posix::guest::run_alone(module_path!(), stringify!($name), |$guest| $body);
        }
    )*};
}
pub(crate) use alone;

/// Runs `body` in this process if it is the one made for the test, else makes that process.
pub fn run_alone(module: &str, test: &str, body: fn(&Guest)) {
    let name = format!("{}::{test}", module.split_once("::").unwrap().1);
    if env::var_os(TEST).is_some_and(|running| running == *name) {
        return body(&Guest::at(env::var_os(DIRECTORY).unwrap().into()));
    }
    let directory = env::temp_dir().join(format!("{}-{}", name.replace("::", "-"), std::process::id()));
    fs::create_dir(&directory).unwrap();
    // SAFETY: no arguments.
    let namespace = if unsafe { libc::geteuid() } == 0 { "-m" } else { "-rm" };
    let mut command = Command::new("unshare");
    command.args([namespace, "--"]).arg(env::current_exe().unwrap()).args(["--exact", &name, "--nocapture"]);
    // Else the test's signals might go to the main thread of the process, which does not wait for them.
    // SAFETY: nothing but a system call between fork and exec.
    unsafe { command.pre_exec(|| signal::install().map_err(|errno| std::io::Error::from_raw_os_error(errno.0))) };
    let output = command.env(TEST, &name).env(DIRECTORY, &directory).output().expect("unshare(1) of util-linux is needed");
    fs::remove_dir_all(&directory).unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// A guest whose root is empty but for `etc` and `tmp`.
pub struct Guest {
    top: PathBuf,
    /// Its root directory.
    pub root: Fd,
}

impl Guest {
    fn at(top: PathBuf) -> Self {
        // SAFETY: plain number. What a user may have set must not show.
        unsafe { libc::umask(0o022) };
        for directory in ["root/etc", "root/tmp", "canary"] {
            fs::create_dir_all(top.join(directory)).unwrap();
        }
        let root = Fd::open(&c_path(&top.join("root")), libc::O_RDONLY | libc::O_DIRECTORY, 0).unwrap();
        Self { top, root }
    }

    /// A directory outside the root, which must stay empty.
    pub fn canary(&self) -> PathBuf {
        self.top.join("canary")
    }

    /// Where a path of the guest is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.top.join("root").join(path.trim_start_matches('/'))
    }

    /// A directory of the guest, open.
    pub fn open(&self, path: &str) -> Fd {
        Fd::open(&c_path(&self.path(path)), libc::O_RDONLY | libc::O_DIRECTORY, 0).unwrap()
    }

    /// Writes a file.
    pub fn write(&self, path: &str, mode: u32, contents: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), contents).unwrap();
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Makes a symbolic link.
    pub fn link(&self, path: &str, target: impl AsRef<Path>) {
        std::os::unix::fs::symlink(target, self.path(path)).unwrap();
    }

    /// A file's contents.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8(fs::read(self.path(path)).unwrap()).unwrap()
    }

    /// A file's owner, group and mode.
    pub fn owner_and_mode(&self, path: &str) -> (u32, u32, u32) {
        use std::os::unix::fs::MetadataExt;
        let stat = fs::symlink_metadata(self.path(path)).unwrap();
        (stat.uid(), stat.gid(), stat.mode() & 0o7777)
    }

    /// The names in a directory.
    pub fn names(&self, path: &str) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.path(path)).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into()).collect();
        names.sort();
        names
    }

    /// The backups of a file, oldest first.
    pub fn backups(&self, path: &str) -> Vec<String> {
        let (directory, name) = path.rsplit_once('/').unwrap();
        let ours = |n: &String| n.strip_prefix(name).is_some_and(|n| n.starts_with('.') && n.ends_with(".bak~"));
        self.names(directory).into_iter().filter(ours).map(|n| format!("{directory}/{n}")).collect()
    }

    /// Replaces a file's contents.
    pub fn edit(&self, path: &str, rule: Rule, contents: impl AsRef<[u8]>) -> Result<Outcome, Error> {
        GuestFiles::new(&self.root, &mut Pending::new()).edit(path.as_bytes(), rule, &mut MemoryJournal::default(), &mut |_, out| {
            out.put(contents.as_ref())?;
            Ok(Verdict::Write)
        })
    }

    /// The same as an error's text.
    pub fn refused(&self, path: &str, rule: Rule, contents: impl AsRef<[u8]>) -> String {
        self.edit(path, rule, contents).unwrap_err().to_string()
    }

    /// Gives a file to somebody else; whether there is anybody else in this user namespace.
    pub fn give_away(&self, path: &str) -> bool {
        std::os::unix::fs::lchown(self.path(path), Some(7), Some(8)).is_ok()
    }

    /// Runs mount(8) on a path of the guest.
    pub fn mount(&self, arguments: &str, path: &str) {
        let status = Command::new("mount").args(arguments.split(' ')).arg(self.path(path)).status().unwrap();
        assert!(status.success(), "mount {arguments} {path}");
    }

    /// Sets an extended attribute.
    pub fn set_attribute(&self, path: &str, name: &CStr, value: &[u8]) {
        assert!(self.try_set_attribute(path, name, value), "set {name:?}: {}", std::io::Error::last_os_error());
    }

    /// The same, where it may fail.
    pub fn try_set_attribute(&self, path: &str, name: &CStr, value: &[u8]) -> bool {
        let path = c_path(&self.path(path));
        // SAFETY: strings are NUL-terminated; pointer and length are those of a slice.
        unsafe { libc::setxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0) == 0 }
    }

    /// Reads an extended attribute.
    pub fn attribute(&self, path: &str, name: &CStr) -> Option<Vec<u8>> {
        let (path, mut value) = (c_path(&self.path(path)), [0; 4096]);
        // SAFETY: strings are NUL-terminated; pointer and length are those of an array.
        let len = unsafe { libc::getxattr(path.as_ptr(), name.as_ptr(), value.as_mut_ptr().cast(), value.len()) };
        usize::try_from(len).ok().map(|len| value[..len].to_vec())
    }
}

fn c_path(path: &Path) -> CString {
    CString::new(OsStr::as_bytes(path.as_os_str())).unwrap()
}
