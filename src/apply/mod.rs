//! `nova-agent apply`: does once what `resetnetwork` does, from XenStore or from files, or shows what it would do.

mod diff;
mod given;
mod memory;
mod preview;
mod shown;

use core::ffi::CStr;

use crate::commands::resetnetwork;
use crate::error::{Errno, Error, What};
use crate::ports::{Files, Journal, Links, Ports, Store};
use crate::reply::{Answer, Code};
use crate::run::{DIRECTORY, Scratch};
use crate::settings::Settings;
use crate::state;
use crate::sys::os;
use crate::sys::os::offline::OfflineLinks;
use crate::sys::posix::channel::StoreChannel;
use crate::sys::posix::fd::Fd;
use crate::sys::posix::files::GuestFiles;
use crate::sys::posix::host::System;
use crate::sys::posix::state_file::StateFile;
use crate::xenstore::client::Client;
use given::Given;
use memory::Remembered;
use preview::Preview;
use shown::Shown;

/// What is applied, and where.
pub struct Job<'a> {
    /// Where `vm-data` comes from.
    pub source: Source,
    /// The guest's root directory.
    pub root: &'a Fd,
    /// Whether that is another one than this system's: then its links are not this system's, either.
    pub elsewhere: bool,
    /// Whether everything is shown and nothing changed.
    pub dry_run: bool,
    /// How the network is set.
    pub settings: Settings,
}

/// Where `vm-data` comes from.
pub enum Source {
    /// XenStore.
    Store(StoreChannel),
    /// A directory laid out like `vm-data`, a file, or standard input (`-`).
    File(&'static CStr),
}

/// Does it and fills in the answer.
///
/// # Errors
///
/// If `vm-data` cannot be read; [`Error::Stopped`].
pub fn run(job: Job<'_>, host: &mut System, scratch: &mut Scratch, answer: &mut Answer) -> Result<(), Error> {
    let mut given = Given::new();
    let mut client;
    let store: &mut dyn Store = match job.source {
        Source::Store(channel) => {
            client = Client::new(channel, DIRECTORY, &mut scratch.client);
            &mut client
        }
        Source::File(path) => {
            given.open(path).map_err(|errno| Error::System(What::ReadVmData, errno))?;
            &mut given
        }
    };
    let mut files = GuestFiles::new(job.root, &mut scratch.pending);
    let mut preview;
    let mut live_links = os::links::Links::new(&mut scratch.links);
    let mut offline = OfflineLinks::new(job.root);
    let mut shown;
    let links: &mut dyn Links = if job.elsewhere { &mut offline } else { &mut live_links };
    let mut journal = Remembered::new(StateFile::new(job.root, state::PATH), job.settings.live, !job.dry_run);
    let (files, links): (&mut dyn Files, &mut dyn Links) = if job.dry_run {
        preview = Preview::new(&mut files);
        shown = Shown::new(links);
        (&mut preview, &mut shown)
    } else {
        (&mut files, links)
    };
    let journal: &mut dyn Journal = &mut journal;
    let mut ports = Ports { store, files, links, host, journal, settings: job.settings };
    resetnetwork::run(&mut ports, &mut scratch.room.text, &mut scratch.room.interfaces, answer)?;
    let nothing_known = scratch.room.interfaces.macs.is_empty() && answer.code == Code::Done;
    if nothing_known { Err(Error::System(What::Networking, Errno(libc::ENOENT))) } else { Ok(()) }
}
