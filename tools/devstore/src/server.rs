//! Sockets and threads: `RUN/socket` is dom0's, `RUN/domN.sock` that of an introduced domain; any number of clients each.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, spawn};

use crate::Like;
use crate::session::Store;
use crate::wire::{Message, PAYLOAD_LEN};

enum Event {
    Open(u32, UnixStream),
    Request(u64, Message),
    Close(u64),
    Stop,
}

/// A running server; stops when dropped, as if it were killed.
pub struct Server {
    events: Sender<Event>,
    owner: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves in `run`, which exists, with `domains` introduced.
    pub fn start(run: &Path, like: Like, domains: &[u32]) -> io::Result<Self> {
        let (events, inbox) = channel();
        let mut state = State { run: run.into(), events: events.clone(), sockets: BTreeMap::new(), store: Store::new(like) };
        state.listen(0)?;
        for domain in domains {
            state.store.introduced.insert(*domain);
            state.listen(*domain)?;
        }
        let owner = spawn(move || state.run(&inbox));
        Ok(Self { events, owner: Some(owner) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if the owner is gone already.
        let _ = self.events.send(Event::Stop);
        let _ = self.owner.take().map(JoinHandle::join);
    }
}

/// Serves in `run`, made if missing, until the process ends.
pub fn serve(run: &Path, like: Like, domains: &[u32]) -> io::Result<()> {
    std::fs::create_dir_all(run)?;
    let mut server = Server::start(run, like, domains)?;
    server.owner.take().map(JoinHandle::join);
    Ok(())
}

struct State {
    run: PathBuf,
    events: Sender<Event>,
    sockets: BTreeMap<u32, PathBuf>,
    store: Store,
}

impl State {
    fn listen(&mut self, domain: u32) -> io::Result<()> {
        let path = self.run.join(if domain == 0 { "socket".into() } else { format!("dom{domain}.sock") });
        if path.exists() {
            std::fs::remove_file(&path)?;
        }
        let listener = UnixListener::bind(&path)?;
        let events = self.events.clone();
        spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if events.send(Event::Open(domain, stream)).is_err() {
                    return;
                }
            }
        });
        self.sockets.insert(domain, path);
        Ok(())
    }

    fn run(mut self, inbox: &Receiver<Event>) {
        let mut streams = BTreeMap::new();
        let mut outs: BTreeMap<u64, Sender<Vec<u8>>> = BTreeMap::new();
        let mut last = 0;
        while let Ok(event) = inbox.recv() {
            match event {
                Event::Open(domain, stream) => {
                    last += 1;
                    if let Ok(out) = self.connect(last, &stream) {
                        self.store.open(last, domain);
                        outs.insert(last, out);
                        streams.insert(last, stream);
                    }
                }
                Event::Request(id, message) => {
                    self.store.handle(id, &message);
                    self.open_sockets();
                    for (id, message) in self.store.outbox.drain(..) {
                        // One that is gone needs no answer; its reader reports the close.
                        let _ = outs.get(&id).map(|out| out.send(message.bytes()));
                    }
                }
                Event::Close(id) => {
                    self.store.close(id);
                    streams.remove(&id);
                    outs.remove(&id);
                }
                Event::Stop => break,
            }
        }
        for stream in streams.values() {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
        for path in self.sockets.values() {
            // The listening thread wakes, finds nobody to report to, and ends.
            let _ = UnixStream::connect(path);
            let _ = std::fs::remove_file(path);
        }
    }

    /// Makes the sockets of domains that were introduced just now.
    fn open_sockets(&mut self) {
        let missing: Vec<u32> = self.store.introduced.iter().copied().filter(|d| !self.sockets.contains_key(d)).collect();
        for domain in missing {
            if let Err(error) = self.listen(domain) {
                eprintln!("devstore: socket of domain {domain}: {error}");
            }
        }
    }

    /// Starts a connection's two threads; what is sent to the result is written.
    fn connect(&self, id: u64, stream: &UnixStream) -> io::Result<Sender<Vec<u8>>> {
        let (mut reading, mut writing) = (stream.try_clone()?, stream.try_clone()?);
        let (out, outbox) = channel::<Vec<u8>>();
        let events = self.events.clone();
        spawn(move || {
            while let Ok(message) = Message::read(&mut reading, PAYLOAD_LEN) {
                if events.send(Event::Request(id, message)).is_err() {
                    return;
                }
            }
            let _ = reading.shutdown(std::net::Shutdown::Both);
            let _ = events.send(Event::Close(id));
        });
        spawn(move || {
            for bytes in outbox {
                if writing.write_all(&bytes).is_err() {
                    return;
                }
            }
        });
        Ok(out)
    }
}
