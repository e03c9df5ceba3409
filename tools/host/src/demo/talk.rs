//! The host's requests in the order of a first boot, each shown with its answer.

use nova_agent_tests::daemon::{Daemon, GUEST};
use nova_agent_tests::host::{Answer, Host, base64, request, uuid};
use nova_agent_tests::password::{self, Digest, Key};
use serde_json::Value;

use nova_agent_host::scene;

use crate::report::{Report, shown};

/// Root's password from now on.
pub const PASSWORD: &str = "correct horse battery staple";
/// The key file as nova writes it.
pub const KEYS: &str = "\n# The following ssh key was injected by Nova\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFVO8rWGg6OLoXoWJ8Oa9OWnCIvr8i3kqVhX2rYs0bGk demo\n";
/// A file that is there already.
pub const MOTD: &str = "Welcome to your new server.\n";

/// Asks everything.
pub fn talk(daemon: &Daemon, report: &mut Report) {
    let mut talk = Talk { host: Host::new(daemon), report };
    talk.first_words();
    talk.password();
    talk.files();
    talk.network();
    talk.nonsense();
}

struct Talk<'a> {
    host: Host,
    report: &'a mut Report,
}

impl Talk<'_> {
    fn first_words(&mut self) {
        let version = self.ask("version", "agent");
        let numbers: Vec<u32> = version.message.split('.').filter_map(|n| n.parse().ok()).collect();
        let newer = numbers.len() == 4 && numbers[0] >= 3;
        self.report.check(version.returncode == "0" && newer, "four numbers, above every 1.x and 2.x");

        let features = self.ask("features", "");
        let wanted = ["version", "features", "keyinit", "password", "injectfile", "file_inject", "resetnetwork"];
        let all = wanted.iter().all(|w| features.message.split(',').any(|f| f == *w));
        self.report.check(features.returncode == "0" && all, "every command below is among them");
    }

    fn password(&mut self) {
        let private = password::private();
        let answer = self.ask("keyinit", password::public(private));
        self.report.check(answer.returncode == "D0", "D0 and the agent's public value");
        let key = Key::shared(private, &answer);
        self.report.fact("openssl", &format!("encrypts '{PASSWORD}' and a newline with the key both have now"));
        let answer = self.ask("password", key.encrypt(format!("{PASSWORD}\n").as_bytes(), Digest::Default));
        self.report.check(answer.returncode == "0", "the guest has a new password");
    }

    fn files(&mut self) {
        let answer = self.ask("injectfile", base64(format!("/root/.ssh/authorized_keys,{KEYS}").as_bytes()));
        self.report.check(answer.returncode == "0", "/root/.ssh/authorized_keys is written");
        let value = format!(r#"{{"b64_path": "{}", "b64_file": "{}"}}"#, base64(b"/etc/motd"), base64(MOTD.as_bytes()));
        let answer = self.exchange("file_inject", format!(r#"{{"name": "file_inject", "value": {value}}}"#).as_bytes());
        self.report.check(answer.returncode == "0", "/etc/motd is written");
    }

    fn network(&mut self) {
        let interfaces = [scene::PUBLIC, scene::PRIVATE];
        scene::describe(&mut self.host.xs, "web-1", &interfaces);
        self.report.item("vm-data, written before resetnetwork", "");
        self.report.fact("hostname", "web-1");
        for interface in interfaces {
            self.report.fact("interface", &format!("{}: {}", interface.node, interface.json));
        }
        let answer = self.ask("resetnetwork", "");
        self.report.check(answer.returncode == "0", "both interfaces are configured");
        let answer = self.ask("resetnetwork", "");
        self.report.check(answer.returncode == "0", "the same again is done, too");
    }

    fn nonsense(&mut self) {
        let answer = self.ask("make_coffee", "");
        self.report.check(answer.returncode == "404", "an unknown command is refused");
        let answer = self.exchange("garbage", b"\x00\xff[[{\"name\": version");
        self.report.check(answer.returncode == "500" && !answer.message.is_empty(), "what is no request is answered all the same");
        let left = self.host.xs.directory(&format!("{GUEST}/data/host")).unwrap_or_default();
        self.report.check(left.is_empty(), "no request is left in the store");
    }

    fn ask(&mut self, name: &str, value: impl Into<Value>) -> Answer {
        self.exchange(name, request(name, value).as_bytes())
    }

    fn exchange(&mut self, title: &str, request: &[u8]) -> Answer {
        let id = uuid();
        let answer = self.host.ask_as(&id, request);
        self.host.wait_gone(&id);
        self.report.item(title, &format!("{:.2} ms", answer.us as f64 / 1000.0));
        self.report.fact("host", &shown(request));
        self.report.fact("guest", &self.host.xs.text(&format!("{GUEST}/data/guest/{id}")));
        answer
    }
}
