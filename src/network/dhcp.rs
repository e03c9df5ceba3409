//! Which programs are DHCP clients.

/// Names of processes (at most 15 octets, as the kernel keeps them) that are DHCP clients and nothing else. Programs that also manage
/// links (NetworkManager, systemd-networkd) are not: ending one would take more than its DHCP client away.
const CLIENTS: [&str; 5] = ["dhclient", "dhclient3", "dhcpcd", "udhcpc", "pump"];

/// The DHCP client that a process of that name is.
pub fn client_called(name: &[u8]) -> Option<&'static str> {
    CLIENTS.iter().find(|client| client.as_bytes() == name).copied()
}
