//! Files of variables that a shell sources: sysconfig's `ifcfg-*` and `network`, `conf.d/net`, `rc.conf`, netctl's profiles.
//!
//! A statement that assigns one variable and does nothing else is edited. Everything else is the user's program and stays. Where that
//! assigns a variable of ours, too, ours is put behind it, since the shell keeps what comes last.
//!
//! To the shell a carriage return is part of a value. It is to us, too: in a file of DOS line ends the lines that we write end in a newline
//! alone, so that the shell reads them right.
//!
//! The shell's grammar is in `shell.rs`; what names and values mean is the business of the formats.

use crate::error::Error;
use crate::limits::PIECE_LEN;
use crate::network::config::edited::Edited;
use crate::network::config::out::Out;
use crate::network::config::shell::{File, Last, Statement, is_one_of, unquoted};
use crate::network::config::template::Lines;
use crate::network::config::tree::Tree;
use crate::ports::Verdict;
use crate::text::{Parts, Text, cut};

/// Says which variables are wanted, by [`Vars::set`], in the order in which new ones are written. It is asked for each variable of the
/// file and has to say the same each time.
pub type Wanted<'a> = dyn FnMut(&mut Vars<'_, '_>) + 'a;

/// Puts the new content. A variable that is wanted keeps its place and whatever else is in its line, and its quotes if the value is the
/// same; of several lines for it the last stays. One that is missing is appended. One that is not wanted goes if it is in a list of ours.
///
/// `false`: the shell could not read the file to its end, because a quote or an array is open. What was put is then worthless.
pub fn edit(old: &[u8], wanted: &mut Wanted<'_>, out: &mut Out<'_>) -> bool {
    let Some(file) = File::new(old) else { return false };
    let mut vars = Vars {
        new: Edited::new(b"", out),
        file,
        old: Statement::default(),
        left: b"",
        found: false,
        goes: false,
        here: false,
        begins: true,
    };
    while vars.file.take(&mut vars.old) {
        (vars.left, vars.found, vars.goes) = (vars.old.line, false, false);
        if !vars.old.name.is_empty() {
            wanted(&mut vars);
            if !vars.found && vars.goes {
                continue;
            }
        }
        vars.new.keep(vars.left);
    }
    (vars.file, vars.found) = (file, false);
    wanted(&mut vars);
    if vars.found {
        vars.new.end();
    }
    true
}

/// Edits the file at `path`. One that the shell could not read stays, and the log says so.
///
/// # Errors
///
/// Those of [`Tree::edit`].
#[inline(never)]
pub fn write(path: &str, wanted: &mut Wanted<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let mut is_read = true;
    tree.edit(path, 0o644, &mut |old, out| {
        is_read = edit(old, wanted, out);
        Verdict::write_if(is_read)
    })?;
    if !is_read {
        tree.warn("not-written", path, "no shell could read this file", &[]);
    }
    Ok(())
}

/// Takes the variables that are wanted. Lines of a template are assignments, too.
pub struct Vars<'a, 'o> {
    new: Edited<'a, 'o>,
    /// What is behind the variable at hand; all of the file when the missing ones are appended.
    file: File<'a>,
    /// The variable at hand; none when the missing ones are appended.
    old: Statement<'a>,
    /// What is to be kept of its line, behind what was put.
    left: &'a [u8],
    /// Whether the variable at hand is wanted, or any was appended.
    found: bool,
    /// Whether it goes unless it is wanted.
    goes: bool,
    /// Whether what was set last is being put.
    here: bool,
    /// Whether the next piece begins an assignment.
    begins: bool,
}

impl Vars<'_, '_> {
    /// Wants the variable that `template` and `parts` make: `NAME=word`, where the word is as the shell is to read it, with its quotes. With
    /// a `?` in front, it gets this value if the file does not have it at all. At most [`PIECE_LEN`] octets.
    ///
    /// With a `-` in front, it is a list of variables that go unless they are wanted, as in [`is_one_of`].
    pub fn set(&mut self, template: &str, parts: &Parts<'_>) {
        self.put(template, parts, true);
    }

    /// Appends to the word of the variable that was set last.
    pub fn add(&mut self, template: &str, parts: &Parts<'_>) {
        self.put(template, parts, false);
    }

    #[inline(never)]
    fn put(&mut self, template: &str, parts: &Parts<'_>, begins: bool) {
        self.begins = begins;
        self.piece(Text::<PIECE_LEN>::of(template, parts).as_str(), begins);
    }

    /// Whether the variable at hand stays though it is neither wanted nor in a list.
    pub fn keeps(&self, list: &str) -> bool {
        let name = self.old.name;
        !(self.found || self.goes || name.is_empty() || is_one_of(name, list))
    }

    fn assign(&mut self, text: &str) {
        self.here = false;
        if let Some(list) = text.strip_prefix('-') {
            self.goes |= is_one_of(self.old.name, list);
            return;
        }
        let (is_default, text) = text.strip_prefix('?').map_or((false, text), |text| (true, text));
        let Some((name, value)) = cut(text, b'=') else { return };
        let (name, value) = (name.as_bytes(), value.as_bytes());
        if self.old.name.is_empty() {
            let last = self.file.last(name);
            if last == Last::Alone || is_default && last == Last::Program {
                return;
            }
            self.new.end();
        } else {
            if self.old.name != name {
                return;
            }
            self.found = true;
            if is_default {
                return;
            }
            if self.file.last(name) != Last::None {
                self.left = b"";
                return;
            }
            if unquoted(self.old.value) == unquoted(value) {
                return;
            }
            self.left = self.old.tail();
        }
        (self.found, self.here) = (true, true);
        self.new.keep(text.as_bytes());
    }
}

impl Lines for Vars<'_, '_> {
    fn piece(&mut self, text: &str, ends: bool) {
        if self.begins {
            self.assign(text);
        } else if self.here {
            self.new.keep(text.as_bytes());
        }
        self.begins = ends;
    }
}
