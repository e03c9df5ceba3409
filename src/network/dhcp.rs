//! Which programs are DHCP clients.

/// Names of processes (at most 15 octets, as the kernel keeps them) that are DHCP clients and nothing else. Programs that also manage
/// links (NetworkManager, systemd-networkd) are not: ending one would take more than its DHCP client away.
const CLIENTS: [&str; 5] = ["dhclient", "dhclient3", "dhcpcd", "udhcpc", "pump"];

/// Whether a process of that name is a DHCP client.
pub fn is_client(name: &str) -> bool {
    CLIENTS.contains(&name)
}
