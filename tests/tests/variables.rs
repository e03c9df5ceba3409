//! Files of shell variables whose own tools cannot be run here: a real shell sources them, and hands what they say to `ip` the way the
//! system's scripts hand it on. netifrc's `net.lo` gives `ip` one address and one route a line; FreeBSD's `network.subr` and `routing` give
//! ifconfig(8) and route(8) their arguments, of which those are known here that we write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test panics")]

use nova_agent_tests::case::Case;
use nova_agent_tests::tools::System;

const NETIFRC: &str = r#"
. /etc/conf.d/net
newline='
'
for link in $LINKS; do
    name=$(echo "$link" | tr -c 'A-Za-z0-9_\n' _)
    ip link set "$link" up
    eval "config=\$config_$name routes=\$routes_$name"
    [ -n "$config" ] || continue
    IFS=$newline
    for line in $config; do
        unset IFS
        case $line in
        *:*) ip address add $line dev "$link" ;;
        [0-9]*) ip address add $line broadcast + dev "$link" ;;
        null) ;;
        *) exit 1 ;;
        esac
    done
    IFS=$newline
    for line in $routes; do
        unset IFS
        ip route append $line dev "$link"
    done
    unset IFS
done
"#;

const FREEBSD: &str = r#"
. /etc/rc.conf
inet() { # LINK FAMILY ADDRESS WORD LENGTH
    case $2:$4 in
    inet:netmask | inet6:prefixlen) ip address add "$3/$5" ${broadcast:+broadcast +} dev "$1" ;;
    *) exit 1 ;;
    esac
}
route() { # FAMILY [-net|-host] DESTINATION [-prefixlen LENGTH] [-iface] GATEWAY
    family=$1 length=
    shift
    case $1 in -net | -host) shift ;; esac
    destination=$1
    shift
    if [ "$1" = -prefixlen ]; then
        length=/$2
        shift 2
    fi
    if [ "$1" = -iface ]; then
        ip $family route append "$destination$length" dev "$2"
    else
        link=${1#*%}
        [ "$link" != "$1" ] || link=
        ip $family route append "$destination$length" via "${1%%%*}" ${link:+dev "$link"}
    fi
}
for link in $LINKS; do
    name=$(echo "$link" | tr ./+- ____)
    ip link set "$link" up
    eval "args=\$ifconfig_$name six=\$ifconfig_${name}_ipv6 old=\$ipv6_ifconfig_$name"
    case $args in inet\ *) broadcast=+ inet "$link" $args ;; esac
    [ -z "$six" ] || broadcast= inet "$link" $six
    [ -z "$old" ] || broadcast= inet "$link" inet6 $old
    alias=0
    while eval "args=\$ifconfig_${name}_alias$alias" && [ -n "$args" ]; do
        case $args in inet\ *) broadcast=+ ;; *) broadcast= ;; esac
        inet "$link" $args
        alias=$((alias + 1))
    done
done
for route in $static_routes; do
    eval "args=\$route_$route"
    [ -z "$args" ] || route -4 $args
done
[ -z "$defaultrouter" ] || route -4 default "$defaultrouter"
for route in $ipv6_static_routes; do
    eval "args=\$ipv6_route_$route"
    [ -z "$args" ] || route -6 $args
done
[ -z "$ipv6_defaultrouter" ] || route -6 default "$ipv6_defaultrouter"
"#;

/// What is the user's in a case, or said in another way: an address behind the first of its subnet has a netmask of its own on FreeBSD.
const OTHERS: [(&str, &str); 7] = [
    ("freebsd/route-removed", "+ xn1 route 10.98.0.0/16 via 10.181.192.9"),
    ("freebsd/route-removed", "+ xn1 route 10.99.0.0/16 via 10.181.192.9"),
    ("freebsd/taken-over", "+ xn0 route 10.9.0.0/16 via 198.51.100.2"),
    ("freebsd/several-addresses", "- xn0 address 198.51.100.24/24"),
    ("freebsd/several-addresses", "+ xn0 address 198.51.100.24/32"),
    ("freebsd/freebsd-8", "- xn0 address 198.51.100.24/24"),
    ("freebsd/freebsd-8", "+ xn0 address 198.51.100.24/32"),
];

/// Whether a difference says nothing: metrics are the tool's own, and a gateway outside has a route to itself.
fn is_nothing(line: &str) -> bool {
    line.contains(": metric ") || line.contains(" route ") && (line.ends_with("/32") || line.ends_with("/128"))
}

/// Sources the tree that was written by hand, and compares what comes up with the vm-data.
fn means_what_is_wanted(backend: &str, script: &str) {
    let mut failed = Vec::new();
    for case in Case::all(backend) {
        let name = format!("{backend}/{}", case.name);
        for shell in ["dash", "bash"] {
            let system = System::new();
            system.install(&case.etc_after());
            case.make_links(&system);
            let script = format!("LINKS=$(ls /sys/class/net | grep -v lo)\n{script}");
            let output = system.try_run(&[shell, "-ec", &script]);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && said.is_empty(), "{name} by {shell}: {}\n{said}", output.status);
            let differences = system.live().differences(&case.wanted());
            let is_known = |line: &String| is_nothing(line) || OTHERS.iter().any(|(case, known)| *case == name && known == line);
            failed.extend(differences.into_iter().filter(|line| !is_known(line)).map(|line| format!("{name} by {shell}: {line}")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn netifrc() {
    means_what_is_wanted("netifrc", NETIFRC);
}

#[test]
fn freebsd() {
    means_what_is_wanted("freebsd", FREEBSD);
}
