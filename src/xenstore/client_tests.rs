//! The client against a script of what the store sends, in pieces of every size.

use super::*;
use std::boxed::Box;
use std::collections::VecDeque;
use std::vec::Vec;

/// Gives what the store would send in pieces of `step` octets.
#[derive(Default)]
struct Script {
    sent: Vec<u8>,
    incoming: VecDeque<u8>,
    step: usize,
}

impl Channel for Script {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        self.sent.extend_from_slice(bytes);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], _: u64) -> Result<usize, Errno> {
        let n = self.step.min(self.incoming.len()).min(buffer.len());
        for byte in &mut buffer[..n] {
            *byte = self.incoming.pop_front().unwrap();
        }
        if n == 0 { Err(Errno(libc::ETIMEDOUT)) } else { Ok(n) }
    }
}

fn message(kind: Type, req_id: u32, payload: &[u8]) -> Vec<u8> {
    let mut header = [0; HEADER_LEN];
    Header { kind, req_id, tx_id: 0, len: payload.len() as u32 }.emit(&mut header);
    [&header, payload].concat()
}

fn client(step: usize, messages: &[Vec<u8>]) -> Client<'static, Script> {
    let incoming = messages.iter().flatten().copied().collect();
    Client::new(Script { step, incoming, ..Script::default() }, b"data/host", Box::leak(Box::default()))
}

#[test]
fn events_between_request_and_reply_are_kept_at_every_read_size() {
    for step in 1..64 {
        let mut client = client(
            step,
            &[
                message(Type::WATCH_EVENT, 0, b"data/host\0w\0"),
                message(Type::WATCH_EVENT, 0, b"data/host/a\0w\0"),
                message(Type(4711), 0, b"unknown"),
                message(Type::READ, 99, b"value"), // another req_id: Linux 4.11 to 4.15
                message(Type::WATCH_EVENT, 0, b"data/host/b\0w\0"),
                message(Type::WATCH_EVENT, 0, b"data/host/b\0w\0"),
                message(Type::WATCH_EVENT, 0, b"data/host/b/below\0w\0"),
            ],
        );
        assert_eq!(Store::read(&mut client, b"x").unwrap(), Some(&b"value"[..]));
        for _ in 0..200 {
            client.receive(0).unwrap();
        }
        assert!(client.must_list());
        let names: Vec<Vec<u8>> = client.events.names().into_iter().map(|(_, n)| n).collect();
        assert_eq!(names, [b"a".to_vec(), b"b".to_vec()]);
    }
}

#[test]
fn an_event_in_one_read_with_a_reply_is_not_left_behind() {
    let mut client = client(1000, &[message(Type::RM, 1, b"OK\0"), message(Type::WATCH_EVENT, 0, b"data/host/a\0w\0")]);
    client.remove(b"data/host", b"b").unwrap();
    client.take_received();
    assert!(client.has_event());
    assert_eq!(client.event(), (0, b"a".as_slice()));
}

#[test]
fn errors_and_oversized_replies_are_refusals() {
    let mut client = client(
        1, // so that no reply is read ahead of its request
        &[
            message(Type::ERROR, 1, b"EQUOTA\0"),
            message(Type::READ, 2, &[b'x'; 5000]),
            message(Type::READ, 3, b"after"),
            message(Type::ERROR, 4, b"ENOENT\0"),
        ],
    );
    assert_eq!(client.write(b"d", b"p", b"v"), Err(Errno(libc::EDQUOT)));
    assert_eq!(Client::read(&mut client, b"d", b"p"), Err(Errno(libc::E2BIG)));
    assert_eq!(Store::read(&mut client, b"p").unwrap(), Some(&b"after"[..]));
    assert_eq!(Store::read(&mut client, b"p").unwrap(), None);
    assert_eq!(client.connection(), Connection::Up);
}

#[test]
fn a_silent_store_is_a_lost_connection_and_reset_heals_it() {
    let mut client = client(1000, &[]);
    assert!(client.watch().is_err());
    assert_eq!(client.connection(), Connection::Lost(Errno(libc::ETIMEDOUT)));
    assert!(client.remove(b"d", b"p").is_err());
    client.reset();
    client.channel().incoming.extend(message(Type::RM, 0, b"OK\0"));
    client.remove(b"d", b"p").unwrap();
}

#[test]
fn more_events_than_fit_ask_for_a_listing() {
    let events: Vec<Vec<u8>> =
        (0..1000).map(|i| message(Type::WATCH_EVENT, 0, std::format!("data/host/{i:036}\0w\0").as_bytes())).collect();
    let mut client = client(4112, &events);
    for _ in 0..200 {
        client.receive(0).unwrap();
    }
    assert_eq!(client.events.count(), EVENTS_LEN / 46);
    assert!(client.must_list());
}
