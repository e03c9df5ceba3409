//! Requests that no host should send. Each is answered in plain words and removed, and the agent goes on.

use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::Guest;
use nova_agent_tests::host::Host;

use nova_agent_devstore::Like;

/// The longest request this daemon takes from dom0.
fn longest(backend: Backend) -> usize {
    if backend.like() == Like::Oxenstored { 2048 } else { 4000 }
}

fn nested(depth: usize) -> String {
    format!("{{\"name\": \"version\", \"value\": {}{}}}", "[".repeat(depth), "]".repeat(depth))
}

on_every_daemon! {
    /// What is no request at all: 500.
    fn is_answered_500(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        let binary: Vec<u8> = (0..=255).cycle().take(1024).collect();
        let long = longest(backend);
        let requests: Vec<Vec<u8>> = vec![
            b"".into(), b" ".into(), b"\0".into(), b"\n".into(), b"not JSON".into(), b"version".into(), b"\"version\"".into(),
            b"null".into(), b"17".into(), b"[]".into(), b"[\"name\", \"version\"]".into(), b"{".into(), b"{}".into(), b"{}{}".into(),
            b"{\"value\": \"agent\"}".into(), b"{\"Name\": \"version\"}".into(), b"{\"name\"}".into(), b"{\"name\": }".into(),
            b"{\"name\": \"version\"".into(), b"{\"name\": \"version\", }".into(), b"{\"name\": \"version\"} x".into(),
            b"{'name': 'version'}".into(), b"{\"name\": null}".into(), b"{\"name\": 1}".into(), b"{\"name\": 1.5}".into(),
            b"{\"name\": true}".into(), b"{\"name\": [\"version\"]}".into(), b"{\"name\": {\"name\": \"version\"}}".into(),
            b"{\"name\": \"version\xff\", \"value\": \"\"}".into(), b"{\"name\": \"version\", \"value\": \"\xc3\"}".into(),
            b"\xef\xbb\xbf\xff".into(), binary.clone(), vec![0xff; long], vec![0; long],
            vec![b'['; long], vec![b'{'; long], vec![b'"'; long], vec![b'9'; long], b"{\"a\":".repeat(long / 5), b"[{\"x\":".repeat(long / 6),
            nested(9).into(), nested(300).into(),
        ];
        for request in requests {
            let answer = host.ask_raw(&request);
            assert_eq!(answer.returncode, "500", "{}: {}", request[..request.len().min(60)].escape_ascii(), answer.message);
            assert!(!answer.message.is_empty());
        }
        host.ask("version", "agent").done();
        assert!(!agent.log().contains('\0'));
    }

    /// What is odd, but a request: done.
    fn is_taken_if_it_can_be(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        let filled = format!("{{\"name\": \"version\", \"value\": \"{}\"}}", "x".repeat(longest(backend) - 40));
        let requests: [&str; 16] = [
            "{\"name\":\"version\",\"value\":\"agent\"}",
            " \t\r\n{ \"value\" : \"agent\" , \"name\" : \"version\" }\r\n",
            "{\"name\": \"version\"}",
            "{\"name\": \"version\", \"value\": null}",
            "{\"name\": \"version\", \"value\": {\"a\": [1, 2.5, true, {}]}}",
            "{\"name\": \"version\", \"value\": 162259276829213363391578010288127162259276829213363391578010288127}",
            "{\"name\": \"version\", \"value\": [12345678901234567890.5e-3, -0]}",
            "{\"name\": \"version\", \"value\": \"raw\tcontrol\ncharacters\u{1}\"}",
            "{\"name\": \"version\", \"value\": \"\\u00e9\\n\\\\\\\"\\ud83d\\ude00\"}",
            "{\"name\": \"version\", \"value\": \"caf\u{e9} \u{1f600} \u{7f}\"}",
            "{\"name\": \"version\", \"value\": \"[[[[[[[[[[[[{{{{{{{{{{{{\"}",
            "{\"name\": \"vers\\u0069on\", \"value\": \"\"}",
            "{\"extra\": {\"name\": \"nope\"}, \"name\": \"version\", \"value\": \"\", \"tenant\": 1}",
            "{\"name\": \"version\", \"value\": \"a\", \"value\": \"b\"}",
            &filled,
            &nested(7),
        ];
        for request in requests {
            let answer = host.ask_raw(request);
            assert_eq!(answer.returncode, "0", "{}: {}", &request[..request.len().min(60)], answer.message);
        }
    }

    /// Where parsers may differ, any answer will do, but there is one.
    fn is_answered_at_least(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        for request in [
            "{\"name\": \"version\", \"value\": -1e400}",
            "{\"name\": \"version\", \"name\": \"nope\"}",
            "{\"name\": \"version\", \"value\": \"\\ud800\"}",
            "{\"name\": \"version\", \"value\": \"\\x41\"}",
            "{\"name\": \"version\", \"value\": 01}",
            "{\"name\": \"version\", \"value\": +1}",
            "{\"name\": \"version\", \"value\": NaN}",
            "{\"name\": \"\\u0000\", \"value\": \"\"}",
            "{\"name\": \"version\\u0000\", \"value\": \"\"}",
            &nested(8),
        ] {
            let answer = host.ask_raw(request);
            assert!(["0", "404", "500"].contains(&answer.returncode.as_str()), "{answer:?}");
        }
    }
}
