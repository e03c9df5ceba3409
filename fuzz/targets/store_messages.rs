//! What a store sends: whatever octets in whatever pieces, while the client makes every kind of call. The first byte is the size of a
//! piece; in its highest bit, whether the rest is messages that want their headers (kind, length, payload) or plain octets.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::error::Errno;
use nova_agent::limits::PAYLOAD_LEN;
use nova_agent::xenstore::client::{Buffers, Channel, Client, Connection};
use nova_agent::xenstore::wire::{HEADER_LEN, Header, Type, error_of, event_path};

struct Script {
    incoming: Vec<u8>,
    at: usize,
    step: usize,
}

impl Channel for Script {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        let header = Header::parse(bytes).unwrap();
        assert_eq!(HEADER_LEN + header.len as usize, bytes.len());
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], _: u64) -> Result<usize, Errno> {
        assert!(!buffer.is_empty());
        let rest = &self.incoming[self.at..];
        let len = self.step.min(rest.len()).min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.at += len;
        if len == 0 { Err(Errno(libc::ETIMEDOUT)) } else { Ok(len) }
    }
}

fuzz_target!(|input: &[u8]| {
    let [first, rest @ ..] = input else { return };
    if let Some(header) = Header::parse(rest) {
        let mut again = [0; HEADER_LEN];
        header.emit(&mut again);
        assert_eq!(again, rest[..HEADER_LEN]);
    }
    let _ = (error_of(rest), event_path(rest));
    let incoming = if first & 0x80 == 0 { rest.to_vec() } else { framed(rest) };
    let step = usize::from(first & 0x7f).max(1) * 8 - 7;
    let mut buffers = Box::<Buffers>::default();
    let mut client = Client::new(Script { incoming, at: 0, step }, b"data/host", &mut buffers);
    while client.channel().at < client.channel().incoming.len() {
        calls(&mut client);
        if client.connection() != Connection::Up {
            client.reset();
        }
    }
});

fn calls(client: &mut Client<'_, Script>) {
    let _ = client.watch();
    let _ = client.list(1);
    if Client::read(client, b"data/host", b"x").is_ok() {
        assert!(client.reply().len() <= PAYLOAD_LEN);
    }
    let _ = client.write(b"data/guest", b"x", b"{}");
    let _ = client.remove(b"data/host", b"x");
    let _ = Client::directory(client, b"vm-data/networking");
    let _ = client.receive(0);
    while client.has_event() {
        assert!(!client.event().1.is_empty());
        client.drop_event();
    }
    if client.must_list() {
        let _ = client.list(0);
    }
}

/// Messages made of a kind, a length and that many octets each.
fn framed(mut rest: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    while let [kind, len, after @ ..] = rest {
        let (payload, next) = after.split_at_checked(usize::from(*len)).unwrap_or((after, &[]));
        let mut header = [0; HEADER_LEN];
        Header { kind: Type(u32::from(*kind)), req_id: 0, tx_id: 0, len: payload.len() as u32 }.emit(&mut header);
        all.extend(header);
        all.extend(payload);
        rest = next;
    }
    all
}
