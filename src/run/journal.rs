//! The journal: keeps the state file while a command changes something.
//!
//! A state file that cannot be written is no reason not to serve: it is said with each request, and the agent goes on without.

use crate::error::{Errno, Error, What};
use crate::limits::{STATE_LEN, STATE_VALUE_LEN};
use crate::ports::Journal;
use crate::state::{Key, State};
use crate::sys::posix::state_file::StateFile;

/// How often a request is begun before it is given up: the process died in it twice.
const TRIES: u8 = 2;

/// The state, in memory and in its file.
pub struct Recorder<'r> {
    file: StateFile<'r>,
    state: &'r mut State,
    refused: Option<Errno>,
}

impl<'r> Recorder<'r> {
    /// A journal over `file`, not read yet.
    pub fn new(file: StateFile<'r>, state: &'r mut State) -> Self {
        Self { file, state, refused: None }
    }

    /// Reads what an earlier process left, and removes its temporary files.
    #[inline(never)]
    pub fn recover(&mut self) {
        let mut text = [0; STATE_LEN];
        self.state.parse(self.file.read(&mut text));
        let mut rest = self.state.get(Key::Directory);
        while let Some(directory) = take_directory(&mut rest) {
            self.file.remove_strays(directory);
        }
    }

    /// Why the state file could not be written since this was asked last.
    pub fn refusal(&mut self) -> Option<Errno> {
        self.refused.take()
    }

    /// Notes that `request` is about to be done.
    ///
    /// # Errors
    ///
    /// If the process died in it twice.
    #[inline(never)]
    pub fn begin(&mut self, request: &[u8]) -> Result<(), Error> {
        let again = self.state.get(Key::Request) == request;
        let before = self.state.get(Key::Tries).first().map_or(0, |digit| digit.saturating_sub(b'0'));
        let tries = if again { before.saturating_add(1) } else { 1 };
        if tries > TRIES {
            return Err(Error::State(What::EndedTwice));
        }
        self.write(request, &[b'0' + tries], b"");
        Ok(())
    }

    /// Notes that the request is done, answered and removed.
    pub fn end(&mut self) {
        if !self.state.get(Key::Request).is_empty() {
            self.write(b"", b"", b"");
        }
    }

    #[inline(never)]
    fn write(&mut self, request: &[u8], tries: &[u8], directory: &[u8]) {
        self.state.set(Key::Request, request);
        self.state.set(Key::Tries, tries);
        self.state.set(Key::Directory, directory);
        self.save();
    }

    #[inline(never)]
    fn save(&mut self) {
        let mut text = heapless::Vec::new();
        if self.state.emit(&mut text).is_some()
            && let Err(errno) = self.file.write(&text)
        {
            self.refused = Some(errno);
        }
    }
}

/// Takes a directory off a list of them. Each begins and ends in a slash and has no two together inside, so two together part them.
#[inline(never)]
fn take_directory<'a>(list: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = list.windows(2).position(|pair| pair == b"//").map_or(list.len(), |at| at + 1);
    let (directory, rest) = list.split_at_checked(len)?;
    *list = rest;
    if directory.is_empty() { None } else { Some(directory) }
}

impl Journal for Recorder<'_> {
    fn directory(&mut self, directory: &[u8]) {
        let mut noted = heapless::Vec::<u8, STATE_VALUE_LEN>::new();
        let mut rest = self.state.get(Key::Directory);
        // It fits: it was a value.
        let _ = noted.extend_from_slice(rest);
        while let Some(known) = take_directory(&mut rest) {
            if known == directory {
                return;
            }
        }
        if noted.extend_from_slice(directory).is_ok() {
            self.state.set(Key::Directory, &noted);
            self.save();
        }
    }

    fn applied_nodename(&self, uuid: &[u8]) -> Option<&[u8]> {
        let name = self.state.get(Key::Nodename);
        (!name.is_empty() && self.state.get(Key::Uuid) == uuid).then_some(name)
    }

    fn set_applied_nodename(&mut self, uuid: &[u8], name: &[u8]) -> Result<(), Error> {
        // One that cannot be remembered is applied again.
        let uuid_kept = self.state.set(Key::Uuid, uuid);
        self.state.set(Key::Nodename, if uuid_kept { name } else { b"" });
        self.save();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::boxed::Box;
    use std::string::{String, ToString};
    use std::{format, fs};

    use super::*;
    use crate::state::PATH;
    use crate::sys::posix::guest::{Guest, alone};

    const FILE: &str = "var/lib/nova-agent/state";

    /// The journal of a process that starts now.
    fn start(guest: &Guest) -> Recorder<'_> {
        let mut journal = Recorder::new(StateFile::new(&guest.root, PATH), Box::leak(Box::default()));
        journal.recover();
        journal
    }

    fn stray(i: u8) -> String {
        format!(".nova-agent.{:016x}~", u64::MAX - u64::from(i))
    }

    alone! {
        fn a_request_is_done_twice_at_most(guest) {
            start(guest).end();
            assert_eq!(guest.names(""), ["etc", "tmp"], "made when it is needed");
            for _ in 0..2 {
                assert_eq!(start(guest).begin(b"deadly"), Ok(()));
            }
            assert_eq!((guest.owner_and_mode("var/lib/nova-agent"), guest.owner_and_mode(FILE)), ((0, 0, 0o755), (0, 0, 0o600)));
            let mut journal = start(guest);
            let refused = journal.begin(b"deadly").unwrap_err().to_string();
            assert_eq!(refused, "not done: the agent ended unexpectedly in this request, twice");
            journal.end();
            // Another one of this name, and one that ends well.
            for id in [&b"deadly"[..], b"other", b"other", b"other", b"other"] {
                assert_eq!(journal.begin(id), Ok(()));
                journal.end();
            }
            assert_eq!(start(guest).begin(b"other"), Ok(()));
            assert_eq!(start(guest).begin(&[b'x'; crate::limits::STATE_VALUE_LEN + 1]), Ok(()), "too long for the file");
            assert_eq!(journal.refusal(), None);
        }

        fn strays_go_where_they_may_be_and_nothing_else(guest) {
            let directories = ["/srv/d/", "/", "/srv/with\na newline/"];
            let others = [".nova-agent.0123~", ".nova-agent.0123456789abcdeg~", "nova-agent.0123456789abcdef~", ".nova-agent.0123456789abcdef0~", "x"];
            for directory in directories {
                for name in others {
                    guest.write(&format!("{directory}{name}"), 0o644, "");
                }
                guest.write(&format!("{directory}/below/{}", stray(0)), 0o644, "");
                guest.write(&format!("/elsewhere/{}", stray(0)), 0o644, "");
                guest.write(&format!("/other/{}", stray(0)), 0o644, "");
                let mut journal = start(guest);
                journal.begin(directory.as_bytes()).unwrap();
                journal.directory(b"/elsewhere/");
                journal.directory(directory.as_bytes());
                (0..100).for_each(|i| guest.write(&format!("{directory}{}", stray(i)), 0o600, ""));
                start(guest);
                for name in others {
                    assert!(guest.path(&format!("{directory}{name}")).exists());
                }
                assert_eq!(guest.names(directory).iter().filter(|n| n.len() == stray(0).len() && n.ends_with("f~")).count(), 0);
                assert!(guest.path(&format!("{directory}/below/{}", stray(0))).exists());
                assert!(guest.path(&format!("/other/{}", stray(0))).exists());
                assert!(!guest.path(&format!("/elsewhere/{}", stray(0))).exists());
            }
            // No request, as at start; and the directory has become a link since.
            let mut journal = start(guest);
            journal.directory(b"/was/");
            fs::write(guest.canary().join(stray(0)), "").unwrap();
            guest.link("was", "srv");
            guest.write(&format!("/srv/{}", stray(0)), 0o600, "");
            start(guest);
            assert!(guest.path(&format!("/srv/{}", stray(0))).exists());
        }

        fn an_unwritable_file_is_no_reason_not_to_serve(guest) {
            guest.mount("-t tmpfs none", "tmp");
            guest.write("tmp/nova-agent/state", 0o600, "");
            fs::create_dir(guest.path("var")).unwrap();
            guest.link("var/lib", "/tmp");
            guest.mount("-o remount,bind,ro", "tmp");
            let mut journal = start(guest);
            assert_eq!(journal.begin(b"id"), Ok(()));
            journal.directory(b"/etc/");
            assert_eq!(journal.set_applied_nodename(b"uuid", b"web1"), Ok(()));
            assert_eq!(journal.applied_nodename(b"uuid"), Some(&b"web1"[..]));
            assert_eq!((journal.refusal(), journal.refusal()), (Some(Errno(libc::EROFS)), None));
            assert_eq!(start(guest).applied_nodename(b"uuid"), None);
            guest.mount("-o remount,bind,rw", "tmp");
            journal.end();
            assert_eq!(journal.refusal(), None);
            assert_eq!(start(guest).applied_nodename(b"uuid"), Some(&b"web1"[..]));
            assert_eq!(start(guest).applied_nodename(b"other"), None);
            fs::remove_dir_all(guest.path("tmp/nova-agent")).unwrap();
            journal.begin(b"id").unwrap();
            assert_eq!(start(guest).applied_nodename(b"uuid"), Some(&b"web1"[..]));
        }

        fn a_torn_file_is_none(guest) {
            let mut journal = start(guest);
            journal.set_applied_nodename(b"uuid", b"web1").unwrap();
            let whole = guest.read(FILE);
            for len in 0..whole.len() {
                guest.write(FILE, 0o600, &whole[..len]);
                assert_eq!(start(guest).applied_nodename(b"uuid").is_some(), len == whole.len() - 1, "{len}");
            }
            for other in ["fifo", "link"] {
                fs::remove_file(guest.path(FILE)).unwrap();
                match other {
                    "fifo" => assert!(std::process::Command::new("mkfifo").arg(guest.path(FILE)).status().unwrap().success()),
                    _ => guest.link(FILE, "../../../etc/file"),
                }
                let mut journal = start(guest);
                journal.begin(b"id").unwrap();
                assert!(journal.refusal().is_some(), "{other}");
            }
            assert_eq!(guest.names("etc"), [""; 0]);
        }
    }
}
