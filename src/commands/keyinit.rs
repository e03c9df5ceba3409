//! `keyinit`: agrees on a key for the password that follows. The value is the host's public value, the answer ours, with code `D0`.

use zeroize::Zeroizing;

use crate::crypto::dh::{Decimal, Private, Public};
use crate::crypto::wiped;
use crate::error::Error;
use crate::limits::KEY_MS;
use crate::ports::Host;
use crate::reply::{Answer, Code};

/// What was agreed and not used yet.
#[derive(Default)]
pub enum Keys {
    /// Nothing.
    #[default]
    None,
    /// A secret, good for one password.
    Agreed {
        /// The passphrase.
        secret: Decimal,
        /// When it is forgotten, on the clock of [`Host::now_ms`].
        deadline_ms: u64,
    },
}

impl Keys {
    /// When [`Keys::expire`] has something to do.
    pub fn deadline(&self) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Agreed { deadline_ms, .. } => Some(*deadline_ms),
        }
    }

    /// Forgets a secret whose time is over.
    pub fn expire(&mut self, now_ms: u64) {
        if self.deadline().is_some_and(|deadline| deadline <= now_ms) {
            self.wipe();
        }
    }

    /// The secret, if there is one.
    pub fn secret(&self) -> Option<&Decimal> {
        match self {
            Self::None => None,
            Self::Agreed { secret, .. } => Some(secret),
        }
    }

    /// Forgets the secret: dropped, and so wiped, where it lies.
    pub fn wipe(&mut self) {
        *self = Self::None;
    }
}

/// Runs the command. An earlier key is gone, whatever comes of it.
pub fn run(keys: &mut Keys, host: &mut dyn Host, value: &str, answer: &mut Answer) -> Result<(), Error> {
    keys.wipe();
    let ours = wiped(|| agree(keys, host, value))?;
    answer.set(Code::Key, core::str::from_utf8(ours.as_bytes()).unwrap_or_default(), &[]);
    Ok(())
}

/// Leaves the secret in `keys` and returns our public value.
fn agree(keys: &mut Keys, host: &mut dyn Host, value: &str) -> Result<Decimal, Error> {
    let public = Public::parse(value)?;
    let mut random = Zeroizing::new([0; 16]);
    host.random(&mut *random)?;
    let private = Private::new(&random);
    *keys = Keys::Agreed { secret: private.agree(&public), deadline_ms: host.now_ms().saturating_add(KEY_MS) };
    Ok(private.public())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryHost;
    use std::string::{String, ToString};

    fn answered(keys: &mut Keys, host: &mut MemoryHost, value: &str) -> Result<Answer, Error> {
        let mut answer = Answer::empty();
        run(keys, host, value, &mut answer).map(|()| answer)
    }

    fn secret(keys: &Keys) -> Option<String> {
        keys.secret().map(|secret| String::from_utf8(secret.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn answers_d0_and_agrees_on_what_the_host_computes() {
        let (mut keys, mut host) = (Keys::None, MemoryHost::default());
        let theirs = Private::new(&[7; 16]);
        let value = String::from_utf8(theirs.public().as_bytes().to_vec()).unwrap();
        let answer = answered(&mut keys, &mut host, &value).unwrap();
        assert_eq!(answer.code, Code::Key);
        let ours = Public::parse(answer.message.as_str()).unwrap();
        assert_eq!(secret(&keys).unwrap().as_bytes(), theirs.agree(&ours).as_bytes());
    }

    #[test]
    fn a_second_keyinit_replaces_the_first_and_a_failed_one_leaves_none() {
        let (mut keys, mut host) = (Keys::None, MemoryHost::default());
        answered(&mut keys, &mut host, "12345").unwrap();
        let first = secret(&keys);
        answered(&mut keys, &mut host, "12345").unwrap();
        assert!(first.is_some() && secret(&keys).is_some() && secret(&keys) != first);
        for wrong in ["1", "", "abc", &(1u128 << 107).to_string()] {
            answered(&mut keys, &mut host, "12345").unwrap();
            assert!(matches!(answered(&mut keys, &mut host, wrong), Err(Error::Request(_))));
            assert!(matches!(keys, Keys::None));
        }
    }

    #[test]
    fn a_key_is_forgotten_after_five_minutes() {
        let (mut keys, mut host) = (Keys::None, MemoryHost { now_ms: 1000, ..Default::default() });
        assert_eq!(keys.deadline(), None);
        answered(&mut keys, &mut host, "12345").unwrap();
        assert_eq!(keys.deadline(), Some(301_000));
        keys.expire(300_999);
        assert!(keys.secret().is_some());
        keys.expire(301_000);
        assert!(keys.secret().is_none());
        assert_eq!(keys.deadline(), None);
    }
}
