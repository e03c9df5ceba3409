//! `devstore RUN [--like xenstored|oxenstored] [--domain N]...`: serves dom0 on RUN/socket and domain N on RUN/domN.sock.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a development tool on std")]

use std::path::PathBuf;
use std::process::ExitCode;

use nova_agent_devstore::{Like, serve};

const USAGE: &str = "usage: devstore RUN [--like xenstored|oxenstored] [--domain N]...";

fn arguments() -> Option<(PathBuf, Like, Vec<u32>)> {
    let (mut run, mut like, mut domains) = (None, Like::Xenstored, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--like" => like = Like::named(&words.next()?)?,
            "--domain" => domains.push(words.next()?.parse().ok()?),
            option if option.starts_with('-') => return None,
            path => run = Some(PathBuf::from(path)),
        }
    }
    Some((run?, like, domains))
}

fn main() -> ExitCode {
    let Some((run, like, domains)) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    match serve(&run, like, &domains) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("devstore: {}: {error}", run.display());
            ExitCode::from(69)
        }
    }
}
