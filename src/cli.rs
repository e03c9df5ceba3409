//! The command line: the same words as nova-agent 1.x and 2.x, so that existing service files start this agent unchanged.

use core::ffi::CStr;

use crate::log::Level;
use crate::network::lines::{take_line, take_word};
use crate::packed;
use crate::packed::Packed;
use crate::text::same_word;

/// What `run` was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Least level that is logged.
    pub level: Level,
    /// `-o FILE|-`; without it stderr in the foreground, the kernel's log in a daemon.
    pub log: Option<&'static CStr>,
    /// Whether to stay in the foreground.
    pub foreground: bool,
    /// `-p FILE`
    pub pid_file: Option<&'static CStr>,
    /// `--xenstore PATH`
    pub xenstore: Option<&'static CStr>,
    /// `--backend NAME`
    pub backend: Option<&'static CStr>,
    /// `--from FILE|DIR|-`
    pub from: Option<&'static CStr>,
    /// Whether `apply` shows what it would do.
    pub dry_run: bool,
    /// `--root DIR`
    pub root: &'static CStr,
    /// Whether vm-data is applied once at start (1.x: operand `resetnetwork` behind the script).
    pub apply_at_start: bool,
}

impl Options {
    /// What holds unless the command line says otherwise.
    pub const fn new() -> Self {
        Self {
            level: Level::Info,
            log: None,
            foreground: false,
            pid_file: None,
            xenstore: None,
            backend: None,
            from: None,
            dry_run: false,
            root: c"/",
            apply_at_start: false,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Serve requests, as the options say.
    Run,
    /// Do once what `resetnetwork` does.
    Apply,
    /// Print the version.
    Version,
    /// Print the help text.
    Help,
}

/// Why a command line is refused, and the word at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub why: &'static str,
    /// The word.
    pub word: &'static [u8],
}

/// The help text.
pub const HELP: Packed = packed!(
    "\
usage: nova-agent [run] [options]
       nova-agent apply [--dry-run] [--from FILE|DIR|-] [options]

Serves the requests that a cloud's host sends to this Xen guest through XenStore; apply sets the network
once, as the host's vm-data or the JSON given with --from says.

  -l, --loglevel, --level LEVEL   log at least warning, info (default) or debug
  -o, --logfile FILE|-            log to FILE (reopened on SIGHUP) or to stderr
  -n, --nofork                    stay in the foreground
      --no-fork [True|False]      stay in the foreground, whatever the word says
  -p, --pidfile FILE              write the process id to FILE
      --xenstore PATH             XenStore's device or socket
      --root DIR                  the guest's own files are below DIR
      --backend NAME              write network files as NAME reads them: ifupdown, netplan, keyfile, ifcfg,
                                  networkd, suse, netifrc, netctl, dhcpcd; none writes none
      --from FILE|DIR|-           apply: vm-data in JSON; with this or --root only files are written
      --dry-run                   apply: print the changes, make none
      --version                   print the version
  -h, --help                      print this text

Ignored, for the service files of older agents: -q, --quiet, -S, --syspython, -t, --testmode, and one
operand that ends in .py; if resetnetwork follows it, vm-data is applied once at start.
"
);

/// Every word that means something by itself, a line for each meaning; options that need a value come first, then the others.
const WORDS: &str = "\
-l --loglevel --level
-o --logfile
-p --pidfile
--xenstore
--root
--backend
--from
-n --nofork
--no-fork
--version
-h --help
-q --quiet -S --syspython -t --testmode
run
resetnetwork
apply
--dry-run
";
const LEVEL: usize = 0;
const LOG_FILE: usize = 1;
const PID_FILE: usize = 2;
const XENSTORE: usize = 3;
const ROOT: usize = 4;
const BACKEND: usize = 5;
const FROM: usize = 6;
const FOREGROUND: usize = 7;
const NO_FORK: usize = 8;
const VERSION: usize = 9;
const HELP_TEXT: usize = 10;
const IGNORED: usize = 11;
const RUN: usize = 12;
const RESET_NETWORK: usize = 13;
const APPLY: usize = 14;
const DRY_RUN: usize = 15;

/// What `word` means, as its line in [`WORDS`]; one behind them for any other.
fn meaning(word: &[u8]) -> usize {
    let (mut lines, mut meaning) = (WORDS.as_bytes(), 0);
    while let Some(mut line) = take_line(&mut lines) {
        while let spelling @ [_, ..] = take_word(&mut line) {
            if spelling == word {
                return meaning;
            }
        }
        meaning += 1;
    }
    meaning
}

/// Judges the words behind the program's name and fills in `options`.
///
/// # Errors
///
/// The first word that no agent ever took.
#[inline(never)]
pub fn parse(mut words: impl Iterator<Item = &'static CStr> + Clone, options: &mut Options) -> Result<Action, Refused> {
    let (mut script, mut first, mut action) = (false, true, Action::Run);
    while let Some(word) = words.next() {
        let (option, joined) = split(word);
        let meaning = meaning(option);
        let is_operand = !option.starts_with(b"-");
        let mut value = word;
        if meaning < FOREGROUND {
            value = joined.or_else(|| words.next()).ok_or(Refused { why: "option needs a value", word: option })?;
        }
        match meaning {
            LEVEL => options.level = level(value)?,
            LOG_FILE => options.log = Some(value),
            PID_FILE => options.pid_file = Some(value),
            XENSTORE => options.xenstore = Some(value),
            ROOT => options.root = value,
            BACKEND => options.backend = Some(value),
            FROM if action == Action::Apply => options.from = Some(value),
            DRY_RUN if action == Action::Apply => options.dry_run = true,
            APPLY if first => (action, options.foreground) = (Action::Apply, true),
            FOREGROUND => options.foreground = true,
            NO_FORK => {
                options.foreground = true;
                let mut ahead = words.clone();
                if joined.is_none() && ahead.next().is_some_and(|next| is_truth(next.to_bytes())) {
                    words = ahead;
                }
            }
            VERSION => return Ok(Action::Version),
            HELP_TEXT => return Ok(Action::Help),
            IGNORED => {}
            RUN if first => {}
            RESET_NETWORK if script => options.apply_at_start = true,
            _ if is_operand && option.ends_with(b".py") && !script => script = true,
            _ => {
                let why = if is_operand { "unknown operand" } else { "unknown option" };
                return Err(Refused { why, word: option });
            }
        }
        first &= !is_operand;
    }
    Ok(action)
}

/// An option and the value joined to it: `--name=VALUE`, `-xVALUE`.
fn split(word: &'static CStr) -> (&'static [u8], Option<&'static CStr>) {
    let bytes = word.to_bytes();
    let (end, start) = match bytes {
        [b'-', b'l' | b'o' | b'p', _, ..] => (2, 2),
        [b'-', b'-', ..] => {
            let name_len = bytes.iter().take_while(|&&b| b != b'=').count();
            (name_len, name_len + 1)
        }
        _ => return (bytes, None),
    };
    let value = word.to_bytes_with_nul().get(start..).and_then(|value| CStr::from_bytes_until_nul(value).ok());
    (bytes.get(..end).unwrap_or(bytes), value)
}

#[inline(never)]
fn is_truth(word: &[u8]) -> bool {
    same_word(word, b"true") || same_word(word, b"false")
}

fn level(word: &'static CStr) -> Result<Level, Refused> {
    let levels = [Level::Debug, Level::Info, Level::Warning];
    let named = levels.into_iter().find(|level| level.as_str().as_bytes() == word.to_bytes());
    named.ok_or(Refused { why: "log level is none of warning, info, debug", word: word.to_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;
    use std::ffi::CString;
    use std::vec::Vec;

    fn words(line: &str, options: &mut Options) -> Result<Action, Refused> {
        let words: Vec<&'static CStr> = line.split_whitespace().map(|w| &*Box::leak(CString::new(w).unwrap().into_boxed_c_str())).collect();
        parse(words.into_iter(), options)
    }

    fn run(line: &str) -> Options {
        let mut options = Options::new();
        assert_eq!(words(line, &mut options), Ok(Action::Run), "{line}");
        options
    }

    #[test]
    fn the_help_fits() {
        assert!(HELP.spelled_out().len() < crate::limits::HELP_LEN);
    }

    #[test]
    fn service_files_of_older_agents() {
        let unit = run("--no-fork True -o /var/log/nova-agent.log -l info");
        assert!(unit.foreground && unit.log == Some(c"/var/log/nova-agent.log") && unit.level == Level::Info);
        assert_eq!(run("--no-fork true -o /var/log/nova-agent.log -l info"), unit);
        let old = run("-q -p /run/p -o /var/log/l -l debug /usr/share/nova-agent/nova-agent.py -S");
        assert!(!old.foreground && old.pid_file == Some(c"/run/p") && old.level == Level::Debug && !old.apply_at_start);
        assert!(run("-n -l info /usr/share/nova-agent/nova-agent.py").foreground);
        assert!(run("-n /x/nova-agent.py resetnetwork -q").apply_at_start);
        assert!(run("--no-fork -o -").foreground);
        assert_eq!(run("--no-fork False run").log, None);
        assert!(run("run --no-fork=False --logfile=- --root=/mnt").foreground);
        assert_eq!(run("-o- -ldebug").level, Level::Debug);
    }

    #[test]
    fn what_is_refused() {
        for (line, why, word) in [
            ("--frobnicate", "unknown option", "--frobnicate"),
            ("-x.py", "unknown option", "-x.py"),
            ("-x", "unknown option", "-x"),
            ("-l loud", "log level is none of warning, info, debug", "loud"),
            ("-o", "option needs a value", "-o"),
            ("something", "unknown operand", "something"),
            ("resetnetwork", "unknown operand", "resetnetwork"),
            ("a.py b.py", "unknown operand", "b.py"),
            ("--no-fork maybe", "unknown operand", "maybe"),
        ] {
            assert_eq!(words(line, &mut Options::new()), Err(Refused { why, word: Box::leak(word.as_bytes().into()) }), "{line}");
        }
        assert_eq!(words("-l info --version", &mut Options::new()), Ok(Action::Version));
        assert_eq!(words("-h", &mut Options::new()), Ok(Action::Help));
    }
}
