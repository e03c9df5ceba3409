//! keyinit and password: the exchange with the real `openssl`, the hash checked by the system's own crypt(3).

use std::time::Duration;

use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Backend, Daemon};
use nova_agent_tests::guest::{Guest, SHADOW, crypt_accepts};
use nova_agent_tests::host::{Host, request, uuid};
use nova_agent_tests::password::{Digest, Key, PRIME, set_password};

on_every_daemon! {
    /// Both digests; every other octet of the shadow file stays.
    fn exchange(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        for (password, digest) in [("s3cret-One", Digest::Md5), ("s3cret-Two", Digest::Default)] {
            set_password(&mut host, password, digest).done();
            let hash = guest.root_hash();
            assert!(crypt_accepts(&hash, password) && hash.starts_with("$6$"), "{hash}");
            let shadow = guest.read("etc/shadow");
            assert_eq!(shadow.lines().skip(1).collect::<Vec<_>>(), SHADOW.lines().skip(1).collect::<Vec<_>>());
            assert_eq!(guest.mode("etc/shadow"), 0o640);
            for secret in [password, hash.as_str(), hash.split('$').next_back().unwrap()] {
                assert!(!agent.log().contains(secret), "a secret in the log");
            }
        }
        assert!(!guest.names("etc").iter().any(|n| n.ends_with(".lock") && n != ".pwd.lock"), "{:?}", guest.names("etc"));
    }
}

fn each(passwords: &[&str], check: impl Fn(&Guest, &mut Host, &str)) {
    let (daemon, guest) = (Daemon::start(Backend::ALL[0]), Guest::new());
    let _agent = Agent::start(&daemon, &guest);
    let mut host = Host::new(&daemon);
    for password in passwords {
        check(&guest, &mut host, password);
    }
}

#[test]
fn unusual_passwords_work() {
    let long = "p".repeat(200);
    each(&["p\u{e4}ssw\u{f6}rd \u{1f511}", "it's \"quoted\"", "a:b:c", " two words ", "\\n$6$%s", "x", &long], |guest, host, password| {
        set_password(host, password, Digest::Default).done();
        assert!(crypt_accepts(&guest.root_hash(), password), "{password}");
    });
}

#[test]
fn unusable_passwords_are_refused() {
    each(&["", "two\nlines", "nul\0inside"], |guest, host, password| {
        set_password(host, password, Digest::Default).failed();
        assert_eq!(guest.read("etc/shadow"), SHADOW);
    });
}

#[test]
fn a_password_without_the_added_newline_is_taken() {
    each(&["of-2011"], |guest, host, password| {
        let key = Key::agree(host);
        host.ask("password", key.encrypt(password.as_bytes(), Digest::Md5)).done();
        assert!(crypt_accepts(&guest.root_hash(), password));
    });
}

#[test]
fn white_space_in_base64_is_skipped() {
    each(&["a-longer-password-of-more-than-forty-eight-octets-in-two-lines"], |guest, host, password| {
        let text = Key::agree(host).encrypt(format!("{password}\n").as_bytes(), Digest::Md5);
        host.ask("password", format!("{}\n{} \n", &text[..64], &text[64..])).done();
        assert!(crypt_accepts(&guest.root_hash(), password));
    });
}

#[test]
fn a_key_serves_one_password() {
    each(&["first"], |guest, host, password| {
        let key = Key::agree(host);
        let text = key.encrypt(format!("{password}\n").as_bytes(), Digest::Md5);
        host.ask("password", text.as_str()).done();
        let hash = guest.root_hash();
        host.ask("password", text.as_str()).failed();
        assert_eq!(guest.root_hash(), hash);
    });
}

#[test]
fn a_password_without_a_key_or_under_another_is_refused() {
    each(&["never"], |guest, host, _| {
        host.ask("password", "wI8Yea7qYfqrhHBl30yB1Q==").failed();
        for wrong in ["wI8Yea7qYfqrhHBl30yB1Q==", "", "=", "not base64!", "AAAA", "wI8Yea7qYfqrhHBl30yB1"] {
            Key::agree(host);
            host.ask("password", wrong).failed();
        }
        assert_eq!(guest.read("etc/shadow"), SHADOW);
    });
}

#[test]
fn keyinit_takes_strings_and_integers_in_range() {
    each(&[""], |_, host, _| {
        for private in [1, 2, PRIME - 2, PRIME - 1 - (1 << 100)] {
            if nova_agent_tests::password::power(5, private) != 1 {
                Key::agree_with(host, private);
            }
        }
        let public = nova_agent_tests::password::power(5, 0x1234_5678_9abc_def0_1234);
        let answer = host.ask_raw(format!("{{\"name\": \"keyinit\", \"value\": {public}}}"));
        assert_eq!(answer.returncode, "D0", "{}", answer.message);
        for wrong in [0, 1, PRIME - 1, PRIME, PRIME + 2] {
            host.ask("keyinit", wrong.to_string()).failed();
            host.ask_raw(format!("{{\"name\": \"keyinit\", \"value\": {wrong}}}")).failed();
        }
        for wrong in ["", " ", "x", "-5", "0x10", "5.0", "1e9", "\u{665}"] {
            host.ask("keyinit", wrong).failed();
        }
        for digits in [39, 100, 1800] {
            host.ask("keyinit", "9".repeat(digits)).failed();
        }
    });
}

#[test]
fn no_root_line_is_a_failure_that_leaves_the_file() {
    each(&["lost"], |guest, host, password| {
        guest.write("etc/shadow", 0o640, "daemon:*:19000:0:99999:7:::\n");
        let before = guest.names("etc");
        set_password(host, password, Digest::Default).failed();
        assert_eq!(guest.read("etc/shadow"), "daemon:*:19000:0:99999:7:::\n");
        let after: Vec<String> = guest.names("etc").into_iter().filter(|n| n != ".pwd.lock").collect();
        assert_eq!(after, before);
    });
}

#[test]
fn a_lock_of_a_living_process_is_waited_for() {
    each(&["patient"], |guest, host, password| {
        let lock = std::process::id().to_string();
        guest.write("etc/shadow.lock", 0o600, &lock);
        let (id, text) = (uuid(), Key::agree(host).encrypt(format!("{password}\n").as_bytes(), Digest::Default));
        host.post(&id, request("password", text));
        std::thread::sleep(Duration::from_millis(500));
        assert!(host.is_pending(&id) && guest.root_hash() == "*" && guest.read("etc/shadow.lock") == lock);
        std::fs::remove_file(guest.path("etc/shadow.lock")).unwrap();
        host.answer(&id).done();
        assert!(crypt_accepts(&guest.root_hash(), password));
        assert!(!guest.path("etc/shadow.lock").exists());
    });
}
