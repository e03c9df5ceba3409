//! `password`: sets root's password, sent encrypted with the key of the keyinit before it.

use crate::account::{Entry, passwd, shadow};
use crate::commands::keyinit::Keys;
use crate::crypto::blob::{self, Clear, Password};
use crate::crypto::crypt::{self, Hash, Scheme};
use crate::crypto::wiped;
use crate::error::{Error, What};
use crate::limits::{ACCOUNT_LOCK_MS, ACCOUNT_RETRY_MS, SALT_LEN};
use crate::ports::{Accounts, Ports, Rule, Verdict};
use crate::reply::{Answer, Code};

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// Runs the command. The key is gone afterwards, whatever comes of it.
pub fn run(keys: &mut Keys, ports: &mut Ports<'_>, value: &str, answer: &mut Answer) -> Result<(), Error> {
    keys.expire(ports.host.now_ms());
    let secret = keys.secret().ok_or(Error::Request(What::NoKey))?;
    let mut clear = Clear::new();
    let password = wiped(|| blob::open(secret, value, &mut clear));
    keys.wipe();
    set(ports, &password?)?;
    answer.set(Code::Done, "root's password is set", &[]);
    Ok(())
}

/// Sets root's password in the shadow file or, where there is none, in the passwd file.
fn set(ports: &mut Ports<'_>, password: &Password<'_>) -> Result<(), Error> {
    // A hash that the guest's own crypt library cannot check would lock root out.
    let scheme = if ports.files.crypt_knows(b"$6$")? == Some(false) { Scheme::Md5 } else { Scheme::Sha512 };
    let mut random = [0; SALT_LEN];
    ports.host.random(&mut random)?;
    let salt = crypt::salt(&random);
    if change(ports, Accounts::Shadow, password, scheme, &salt)? || change(ports, Accounts::Passwd, password, scheme, &salt)? {
        return Ok(());
    }
    Err(Error::State(What::NoAccounts))
}

/// Puts the hash into one of the files, under its lock. `Ok(false)` if there is no such file.
fn change(
    ports: &mut Ports<'_>,
    accounts: Accounts,
    password: &Password<'_>,
    scheme: Scheme,
    salt: &[u8; SALT_LEN],
) -> Result<bool, Error> {
    let (path, no_root) = match accounts {
        Accounts::Shadow => ("/etc/shadow", What::NoRootInShadow),
        Accounts::Passwd => ("/etc/passwd", What::NoRootInPasswd),
    };
    let day = ports.host.unix_time() / SECONDS_A_DAY;
    let mut found = false;
    lock(ports, accounts)?;
    let rule = Rule { create: None, parents: false, backup: false };
    let outcome = ports.files.edit(path.as_bytes(), rule, ports.journal, &mut |old, out| {
        let Some(old) = old else { return Ok(Verdict::Leave) };
        found = true;
        let entry = Entry::find(old).ok_or(Error::State(no_root))?;
        let rounds = crypt::rounds(entry.hash);
        let mut hash = Hash::new();
        wiped(|| crypt::hash(password.as_bytes(), scheme, rounds, salt, &mut hash))?;
        match accounts {
            Accounts::Shadow => shadow::set(&entry, hash.as_bytes(), day, out)?,
            Accounts::Passwd => passwd::set(&entry, hash.as_bytes(), out)?,
        }
        Ok(Verdict::Write)
    });
    ports.files.unlock_accounts();
    outcome.map(|_| found)
}

/// Takes the lock of the file, waiting while another program has it.
fn lock(ports: &mut Ports<'_>, accounts: Accounts) -> Result<(), Error> {
    let deadline = ports.host.now_ms().saturating_add(ACCOUNT_LOCK_MS);
    while !ports.files.lock_accounts(accounts, ports.journal)? {
        let now = ports.host.now_ms();
        if now >= deadline {
            return Err(Error::State(match accounts {
                Accounts::Shadow => What::ShadowLocked,
                Accounts::Passwd => What::PasswdLocked,
            }));
        }
        ports.host.wait(now.saturating_add(ACCOUNT_RETRY_MS))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::keyinit;
    use crate::crypto::dh::Decimal;
    use crate::error::Errno;
    use crate::log::Level;
    use crate::memory::{MemoryFiles, MemoryHost, MemoryJournal, MemoryStore};
    use crate::network::live::{Item, Link};
    use crate::network::model::Mac;
    use crate::network::plan::Change;
    use crate::ports::{Host, Links};
    use crate::settings::Settings;
    use std::string::String;

    /// "hello" and a newline, under the key of [`agreed`], as OpenSSL 1.0 writes it.
    const HELLO: &str = "wI8Yea7qYfqrhHBl30yB1Q==";
    const SHADOW: &str = "bin:*:1:0:99999:7:::\nroot:*:18000:0:99999:7:::\nsync:*:1:0:99999:7:::";

    fn agreed() -> Keys {
        let mut secret = Decimal::new();
        assert!(secret.push(b"106714112376487395389834012345"));
        Keys::Agreed { secret, deadline_ms: 300_000 }
    }

    struct NoLinks;

    impl Links for NoLinks {
        fn find(&mut self, _: Mac, _: &mut Link) -> Result<bool, Errno> {
            unreachable!()
        }
        fn live(&mut self, _: &Link, _: &mut dyn FnMut(Item)) -> Result<(), Errno> {
            unreachable!()
        }
        fn change(&mut self, _: &Link, _: &Change) -> Result<(), Errno> {
            unreachable!()
        }
        fn stop_dhcp(&mut self, _: &Link, _: &mut dyn FnMut(&str, u32)) -> Result<(), Errno> {
            unreachable!()
        }

        fn runs(&mut self, _: u32) -> bool {
            unreachable!()
        }
    }

    #[derive(Default)]
    struct Guest {
        files: MemoryFiles,
        host: MemoryHost,
    }

    impl Guest {
        fn with(files: &[(&str, &str)]) -> Self {
            let mut guest = Self::default();
            guest.files.files = files.iter().map(|(path, text)| (String::from(*path), text.as_bytes().to_vec())).collect();
            guest
        }

        fn run(&mut self, keys: &mut Keys, value: &str) -> Result<Answer, Error> {
            let mut answer = Answer::empty();
            let result = run(
                keys,
                &mut Ports {
                    store: &mut MemoryStore::default(),
                    files: &mut self.files,
                    links: &mut NoLinks,
                    host: &mut self.host,
                    journal: &mut MemoryJournal::default(),
                    settings: Settings::new(&[]),
                },
                value,
                &mut answer,
            );
            assert!(matches!(keys, Keys::None));
            assert_eq!(self.files.locked, None);
            result.map(|()| answer)
        }

        fn file(&self, path: &str) -> &str {
            std::str::from_utf8(&self.files.files[path]).unwrap()
        }

        /// The hash in root's entry, taken out of the file around it.
        fn hash<'a>(&'a self, path: &str, before: &str, after: &str) -> &'a str {
            self.file(path).strip_prefix(before).unwrap().strip_suffix(after).unwrap()
        }
    }

    fn expected(like: &str, scheme: Scheme, rounds: Option<u32>) -> String {
        let mut salt = [b'.'; SALT_LEN];
        let text = like.rsplit('$').nth(1).unwrap().as_bytes();
        salt[..text.len()].copy_from_slice(text);
        let mut hash = Hash::new();
        crypt::hash(b"hello", scheme, rounds, &salt, &mut hash).unwrap();
        String::from_utf8(hash.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn sets_hash_and_day_and_nothing_else() {
        let mut guest = Guest::with(&[("/etc/shadow", SHADOW), ("/etc/passwd", "root:x:0:0::/:\n")]);
        let answer = guest.run(&mut agreed(), HELLO).unwrap();
        assert_eq!(answer.code, Code::Done);
        let day = guest.host.unix_time() / 86_400;
        let after = std::format!(":{day}:0:99999:7:::\nsync:*:1:0:99999:7:::");
        let hash = guest.hash("/etc/shadow", "bin:*:1:0:99999:7:::\nroot:", &after);
        assert_eq!(hash, expected(hash, Scheme::Sha512, None));
        assert_eq!(guest.file("/etc/passwd"), "root:x:0:0::/:\n");
        assert_eq!(guest.files.files.len(), 2);
    }

    #[test]
    fn keeps_rounds_and_uses_what_the_crypt_library_knows() {
        let shadow = "root:!$6$rounds=300000$abc$def:0::::::\n";
        for (library, scheme, rounds) in [
            (None, Scheme::Sha512, Some(200_000)),
            (Some(&b"..$1$..$6$.."[..]), Scheme::Sha512, Some(200_000)),
            (Some(b"..$1$..$5$.."), Scheme::Md5, None),
        ] {
            let mut guest = Guest::with(&[("/etc/shadow", shadow)]);
            guest.files.crypt = library.map(<[u8]>::to_vec);
            guest.run(&mut agreed(), HELLO).unwrap();
            let hash = guest.hash("/etc/shadow", "root:", ":19675::::::\n");
            assert_eq!(hash, expected(hash, scheme, rounds));
        }
    }

    #[test]
    fn salts_differ() {
        let mut guest = Guest::with(&[("/etc/shadow", SHADOW)]);
        guest.run(&mut agreed(), HELLO).unwrap();
        let first = String::from(guest.file("/etc/shadow"));
        guest.run(&mut agreed(), HELLO).unwrap();
        assert_ne!(guest.file("/etc/shadow"), first);
    }

    #[test]
    fn without_a_shadow_file_it_is_passwd() {
        let mut guest = Guest::with(&[("/etc/passwd", "bin:x:1:1::/:\nroot:x:0:0:root:/root:/bin/sh\n")]);
        guest.run(&mut agreed(), HELLO).unwrap();
        let hash = guest.hash("/etc/passwd", "bin:x:1:1::/:\nroot:", ":0:0:root:/root:/bin/sh\n");
        assert_eq!(hash, expected(hash, Scheme::Sha512, None));
        assert!(matches!(Guest::with(&[]).run(&mut agreed(), HELLO), Err(Error::State(_))));
    }

    #[test]
    fn a_key_serves_one_password_even_a_wrong_one_and_only_in_its_time() {
        let none = Error::Request(What::NoKey);
        for (value, good) in [(HELLO, true), ("AAAAAAAAAAAAAAAAAAAAAA==", false), ("", false)] {
            let (mut guest, mut keys) = (Guest::with(&[("/etc/shadow", SHADOW)]), agreed());
            assert_eq!(guest.run(&mut keys, value).is_ok(), good);
            assert_eq!(guest.file("/etc/shadow") == SHADOW, !good);
            assert_eq!(guest.run(&mut keys, HELLO).err(), Some(none));
        }
        let mut guest = Guest::with(&[("/etc/shadow", SHADOW)]);
        guest.host.now_ms = 300_000;
        assert_eq!(guest.run(&mut agreed(), HELLO).err(), Some(none));
        keyinit::run(&mut agreed(), &mut guest.host, "5", &mut Answer::empty()).unwrap();
    }

    #[test]
    fn what_stands_in_the_way_is_named_and_changes_nothing() {
        let rootless = "bin:*:1::::::\n";
        let mut guest = Guest::with(&[("/etc/shadow", rootless), ("/etc/passwd", "root:x:0:0::/:\n")]);
        assert_eq!(guest.run(&mut agreed(), HELLO).err(), Some(Error::State(What::NoRootInShadow)));
        assert_eq!((guest.file("/etc/shadow"), guest.file("/etc/passwd")), (rootless, "root:x:0:0::/:\n"));

        for errno in [libc::EROFS, libc::ENOSPC] {
            let mut guest = Guest::with(&[("/etc/shadow", SHADOW)]);
            guest.files.refuse = Some(Errno(errno));
            assert_eq!(guest.run(&mut agreed(), HELLO).err().and_then(|e| e.errno()), Some(Errno(errno)));
            assert_eq!(guest.file("/etc/shadow"), SHADOW);
        }
    }

    #[test]
    fn a_lock_is_waited_for_fifteen_seconds_unless_the_agent_is_to_end() {
        let mut guest = Guest::with(&[("/etc/shadow", SHADOW)]);
        guest.files.held_by_other = true;
        let locked = Error::State(What::ShadowLocked);
        assert_eq!(guest.run(&mut agreed(), HELLO).err(), Some(locked));
        assert_eq!(guest.host.now_ms, ACCOUNT_LOCK_MS);
        guest.host.stopped = true;
        assert_eq!(guest.run(&mut agreed(), HELLO).err(), Some(Error::Stopped));
        assert_eq!(guest.file("/etc/shadow"), SHADOW);
    }

    #[test]
    fn nothing_secret_is_logged() {
        let mut guest = Guest::with(&[("/etc/shadow", SHADOW)]);
        guest.run(&mut agreed(), HELLO).unwrap();
        guest.host.log(Level::Debug, "end", &[]);
        assert_eq!(guest.host.lines, ["Debug end"]);
    }
}
