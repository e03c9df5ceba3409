//! The files of the next boot: what the network was set to is written where this system's network manager reads it.
//!
//! All files are prepared before the first is renamed. If one cannot be prepared none changes, and the answer names it.

use core::ffi::CStr;

use crate::commands::resetnetwork::Work;
use crate::error::{Errno, Error};
use crate::limits::RELOAD_MS;
use crate::log::Level;
use crate::network::config::choose::{Choice, probe};
use crate::network::config::tree::Tree;
use crate::network::config::{Backend, Network};
use crate::ports::{Host, Ports};
use crate::text::{Printable, Text};

/// Writes the files and has them read.
///
/// # Errors
///
/// [`Error::Stopped`]; whatever else fails is in the answer.
#[inline(never)]
pub fn write(ports: &mut Ports<'_>, work: &mut Work<'_>) -> Result<(), Error> {
    let mut culprit = Text::<256>::new();
    match prepare(ports, work, &mut culprit) {
        Ok(None) => Ok(()),
        Ok(Some(backend)) => match ports.files.commit() {
            Ok(()) => reload(ports, backend),
            Err(error) => failed(work, &error, backend.name),
        },
        Err(error) => {
            ports.files.abandon();
            failed(work, &error, culprit.as_str())
        }
    }
}

fn failed(work: &mut Work<'_>, error: &Error, culprit: &str) -> Result<(), Error> {
    work.failed(culprit, "%", error);
    Ok(())
}

/// Prepares every file; the backend, if one is in charge and something changes. An error is about the file named in `culprit`.
#[inline(never)]
fn prepare(ports: &mut Ports<'_>, work: &mut Work<'_>, culprit: &mut Text<256>) -> Result<Option<&'static Backend>, Error> {
    let found = &*work.interfaces;
    let network = Network { interfaces: &found.each, macs: &found.macs, is_partial: found.is_partial };
    let mut tree = Tree::new(ports.files, ports.journal, ports.host);
    let written = render(ports.settings.backend, ports.settings.live, &network, &mut tree);
    culprit.put(tree.culprit());
    let changes = tree.changes;
    let backend = written?;
    if let Some(backend) = backend {
        ports.host.log(Level::Info, "event=files-written backend=% changes=%", &[&backend.name, &changes]);
    }
    Ok(backend.filter(|_| changes > 0))
}

#[inline(never)]
fn render(choice: Choice, live: bool, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<Option<&'static Backend>, Error> {
    let backend = match choice {
        Choice::Nothing => return Ok(None),
        Choice::Always(backend) => backend,
        Choice::Probe(table) => match probe(table, network, tree)? {
            Some(backend) => backend,
            None => {
                tree.warn("no-backend", "/etc", "no known network configuration is in use here: nothing is written for the next boot", &[]);
                return Ok(None);
            }
        },
    };
    (backend.write)(network, tree)?;
    if live && let Some(enter) = backend.enter {
        enter(network, tree)?;
    }
    Ok(Some(backend))
}

/// Has the manager read its files again. What fails here is a line in the log: the network is as wanted already.
#[inline(never)]
fn reload(ports: &mut Ports<'_>, backend: &Backend) -> Result<(), Error> {
    if !ports.settings.live || !ports.settings.programs {
        return Ok(());
    }
    for words in backend.reload {
        tell(ports.host, words)?;
    }
    Ok(())
}

/// Runs a program that may be missing.
///
/// # Errors
///
/// [`Error::Stopped`].
#[inline(never)]
pub fn tell(host: &mut dyn Host, words: &[&CStr]) -> Result<(), Error> {
    let program = Printable(words.first().copied().unwrap_or_default().to_bytes());
    match host.run(words, b"", RELOAD_MS) {
        Err(Error::Stopped) => return Err(Error::Stopped),
        Err(Error::System(_, Errno(libc::ENOENT))) => host.log(Level::Debug, "event=not-installed program=%", &[&program]),
        Err(error) => host.log(Level::Warning, "event=reload-failed program=% reason=\"%\"", &[&program, &error]),
        Ok(0) => host.log(Level::Info, "event=reloaded program=%", &[&program]),
        Ok(status) => host.log(Level::Warning, "event=reload-failed program=% status=%", &[&program, &status]),
    }
    Ok(())
}
