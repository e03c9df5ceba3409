//! Passwords encrypted by the real openssl, as a host does, and hashes checked by the real crypt(3), as a login does.
//!
//! Needs `openssl` (3.0 or later) and `perl`; fails without them.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::Write;
use std::process::{Command, Stdio};

use nova_agent::crypto::blob;
use nova_agent::crypto::crypt::{self, Hash, Scheme};
use nova_agent::crypto::dh::{Decimal, Private, Public};
use nova_agent::error::Error;
use nova_agent::what::What;

/// The output of a program given `input`. Fails if there is no such program or it fails.
fn output(program: &str, arguments: &[&str], input: &[u8]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("this test needs {program} (Debian package {program}): {error}"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What hosts call, since 2011.3 (`-A`: one line) and before.
fn openssl(secret: &str, options: &[&str], clear: &[u8]) -> String {
    let pass = format!("pass:{secret}");
    output("openssl", &[&["aes-128-cbc", "-a", "-pass", &pass, "-nosalt"], options].concat(), clear)
}

fn secret(digits: &str) -> Decimal {
    let mut secret = Decimal::new();
    assert!(secret.push(digits.as_bytes()));
    secret
}

/// What the agent makes of it.
fn opened(secret: &Decimal, sent: &str) -> Result<Vec<u8>, Error> {
    blob::open(secret, sent, &mut blob::Clear::new()).map(|password| password.as_bytes().to_vec())
}

const SECRETS: [&str; 4] = ["106714112376487395389834012345", "162259276829213363391578010288126", "7", "1"];

fn passwords() -> Vec<String> {
    let mut passwords: Vec<String> = [
        "a",
        "hunter2",
        "correct horse battery staple",
        " leading and trailing ",
        "quotes ' \" ` and \\ backslash \\n",
        "colons:in:it::",
        "$6$looks$like a hash",
        "-md md5",
        "Grüße, пароль, 密码, 🔑",
        "tab\tand\rreturn",
        "fifteen bytes..",
        "sixteen bytes...",
        "seventeen bytes..",
    ]
    .map(String::from)
    .into();
    passwords.extend([30, 31, 32, 47, 48, 63, 64, 127, 200, 511].map(|len| "0123456789abcdef".chars().cycle().take(len).collect()));
    passwords.push("é".repeat(200));
    passwords
}

#[test]
fn what_the_real_openssl_encrypts_is_opened() {
    let digests: [&[&str]; 3] = [&[], &["-md", "md5"], &["-md", "sha256"]];
    for (index, password) in passwords().iter().enumerate() {
        let digits = SECRETS[index % SECRETS.len()];
        for digest in digests {
            for (form, end) in [(&["-A"][..], "\n"), (&["-A"], ""), (&[], "\n"), (&[], "")] {
                let sent = openssl(digits, &[form, digest].concat(), (password.clone() + end).as_bytes());
                let found = opened(&secret(digits), &sent).unwrap_or_else(|error| panic!("{password:?}: {error:?}"));
                assert_eq!(found, password.as_bytes());
                let stripped = sent.trim_end();
                assert_eq!(opened(&secret(digits), stripped).unwrap(), password.as_bytes());
            }
        }
    }
}

#[test]
fn empty_passwords_and_wrong_keys_are_refused() {
    for digest in ["md5", "sha256"] {
        let refused = |secret_text: &str, clear: &str| {
            let sent = openssl(SECRETS[0], &["-A", "-md", digest], clear.as_bytes());
            opened(&secret(secret_text), &sent).err()
        };
        for empty in ["", "\n"] {
            assert_eq!(refused(SECRETS[0], empty), Some(Error::Request(What::PasswordEmpty)));
        }
        for inside in ["\n\n", "a\n\n", "\na\n", "a\0b\n"] {
            assert_eq!(refused(SECRETS[0], inside), Some(Error::Request(What::PasswordNotLine)));
        }
        assert_eq!(refused(SECRETS[1], "hello\n"), Some(Error::Request(What::Undecipherable)));
    }
}

/// The whole way: both sides agree, openssl encrypts with the host's digits, the agent hashes, crypt(3) agrees.
#[test]
fn from_keyinit_to_a_hash_that_crypt_accepts() {
    let (host, agent) = (Private::new(&[0x17; 16]), Private::new(&[0x2a; 16]));
    let text = |decimal: Decimal| String::from_utf8(decimal.as_bytes().to_vec()).unwrap();
    let (to_agent, to_host) = (text(host.public()), text(agent.public()));
    let passphrase = text(host.agree(&Public::parse(&to_host).unwrap()));
    let sent = openssl(&passphrase, &["-A"], "Grüße: \"5\"\n".as_bytes());
    let password = opened(&agent.agree(&Public::parse(&to_agent).unwrap()), &sent).unwrap();
    check(&password, Scheme::Sha512, None);
}

/// Hashes as the agent does and lets crypt(3), which perl calls, hash again with that hash as its setting.
fn check(password: &[u8], scheme: Scheme, rounds: Option<u32>) {
    let random = std::array::from_fn(|i| password[i % password.len()].wrapping_mul(31).wrapping_add(i as u8));
    let mut hash = Hash::new();
    crypt::hash(password, scheme, rounds, &crypt::salt(&random), &mut hash).unwrap();
    let hash = std::str::from_utf8(hash.as_bytes()).unwrap();
    let by_crypt = output("perl", &["-e", "undef $/; print crypt(<STDIN>, $ARGV[0])", hash], password);
    assert_eq!(hash, by_crypt);
}

#[test]
fn hashes_are_what_crypt_computes() {
    for (index, text) in passwords().iter().enumerate() {
        let sent = openssl(SECRETS[0], &["-A"], text.as_bytes());
        let password = opened(&secret(SECRETS[0]), &sent).unwrap();
        check(&password, Scheme::Md5, None);
        check(&password, Scheme::Sha512, None);
        check(&password, Scheme::Sha512, Some(1000 + 17 * index as u32));
    }
}

/// `openssl passwd` is a second opinion: its own implementation, for passwords up to 256 bytes.
#[test]
fn hashes_are_what_openssl_computes() {
    let salt = *b"./09AZazsaltsalt";
    for password in passwords().iter().filter(|password| password.len() <= 200) {
        for (scheme, option, salt_len) in [(Scheme::Sha512, "-6", 16), (Scheme::Md5, "-1", 8)] {
            let mut hash = Hash::new();
            crypt::hash(password.as_bytes(), scheme, None, &salt, &mut hash).unwrap();
            let salt = std::str::from_utf8(&salt[..salt_len]).unwrap();
            let theirs = output("openssl", &["passwd", option, "-salt", salt, "-stdin"], (password.clone() + "\n").as_bytes());
            assert_eq!(std::str::from_utf8(hash.as_bytes()).unwrap(), theirs.trim_end(), "{password:?}");
        }
    }
}
