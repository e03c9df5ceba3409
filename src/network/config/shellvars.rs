//! Files of variables that a shell sources: sysconfig's `ifcfg-*` and `network`, `conf.d/net`, `rc.conf`, netctl's profiles.
//!
//! A statement that assigns one variable and does nothing else is edited. Everything else is the user's program and stays: several commands
//! in a line, functions, conditions. Where that assigns a variable of ours, too, ours is put behind it, since the shell keeps what comes
//! last.
//!
//! To the shell a carriage return is part of a value. It is to us, too: in a file of DOS line ends the lines that we write end in a newline
//! alone, so that the shell reads them right.
//!
//! The shell's grammar is in `shell.rs`; what names and values mean is the business of the formats.

use crate::error::{Error, What};
use crate::limits::PIECE_LEN;
use crate::network::config::out::Out;
use crate::network::config::shell::{File, Last, RAW, Statement, take_literal};
use crate::network::config::template::Lines;
use crate::text::{Parts, Text, cut};

/// Says which variables are wanted, by [`Vars::set`], in the order in which new ones are written. It is asked for each variable of the
/// file and has to say the same each time.
pub type Wanted<'a> = dyn FnMut(&mut Vars<'_, '_>) + 'a;

/// Puts the new content. A variable that is wanted keeps its place and whatever else is in its line, and its quotes if the value is the
/// same; of several lines for it the last stays. One that is missing is appended. One that is not wanted goes if `owns` knows its name as
/// ours.
///
/// `false`: the shell could not read the file to its end, because a quote or an array is open. What was put is then worthless.
pub fn edit(old: &[u8], owns: &dyn Fn(&[u8]) -> bool, wanted: &mut Wanted<'_>, out: &mut Out<'_>) -> bool {
    let Some(file) = File::new(old) else { return false };
    let mut vars = Vars {
        out,
        task: Task::Compare,
        name: b"",
        value: b"",
        quotes: [0; 2],
        here: false,
        begins: true,
        found: Found::No,
        ends: true,
        file,
    };
    let mut rest = file;
    while let Some(statement) = rest.take() {
        if vars.goes(&statement, rest, owns, wanted) {
            continue;
        }
        let mut tail = statement.line;
        if vars.found == Found::Other {
            vars.out.put(statement.head());
            vars.out.put(b"=");
            vars.task = Task::Write;
            wanted(&mut vars);
            tail = statement.tail();
        }
        vars.out.put(tail);
        vars.ends = tail.ends_with(b"\n");
    }
    vars.task = Task::Append;
    vars.found = Found::No;
    wanted(&mut vars);
    if vars.found != Found::No {
        vars.end();
    }
    true
}

/// Whether `name` is one of `patterns`, where `#` stands for decimal digits, at least one.
#[inline(never)]
pub fn is_any(name: &[u8], patterns: &[&str]) -> bool {
    for pattern in patterns {
        let (mut name, mut pattern) = (name, pattern.as_bytes());
        while let ([at, others @ ..], [first, next @ ..]) = (name, pattern) {
            if *first == b'#' && at.is_ascii_digit() {
                if !others.first().is_some_and(u8::is_ascii_digit) {
                    pattern = next;
                }
            } else if at == first {
                pattern = next;
            } else {
                break;
            }
            name = others;
        }
        if name.is_empty() && pattern.is_empty() {
            return true;
        }
    }
    false
}

/// Lines of a template are assignments: a `?` before the name is [`Vars::set_missing`].
impl Lines for Vars<'_, '_> {
    fn piece(&mut self, text: &str, ends: bool) {
        if self.begins {
            match text.strip_prefix('?') {
                Some(text) => self.assign(text, Found::Any),
                None => self.assign(text, Found::Same),
            }
        } else if self.here {
            self.put(text.as_bytes());
        }
        self.begins = ends;
    }
}

/// Takes the variables that are wanted.
pub struct Vars<'a, 'o> {
    out: &'a mut Out<'o>,
    /// The whole old file.
    file: File<'a>,
    task: Task,
    /// The variable at hand, and what is left of its old value.
    name: &'a [u8],
    value: &'a [u8],
    /// The open quotes of the old and of the new value.
    quotes: [u8; 2],
    /// Whether the variable that was set last is the one to work on.
    here: bool,
    /// Whether the next piece of a template begins an assignment.
    begins: bool,
    found: Found,
    /// Whether what was put ends in a newline.
    ends: bool,
}

/// What is done with the variables that are wanted.
#[derive(PartialEq, Eq)]
enum Task {
    /// Finding the variable at hand, and whether its value is the old one.
    Compare,
    /// Putting the value of the variable at hand.
    Write,
    /// Putting those that the file does not have.
    Append,
}

/// Whether the variable at hand is wanted.
#[derive(PartialEq, Eq)]
enum Found {
    No,
    /// Yes, with whatever value.
    Any,
    /// Yes, with its old value.
    Same,
    /// Yes, with another value.
    Other,
}

impl<'a> Vars<'a, '_> {
    /// Wants the variable that `template` and `parts` make: `NAME=word`, where the word is as the shell is to read it, with its quotes. At
    /// most [`PIECE_LEN`] octets.
    pub fn set(&mut self, template: &str, parts: &Parts<'_>) {
        let text = self.text(template, parts);
        self.assign(text.as_str(), Found::Same);
    }

    /// Wants the variable, with this value if the file does not have it at all.
    pub fn set_missing(&mut self, template: &str, parts: &Parts<'_>) {
        let text = self.text(template, parts);
        self.assign(text.as_str(), Found::Any);
    }

    /// Appends to the word of the variable that was set last.
    pub fn add(&mut self, template: &str, parts: &Parts<'_>) {
        if self.here {
            let text = self.text(template, parts);
            self.put(text.as_bytes());
        }
    }

    #[inline(never)]
    fn text(&mut self, template: &str, parts: &Parts<'_>) -> Text<PIECE_LEN> {
        let text = Text::of(template, parts);
        if text.is_clipped() {
            self.out.fail(Error::bug(What::PieceTooLong));
        }
        text
    }

    #[inline(never)]
    fn assign(&mut self, text: &str, found: Found) {
        let Some((name, value)) = cut(text, b'=') else { return };
        let name = name.as_bytes();
        if self.task == Task::Append {
            let last = self.file.last(name);
            self.here = if found == Found::Any { last == Last::None } else { last != Last::Alone };
            if self.here {
                self.end();
                self.out.put(name);
                self.out.put(b"=");
            }
        } else {
            self.here = self.name == name;
        }
        if self.here {
            self.found = found;
            let raw = value.starts_with('(') || self.value.starts_with(b"(");
            self.quotes = [if raw { RAW } else { 0 }; 2];
            self.put(value.as_bytes());
        }
    }

    /// Compares or writes a piece of the word.
    fn put(&mut self, mut piece: &[u8]) {
        if self.task != Task::Compare {
            self.out.put(piece);
            self.ends = false;
            return;
        }
        let [old, new] = &mut self.quotes;
        while let Some(byte) = take_literal(&mut piece, new) {
            if take_literal(&mut self.value, old) != Some(byte) && self.found == Found::Same {
                self.found = Found::Other;
            }
        }
    }

    /// Ends the last line.
    fn end(&mut self) {
        if !self.ends {
            self.out.put(b"\n");
            self.ends = true;
        }
    }

    /// Whether the old line goes. If not, `found` says what becomes of it.
    fn goes(&mut self, statement: &Statement<'a>, rest: File<'_>, owns: &dyn Fn(&[u8]) -> bool, wanted: &mut Wanted<'_>) -> bool {
        self.found = Found::No;
        if statement.name.is_empty() {
            return false;
        }
        (self.task, self.name, self.value) = (Task::Compare, statement.name, statement.value);
        wanted(self);
        let [old, _] = &mut self.quotes;
        if self.found == Found::Same && take_literal(&mut self.value, old).is_some() {
            self.found = Found::Other;
        }
        match self.found {
            Found::No => owns(statement.name),
            Found::Any => false,
            Found::Same | Found::Other => rest.last(statement.name) != Last::None,
        }
    }
}
