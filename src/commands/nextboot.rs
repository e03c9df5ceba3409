//! The files of the next boot: what the network was set to is written where this system's network manager reads it, with host name and
//! name servers.
//!
//! All files are prepared before the first is renamed. If one cannot be prepared none changes, and the answer names it.

use crate::commands::resetnetwork::{self, Work};
use crate::error::Error;
use crate::log::Level;
use crate::network::config::choose::{Choice, probe};
use crate::network::config::nodename::{self, Renaming};
use crate::network::config::tree::Tree;
use crate::network::config::{Backend, Network, hosts, program, resolver};
use crate::ports::Ports;
use crate::text::Text;

/// Who has to be told that files changed.
#[derive(Default)]
struct Told {
    /// The manager of the network.
    backend: Option<&'static Backend>,
    /// By number, the interfaces whose own files changed.
    edited: u32,
    /// resolvconf, the name servers.
    resolvconf: bool,
}

/// Writes the files and has them read.
///
/// # Errors
///
/// [`Error::Stopped`]; whatever else fails is in the answer.
#[inline(never)]
pub fn write(ports: &mut Ports<'_>, work: &mut Work<'_>) -> Result<(), Error> {
    let (mut culprit, mut told) = (Text::<256>::new(), Told::default());
    let mut result = prepare(ports, work, &mut culprit, &mut told);
    match result {
        Ok(()) => result = ports.files.commit(),
        Err(_) => ports.files.abandon(),
    }
    if result.is_ok() {
        result = resetnetwork::note_nodename(ports, work);
    }
    if let Err(error) = result {
        let culprit = if culprit.is_empty() { "files" } else { culprit.as_str() };
        work.failed(culprit, "%", &error);
        return Ok(());
    }
    if ports.settings.live && ports.settings.programs {
        reload(ports, work, &told)?;
    }
    Ok(())
}

/// Prepares every file. An error is about the file named in `culprit`.
#[inline(never)]
fn prepare(ports: &mut Ports<'_>, work: &mut Work<'_>, culprit: &mut Text<256>, told: &mut Told) -> Result<(), Error> {
    let found = &*work.interfaces;
    let nodename = work.nodename.as_ref().map(|new| &new.wanted);
    let network = Network { interfaces: &found.each, macs: &found.macs, is_partial: found.is_partial, nodename, servers: &work.servers };
    let mut tree = Tree::new(ports.files, ports.journal, ports.host);
    let mut result = Ok(());
    if !network.macs.is_empty() {
        result = render(ports.settings.backend, ports.settings.live, &network, &mut tree).map(|backend| told.backend = backend);
    }
    let changes = tree.changes;
    told.edited = tree.edited;
    if result.is_ok() {
        result = common(work, &network, &mut tree, told);
    }
    culprit.put(tree.culprit());
    if let Some(backend) = told.backend {
        ports.host.log(Level::Info, "event=files-prepared backend=% changes=%", &[&backend.name, &changes]);
    }
    told.backend = told.backend.filter(|_| changes > 0);
    result
}

/// Prepares what is the same with every backend: host name and name servers.
fn common(work: &Work<'_>, network: &Network<'_>, tree: &mut Tree<'_>, told: &mut Told) -> Result<(), Error> {
    if let Some(new) = &work.nodename {
        let mut renaming = Renaming { wanted: &new.wanted, old: new.before.clone() };
        nodename::write(&mut renaming, told.backend.map_or("", |backend| backend.name), tree)?;
        hosts::write(&renaming, network, tree)?;
    }
    if !work.servers.is_empty() {
        told.resolvconf = resolver::write(&work.servers, tree)?;
    }
    Ok(())
}

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

/// Has the managers read their files again. What fails here is a line in the log: the network is as wanted already.
fn reload(ports: &mut Ports<'_>, work: &Work<'_>, told: &Told) -> Result<(), Error> {
    if let Some(backend) = told.backend {
        for command in backend.reload {
            program::run(*command, &work.interfaces.each, told.edited, ports.host)?;
        }
    }
    if told.resolvconf {
        resolver::tell(&work.interfaces.each, ports.host)?;
    }
    Ok(())
}
