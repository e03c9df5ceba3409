//! `injectfile` and `file_inject`: writes one file of the guest, as bytes, over nothing that could not be got back.

use crate::base64::decode;
use crate::error::{Error, What};
use crate::ports::{Outcome, Ports, Rule, Verdict};
use crate::reply::{Answer, Code};
use crate::text::holds;

/// A file that does not exist yet is root's alone; missing directories are made, an existing file is backed up.
const RULE: Rule = Rule { create: Some(0o600), parents: true, backup: true };

/// `injectfile`: base64 of `PATH,CONTENTS`, split at the first comma.
///
/// # Errors
///
/// What is wrong with the value or the path, or what the system says; the file is untouched then.
pub fn joined(ports: &mut Ports<'_>, value: &str, scratch: &mut [u8], answer: &mut Answer) -> Result<(), Error> {
    let bytes = decode(value.as_bytes(), scratch).ok_or(Error::Request(What::ValueNotBase64))?;
    let comma = bytes.iter().position(|&b| b == b',').ok_or(Error::Request(What::NoComma))?;
    let (path, rest) = bytes.split_at(comma);
    write(ports, path, rest.get(1..).unwrap_or_default(), answer)
}

/// `file_inject`: path and contents, each in base64.
///
/// # Errors
///
/// As [`joined`].
pub fn separate(ports: &mut Ports<'_>, path: &str, file: &str, scratch: &mut [u8], answer: &mut Answer) -> Result<(), Error> {
    let (for_path, for_file) = scratch.split_at_mut_checked(path.len()).ok_or(Error::Request(What::PathTooLong))?;
    let path = decode(path.as_bytes(), for_path).ok_or(Error::Request(What::PathNotBase64))?;
    let file = decode(file.as_bytes(), for_file).ok_or(Error::Request(What::FileNotBase64))?;
    write(ports, path, file, answer)
}

#[inline(never)]
fn write(ports: &mut Ports<'_>, path: &[u8], contents: &[u8], answer: &mut Answer) -> Result<(), Error> {
    match path {
        [] => return Err(Error::Request(What::PathEmpty)),
        [b'/', .., b'/'] | [b'/'] => return Err(Error::Request(What::PathIsDirectory)),
        [b'/', ..] if holds(path, 0) => return Err(Error::Request(What::PathHasNul)),
        [b'/', ..] => {}
        _ => return Err(Error::Request(What::PathNotAbsolute)),
    }
    let outcome = ports.files.edit(path, RULE, ports.journal, &mut |_, out| {
        out.put(contents)?;
        Ok(Verdict::Write)
    })?;
    let done = match outcome {
        Outcome::Same | Outcome::Removed => "the file has these contents already",
        Outcome::Replaced => "the file was replaced, the old one is kept as .bak~",
        Outcome::Created => "the file was made",
    };
    answer.set(Code::Done, done, &[]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;
    use crate::memory::{MemoryFiles, MemoryHost, MemoryJournal, MemoryStore};
    use crate::network::fake::FakeKernel;
    use crate::settings::Settings;

    /// base64 of the shell: `printf %s TEXT | base64`.
    const MOTD_COMMAS: &str = "L2V0Yy9tb3RkLGEsYixj"; // /etc/motd,a,b,c
    const MOTD: &str = "L2V0Yy9tb3Rk"; // /etc/motd

    fn asked(files: &mut MemoryFiles, ask: impl Fn(&mut Ports<'_>, &mut [u8], &mut Answer) -> Result<(), Error>) -> Result<String, String> {
        let mut answer = Answer::empty();
        let mut ports = Ports {
            store: &mut MemoryStore::default(),
            files,
            links: &mut FakeKernel::new("40:40:27:5b:3a:01"),
            host: &mut MemoryHost::default(),
            journal: &mut MemoryJournal::default(),
            settings: Settings::new(&[]),
        };
        ask(&mut ports, &mut [0; 128], &mut answer).map(|()| answer.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_comma_splits() {
        let mut files = MemoryFiles::default();
        assert!(
            asked(&mut files, |ports, scratch, answer| joined(ports, MOTD_COMMAS, scratch, answer)).unwrap().contains("the file was made")
        );
        assert_eq!(files.files["/etc/motd"], b"a,b,c");
        assert!(asked(&mut files, |ports, scratch, answer| joined(ports, MOTD_COMMAS, scratch, answer)).unwrap().contains("already"));
        assert_eq!(files.files.len(), 1);
        assert!(
            asked(&mut files, |ports, scratch, answer| joined(ports, "L2V0Yy9tb3RkLA==", scratch, answer)).unwrap().contains("replaced")
        );
        assert_eq!((files.files["/etc/motd"].as_slice(), files.files.len()), (&b""[..], 2));
    }

    #[test]
    fn path_and_contents_apart() {
        let mut files = MemoryFiles::default();
        asked(&mut files, |ports, scratch, answer| separate(ports, MOTD, "AAH/LAo=", scratch, answer)).unwrap();
        assert_eq!(files.files["/etc/motd"], b"\0\x01\xff,\n");
        asked(&mut files, |ports, scratch, answer| separate(ports, MOTD, "", scratch, answer)).unwrap();
        assert_eq!(files.files["/etc/motd"], b"");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut files = MemoryFiles::default();
        for (value, why) in [
            ("!!!!", "injectfile: the value is not base64"),
            (MOTD, "injectfile: no comma between path and contents"),
            ("", "injectfile: no comma between path and contents"),
            ("LHg=", "the path is empty"),
            ("L2V0Yy8seA==", "the path names a directory"),
            ("Lyx4", "the path names a directory"),
            ("Ly8seA==", "the path names a directory"),
            ("L2V0YwB4LHg=", "the path holds a NUL"),
            ("ZXRjL21vdGQseA==", "the path is not absolute"),
        ] {
            assert_eq!(asked(&mut files, |ports, scratch, answer| joined(ports, value, scratch, answer)), Err(why.into()), "{value}");
        }
        for (path, file, why) in [
            ("!", "", "file_inject: b64_path is not base64"),
            (MOTD, "!", "file_inject: b64_file is not base64"),
            ("", "eA==", "the path is empty"),
        ] {
            assert_eq!(asked(&mut files, |ports, scratch, answer| separate(ports, path, file, scratch, answer)), Err(why.into()));
        }
        let path = "L".repeat(129);
        assert_eq!(
            asked(&mut files, |ports, scratch, answer| separate(ports, &path, "", scratch, answer)),
            Err("file_inject: the path is too long".into())
        );
        assert!(files.files.is_empty());
    }

    #[test]
    fn what_the_system_refuses_is_told() {
        let mut files = MemoryFiles { refuse: Some(crate::error::Errno(libc::ENOSPC)), ..MemoryFiles::default() };
        let refused = asked(&mut files, |ports, scratch, answer| joined(ports, MOTD_COMMAS, scratch, answer));
        assert_eq!(refused, Err("write file: no space left (ENOSPC)".into()));
    }
}
