//! The file system as a renderer sees it: files are edited, and nothing changes before all of them are prepared.

use crate::error::{Errno, Error, What};
use crate::limits::NAMES_LEN;
use crate::log::Level;
use crate::network::config::out::Out;
use crate::ports::{Files, Host, Journal, Kind, Outcome, Rule, Verdict};
use crate::text::{Parts, Printable, Show, Text, holds, take_until};

/// The path that `template` makes of a name.
#[inline(never)]
pub fn path(template: &str, name: &dyn Show) -> Text<320> {
    Text::of(template, &[name])
}

/// What [`Tree::each`] shows files to.
pub type Each<'a> = dyn FnMut(&str, &str, &mut Tree<'_>) -> Result<(), Error> + 'a;

/// The guest's files.
pub struct Tree<'a> {
    files: &'a mut dyn Files,
    journal: &'a mut dyn Journal,
    host: &'a mut dyn Host,
    /// What was prepared: files and links that change.
    pub changes: u32,
    /// By number, the interfaces whose own files are among them.
    pub edited: u32,
    /// Where an error came from.
    culprit: Text<256>,
}

impl<'a> Tree<'a> {
    /// A tree over these ports, in which nothing is prepared.
    pub fn new(files: &'a mut dyn Files, journal: &'a mut dyn Journal, host: &'a mut dyn Host) -> Self {
        Self { files, journal, host, changes: 0, edited: 0, culprit: Text::new() }
    }

    /// The path that the last error is about.
    pub fn culprit(&self) -> &str {
        self.culprit.as_str()
    }

    /// Notes what was prepared at `path`, or that it is the culprit.
    #[inline(never)]
    fn done(&mut self, path: &str, result: Result<Outcome, Error>) -> Result<(), Error> {
        match result {
            Ok(Outcome::Same) => {}
            Ok(_) => self.changes += 1,
            Err(_) => self.blame(path),
        }
        result.map(drop)
    }

    /// Notes the culprit.
    fn blame(&mut self, path: &str) {
        self.culprit.clear();
        self.culprit.put(path);
    }

    /// Edits the file at `path`: `edit` gets its bytes (none: no or an empty file) and gives the new ones. A new file gets `mode`, and the
    /// directories it needs. A file is edited once: what is prepared is not seen by a second edit.
    ///
    /// # Errors
    ///
    /// Those of [`Files::prepare`].
    #[inline(never)]
    pub fn edit(&mut self, path: &str, mode: u32, edit: &mut dyn FnMut(&[u8], &mut Out<'_>) -> Verdict) -> Result<(), Error> {
        self.prepare(path, Rule { create: Some(mode), parents: true, backup: true }, edit)
    }

    /// The same without a backup, and without a new file where there is none.
    ///
    /// # Errors
    ///
    /// Those of [`Files::prepare`].
    #[inline(never)]
    pub fn update(&mut self, path: &str, edit: &mut dyn FnMut(&[u8], &mut Out<'_>) -> Verdict) -> Result<(), Error> {
        self.prepare(path, Rule { create: None, parents: false, backup: false }, edit)
    }

    #[inline(never)]
    fn prepare(&mut self, path: &str, rule: Rule, edit: &mut dyn FnMut(&[u8], &mut Out<'_>) -> Verdict) -> Result<(), Error> {
        let result = self.files.prepare(path.as_bytes(), rule, self.journal, &mut |old, sink| {
            let mut out = Out::new(sink);
            let verdict = edit(old.unwrap_or_default(), &mut out);
            out.finish().map(|()| verdict)
        });
        self.done(path, result)
    }

    /// Removes the file at `path`, if there is one.
    ///
    /// # Errors
    ///
    /// Those of [`Files::prepare`].
    #[inline(never)]
    pub fn remove(&mut self, path: &str) -> Result<(), Error> {
        self.prepare(path, Rule { create: None, parents: false, backup: true }, &mut |_, _| Verdict::Remove)
    }

    /// Shows the bytes of the file at `path` to `look` (none: no or an empty file).
    ///
    /// # Errors
    ///
    /// Those of [`Files::prepare`].
    #[inline(never)]
    pub fn read(&mut self, path: &str, look: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        self.update(path, &mut |old, _| {
            look(old);
            Verdict::Leave
        })
    }

    /// Shows each file in a directory whose name begins with `prefix` and ends with `suffix`, in the order of names: what is between them, and
    /// the path.
    ///
    /// # Errors
    ///
    /// ENOBUFS if the names are more than [`NAMES_LEN`] octets; those of [`Files::names`] and of `each`.
    #[inline(never)]
    pub fn each(&mut self, directory: &str, prefix: &str, suffix: &str, each: &mut Each<'_>) -> Result<(), Error> {
        // What is behind the prefix, a newline behind each.
        let mut names = Text::<NAMES_LEN>::new();
        let mut result = self.files.names(directory.as_bytes(), &mut |name| {
            if let Ok(name) = core::str::from_utf8(name)
                && let Some(name) = name.strip_prefix(prefix)
                && !holds(name.as_bytes(), b'\n')
            {
                names.insert_line(name);
            }
        });
        if result.is_ok() && names.is_clipped() {
            result = Err(Error::System(What::ListDirectory, Errno(libc::ENOBUFS)));
        }
        self.done(directory, result.map(|()| Outcome::Same))?;
        let (mut rest, mut path) = (names.as_str(), Text::<320>::new());
        while let Some(name) = take_until(&mut rest, b'\n') {
            if let Some(inner) = name.strip_suffix(suffix) {
                path.clear();
                path.fill("%/%%", &[&directory, &prefix, &name]);
                each(inner, path.as_str(), self)?;
            }
        }
        Ok(())
    }

    /// Makes a symbolic link to `target` at `path` where nothing is yet; without one, removes the link that is there.
    ///
    /// # Errors
    ///
    /// Those of [`Files::link`].
    #[inline(never)]
    pub fn link(&mut self, path: &str, target: Option<&str>) -> Result<(), Error> {
        let result = self.files.link(path.as_bytes(), target.map(str::as_bytes), self.journal);
        self.done(path, result)
    }

    /// What is at `path`, its last component not followed.
    ///
    /// # Errors
    ///
    /// Those of [`Files::kind`].
    pub fn kind(&mut self, path: &str) -> Result<Option<Kind>, Error> {
        let kind = self.files.kind(path.as_bytes());
        if kind.is_err() {
            self.blame(path);
        }
        kind
    }

    /// Whether something is at `path`.
    ///
    /// # Errors
    ///
    /// Those of [`Files::kind`].
    pub fn is_there(&mut self, path: &str) -> Result<bool, Error> {
        self.kind(path).map(|kind| kind.is_some())
    }

    /// Logs what an administrator should look at, about the file at `path`: `event=NAME file=PATH` and the text.
    pub fn warn(&mut self, event: &str, path: &str, text: &str, parts: &Parts<'_>) {
        self.log(event, path, text, parts, Level::Warning);
    }

    /// Logs what may interest an administrator.
    pub fn info(&mut self, event: &str, path: &str, text: &str, parts: &Parts<'_>) {
        self.log(event, path, text, parts, Level::Info);
    }

    #[inline(never)]
    fn log(&mut self, event: &str, path: &str, text: &str, parts: &Parts<'_>, level: Level) {
        let reason = Text::<256>::of(text, parts);
        self.host.log(level, "event=% file=% reason=\"%\"", &[&event, &Printable(path.as_bytes()), &reason]);
    }
}
