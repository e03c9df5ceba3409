//! `injectfile` and `file_inject`: writes one file of the guest, as bytes, over nothing that could not be got back.

use crate::base64::decode;
use crate::error::Error;
use crate::ports::{Outcome, Ports, Rule};
use crate::reply::Answer;

/// A file that does not exist yet is root's alone; missing directories are made, an existing file is backed up.
const RULE: Rule = Rule { create: Some(0o600), parents: true, backup: true };

/// `injectfile`: base64 of `PATH,CONTENTS`, split at the first comma.
///
/// # Errors
///
/// What is wrong with the value or the path, or what the system says; the file is untouched then.
pub fn joined(ports: &mut Ports<'_>, value: &str, scratch: &mut [u8]) -> Result<Answer, Error> {
    let bytes = decode(value.as_bytes(), scratch).ok_or(Error::Request("injectfile: the value is not base64"))?;
    let comma = bytes.iter().position(|&b| b == b',').ok_or(Error::Request("injectfile: no comma between path and contents"))?;
    let (path, rest) = bytes.split_at(comma);
    write(ports, path, rest.get(1..).unwrap_or_default())
}

/// `file_inject`: path and contents, each in base64.
///
/// # Errors
///
/// As [`joined`].
pub fn separate(ports: &mut Ports<'_>, path: &str, file: &str, scratch: &mut [u8]) -> Result<Answer, Error> {
    let (for_path, for_file) = scratch.split_at_mut_checked(path.len()).ok_or(Error::Request("file_inject: the path is too long"))?;
    let path = decode(path.as_bytes(), for_path).ok_or(Error::Request("file_inject: b64_path is not base64"))?;
    let file = decode(file.as_bytes(), for_file).ok_or(Error::Request("file_inject: b64_file is not base64"))?;
    write(ports, path, file)
}

fn write(ports: &mut Ports<'_>, path: &[u8], contents: &[u8]) -> Result<Answer, Error> {
    match path {
        [] => return Err(Error::Request("the path is empty")),
        [b'/', .., b'/'] | [b'/'] => return Err(Error::Request("the path names a directory")),
        [b'/', ..] if path.contains(&0) => return Err(Error::Request("the path holds a NUL")),
        [b'/', ..] => {}
        _ => return Err(Error::Request("the path is not absolute")),
    }
    let outcome = ports.files.edit(path, RULE, ports.journal, &mut |_, out| {
        out.put(contents)?;
        Ok(true)
    })?;
    Ok(Answer::done(
        "%",
        &[&match outcome {
            Outcome::Same => "the file has these contents already",
            Outcome::Replaced => "the file was replaced, the old one is kept as .bak~",
            Outcome::Created => "the file was made",
        }],
    ))
}
