//! The host's half of the password exchange: Diffie-Hellman by plain arithmetic, encryption by the real `openssl` program.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::host::{Answer, Host};

/// The prime of nova's SimpleDH: 2^107 - 1.
pub const PRIME: u128 = 162_259_276_829_213_363_391_578_010_288_127;
const BASE: u128 = 5;

/// Which digest the host's openssl derives the key with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// OpenSSL before 1.1.0.
    Md5,
    /// Whatever the installed one does by itself: SHA-256 since 1.1.0.
    Default,
}

/// a * b mod p, by doubling: no product leaves 108 bits.
fn times(a: u128, mut b: u128) -> u128 {
    let (mut sum, mut double) = (0, a % PRIME);
    while b > 0 {
        if b & 1 == 1 {
            sum = (sum + double) % PRIME;
        }
        double = double * 2 % PRIME;
        b >>= 1;
    }
    sum
}

/// base ^ exponent mod p.
pub fn power(mut base: u128, mut exponent: u128) -> u128 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

/// A private value of 80 random bits.
pub fn private() -> u128 {
    let random = crate::host::uuid().replace('-', "");
    u128::from_str_radix(&random[..20], 16).expect("hex")
}

/// The value of keyinit that goes with it.
pub fn public(private: u128) -> String {
    power(BASE, private).to_string()
}

/// A key agreed on with the agent, good for one password.
pub struct Key(u128);

impl Key {
    /// keyinit with a private value as nova draws it.
    pub fn agree(host: &mut Host) -> Self {
        Self::agree_with(host, private())
    }

    /// keyinit with this private value.
    pub fn agree_with(host: &mut Host, private: u128) -> Self {
        Self::shared(private, &host.ask("keyinit", public(private)))
    }

    /// What follows from our private value and the agent's answer to keyinit.
    pub fn shared(private: u128, answer: &Answer) -> Self {
        assert_eq!(answer.returncode, "D0", "{}", answer.message);
        assert!(answer.message.bytes().all(|b| b.is_ascii_digit()), "nova reads the key with int()");
        let public: u128 = answer.message.parse().expect("a number");
        assert!(public > 1 && public < PRIME - 1, "a public value of the group");
        Self(power(public, private))
    }

    /// The text encrypted as the host does it.
    pub fn encrypt(&self, clear: &[u8], digest: Digest) -> String {
        let pass = format!("pass:{}", self.0);
        let mut command = Command::new("openssl");
        command.args(["enc", "-aes-128-cbc", "-A", "-a", "-pass", &pass, "-nosalt"]);
        if digest == Digest::Md5 {
            command.args(["-md", "md5"]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("package openssl");
        child.stdin.take().expect("a pipe").write_all(clear).expect("write to openssl");
        let output = child.wait_with_output().expect("openssl");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("base64").trim_end().into()
    }
}

/// A whole exchange: keyinit, then the password with the newline that nova adds.
pub fn set_password(host: &mut Host, password: &str, digest: Digest) -> Answer {
    let key = Key::agree(host);
    host.ask("password", key.encrypt(format!("{password}\n").as_bytes(), digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic() {
        assert_eq!(power(BASE, 0), 1);
        assert_eq!(power(BASE, PRIME - 1), 1);
        assert_eq!(times(PRIME - 1, PRIME - 1), 1);
        assert_eq!(power(power(BASE, 1 << 79), 12345), power(power(BASE, 12345), 1 << 79));
    }
}
