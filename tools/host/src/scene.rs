//! The guest that is played with: two links, and what the host has for them in vm-data, in the shape of nova 2012.2 to 21.2.4.

use std::process::Command;

use nova_agent_tests::daemon::GUEST;
use nova_agent_tests::xs::Xs;

/// Makes the links with the `ip` program; each has its peer as the host's side.
pub const LINKS: &str = "
    for link in 'eth0 40:40:27:5b:3a:01' 'eth1 40:40:8f:1c:22:02'; do
        set -- $link
        ip link add name $1 address $2 type veth peer name host-$1
        ip link set host-$1 up
    done";

/// An interface as nova describes it.
pub struct Interface {
    /// Node name below `vm-data/networking`.
    pub node: &'static str,
    /// Its JSON.
    pub json: &'static str,
}

/// Both families, gateways and name servers.
pub const PUBLIC: Interface = Interface {
    node: "4040275B3A01",
    json: concat!(
        r#"{"label": "public", "mac": "40:40:27:5B:3A:01", "gateway": "198.51.100.1", "broadcast": "198.51.100.255", "#,
        r#""ips": [{"ip": "198.51.100.23", "enabled": "1", "netmask": "255.255.255.0", "gateway": "198.51.100.1"}], "#,
        r#""gateway_v6": "fe80::def", "#,
        r#""ip6s": [{"ip": "2001:db8:1::23", "enabled": "1", "netmask": 64, "gateway": "fe80::def"}], "#,
        r#""dns": ["192.0.2.53", "192.0.2.54"]}"#
    ),
};

/// No gateway of its own, a route to the provider's network.
pub const PRIVATE: Interface = Interface {
    node: "40408F1C2202",
    json: concat!(
        r#"{"label": "private", "mac": "40:40:8F:1C:22:02", "gateway": null, "broadcast": "10.181.223.255", "#,
        r#""ips": [{"ip": "10.181.192.23", "enabled": "1", "netmask": "255.255.224.0", "gateway": null}], "#,
        r#""routes": [{"route": "10.208.0.0", "netmask": "255.240.0.0", "gateway": "10.181.192.1"}]}"#
    ),
};

/// [`PUBLIC`] moved to another network: no address, route or name server stays.
pub const MOVED_PUBLIC: Interface = Interface {
    node: PUBLIC.node,
    json: concat!(
        r#"{"label": "public", "mac": "40:40:27:5B:3A:01", "gateway": "203.0.113.1", "broadcast": "203.0.113.255", "#,
        r#""ips": [{"ip": "203.0.113.77", "enabled": "1", "netmask": "255.255.255.0", "gateway": "203.0.113.1"}], "#,
        r#""gateway_v6": "fe80::fed", "#,
        r#""ip6s": [{"ip": "2001:db8:2::77", "enabled": "1", "netmask": 64, "gateway": "fe80::fed"}], "#,
        r#""dns": ["192.0.2.153", "192.0.2.154"]}"#
    ),
};

/// [`PRIVATE`] moved likewise.
pub const MOVED_PRIVATE: Interface = Interface {
    node: PRIVATE.node,
    json: concat!(
        r#"{"label": "private", "mac": "40:40:8F:1C:22:02", "gateway": null, "broadcast": "10.191.255.255", "#,
        r#""ips": [{"ip": "10.191.224.77", "enabled": "1", "netmask": "255.255.224.0", "gateway": null}], "#,
        r#""routes": [{"route": "10.224.0.0", "netmask": "255.240.0.0", "gateway": "10.191.224.1"}]}"#
    ),
};

/// Writes `vm-data` as nova's plugin does into a running guest, and the domain's uuid.
pub fn describe(xs: &mut Xs, host_name: &str, interfaces: &[Interface]) {
    for Interface { node, json } in interfaces {
        xs.write(&format!("{GUEST}/vm-data/networking/{node}"), json).expect("write vm-data");
    }
    xs.write(&format!("{GUEST}/vm-data/hostname"), host_name).expect("write vm-data");
    xs.write(&format!("{GUEST}/vm"), "/vm/5b6e0f1c-0000-4000-8000-000000000001").expect("write the domain's uuid");
}

/// Runs a shell command in our own network.
pub fn shell(command: &str) {
    let status = Command::new("sh").args(["-ec", command]).status().expect("run sh");
    assert!(status.success(), "{command}");
}
