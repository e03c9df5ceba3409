//! Every command that a host sends, answered as nova wants it. Files and passwords have modules of their own.

use nova_agent_tests::agent::Agent;
use nova_agent_tests::daemon::{Daemon, GUEST};
use nova_agent_tests::guest::Guest;
use nova_agent_tests::host::{Host, uuid};

on_every_daemon! {
    /// Four dotted numbers above every 1.x and 2.x, whatever the value.
    fn version(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        for value in ["agent".into(), "".into(), "xentools".into(), serde_json::Value::Null] {
            let message = host.ask("version", value).done();
            let parts: Vec<u32> = message.split('.').map(|n| n.parse().unwrap()).collect();
            assert!(parts.len() == 4 && parts[0] >= 3, "{message}");
        }
    }

    /// Names without spaces, and every one of them works or at least is known.
    fn features(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        let message = host.ask("features", "").done();
        let mut names: Vec<&str> = message.split(',').collect();
        for name in &names {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{message}");
            assert_ne!(host.ask(name, "").returncode, "404", "{name}");
        }
        names.sort();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{message}");
        for name in ["version", "features", "keyinit", "password", "resetnetwork"] {
            assert!(names.contains(&name), "{message}");
        }
        assert!(names.contains(&"injectfile") || names.contains(&"file_inject"), "{message}");
        assert!(!names.contains(&"agentupdate"), "{message}");
    }

    /// No vm-data: nothing to do, and nothing touched.
    fn resetnetwork_without_data(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        let before = guest.names("etc");
        host.ask("resetnetwork", "").done();
        assert_eq!(guest.names("etc"), before);
        assert_eq!(guest.read("etc/hostname"), "localhost\n");
    }

    /// The host name is applied when it differs from the one applied last; a user's later change stays.
    fn resetnetwork_sets_the_host_name_once(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        host.xs.write(&format!("{GUEST}/vm"), "/vm/5b6e0f1c-0000-4000-8000-000000000001").unwrap();
        host.xs.write(&format!("{GUEST}/vm-data/hostname"), "web-1").unwrap();
        host.ask("resetnetwork", "").done();
        assert_eq!(guest.read("etc/hostname").trim_end(), "web-1");
        guest.write("etc/hostname", 0o644, "mine\n");
        host.ask("resetnetwork", "").done();
        assert_eq!(guest.read("etc/hostname").trim_end(), "mine");
        host.xs.write(&format!("{GUEST}/vm-data/hostname"), "web-2").unwrap();
        host.ask("resetnetwork", "").done();
        assert_eq!(guest.read("etc/hostname").trim_end(), "web-2");
        host.xs.rm(&format!("{GUEST}/vm-data/hostname")).unwrap();
        host.ask("resetnetwork", "").done();
        assert_eq!(guest.read("etc/hostname").trim_end(), "web-2");
    }

    /// The operand of 1.x applies vm-data once at the start; without it nothing is applied.
    fn resetnetwork_at_start(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let mut host = Host::new(&daemon);
        host.xs.write(&format!("{GUEST}/vm-data/hostname"), "web-1").unwrap();
        drop(Agent::start(&daemon, &guest));
        assert_eq!(guest.read("etc/hostname"), "localhost\n");
        let _agent = Agent::spawn(&daemon.guest_socket(), &guest, &["/usr/share/nova-agent/nova-agent.py", "resetnetwork"]);
        host.ask("version", "agent").done();
        assert_eq!(guest.read("etc/hostname").trim_end(), "web-1");
    }

    /// Addresses, routes and resolver of a link, and a second time nothing changes.
    fn resetnetwork_configures_a_link(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let agent = Agent::start(&daemon, &guest);
        agent.in_network("ip link add name eth0 type veth peer name peer; ip link set eth0 address 40:40:27:5b:3a:01; ip link set peer up");
        let mut host = Host::new(&daemon);
        let vif = r#"{"label": "public", "mac": "40:40:27:5B:3A:01", "gateway": "198.51.100.1", "broadcast": "198.51.100.255",
            "ips": [{"ip": "198.51.100.23", "enabled": "1", "netmask": "255.255.255.0", "gateway": "198.51.100.1"}],
            "gateway_v6": null, "ip6s": [],
            "routes": [{"route": "10.208.0.0", "netmask": "255.240.0.0", "gateway": "198.51.100.9"}], "dns": ["192.0.2.53"]}"#;
        host.xs.write(&format!("{GUEST}/vm-data/networking/4040275B3A01"), vif).unwrap();
        for _ in 0..2 {
            host.ask("resetnetwork", "").done();
            agent.in_network("ip -4 -o addr show dev eth0 | grep -q 'inet 198.51.100.23/24 brd 198.51.100.255'");
            agent.in_network("test \"$(ip -4 -o addr show dev eth0 | wc -l)\" = 1");
            agent.in_network("ip route show default | grep -q 'via 198.51.100.1 dev eth0'");
            agent.in_network("ip route show 10.208.0.0/12 | grep -q 'via 198.51.100.9'");
        }
        assert_eq!(guest.read("etc/resolv.conf"), "# kept\nsearch example.org\nnameserver 192.0.2.53\n");
    }

    /// Not done, not a feature, but answered in either form.
    fn agentupdate(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        let object = serde_json::json!({"url": "http://192.0.2.1/agent", "md5sum": "00"});
        for value in ["http://192.0.2.1/agent,00".into(), object] {
            assert!(host.ask("agentupdate", value).failed().contains("package"));
        }
    }

    /// 404 and a text, and the text is safe whatever the name is.
    fn unknown(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        for name in ["kmsactivate", "Version", "version ", "caf\u{e9}", "\"\\\n", "", &"x".repeat(1500)] {
            let answer = host.ask(name, "");
            assert_eq!(answer.returncode, "404", "{name}: {}", answer.message);
            assert!(!answer.message.is_empty());
        }
    }

    /// Ids are opaque; hosts of 2011 used one for keyinit and password.
    fn ids_are_opaque(backend) {
        let (daemon, guest) = (Daemon::start(backend), Guest::new());
        let _agent = Agent::start(&daemon, &guest);
        let mut host = Host::new(&daemon);
        for id in ["1", "A_b@c-d", &uuid(), &"y".repeat(200)] {
            for _ in 0..2 {
                host.ask_as(id, r#"{"name": "version", "value": "agent"}"#).done();
                host.wait_gone(id);
                host.xs.rm(&format!("{GUEST}/data/guest/{id}")).unwrap();
            }
        }
    }
}
