//! Red Hat's and SUSE's network scripts, for which Debian has no packages: what they do with their files, as far as links with static
//! addresses go, told anew in bash. The kernel then says whether it takes that. After `ifup-eth`, `ifup-ipv6`, `ifup-routes` and
//! `network-functions` of initscripts, and `ifup` and `ifup-route` of sysconfig.

use crate::tools::System;

/// Brings up every file's interface at boot.
pub fn red_hat(system: &System) {
    system.run(&["bash", "-c", RED_HAT]);
}

/// The same for SUSE.
pub fn suse(system: &System) {
    system.run(&["bash", "-c", SUSE]);
}

const RED_HAT: &str = r#"
cd /etc/sysconfig/network-scripts || exit
len() { python3 -c 'import ipaddress, sys; print(ipaddress.ip_network("0.0.0.0/" + sys.argv[1]).prefixlen)' "$1"; }
covers() { python3 -c 'import ipaddress, sys; n, g = sys.argv[1:]; sys.exit(ipaddress.ip_address(g) not in ipaddress.ip_network(n, False))' "$@"; }
up() {
    . ../network && . "./$1" || return
    link=${DEVICE:-${1#ifcfg-}}
    case $ONBOOT in no) return ;; esac
    [ -d "/sys/class/net/$link" ] && [ "$BOOTPROTO" = none ] || return 0
    [ -z "$HWADDR" ] || [ "$HWADDR" = "$(tr a-f A-F < "/sys/class/net/$link/address")" ] || return
    [ -z "$MTU" ] || ip link set dev "$link" mtu "${MTU%$'\r'}"
    ip link set dev "$link" up
    for index in '' {0..255}; do
        address=IPADDR$index netmask=NETMASK$index prefix=PREFIX$index
        if [ -z "${!address}" ]; then
            [ -n "$index" ] && [ "$index" -ge 2 ] && break
            continue
        fi
        whole=${!address}/${!prefix:-$(len "${!netmask}")}
        [ -n "$first" ] || first=$whole
        ip addr add "$whole" brd + dev "$link"
    done
    if [ "$DEFROUTE" != no ] && [ -n "$GATEWAY" ] && covers "$first" "$GATEWAY"; then
        ip route replace default ${METRIC:+metric $METRIC} via "$GATEWAY"
    fi
    if [ "$IPV6INIT" != no ] && [ "$NETWORKING_IPV6" != no ]; then
        for address in $IPV6ADDR $IPV6ADDR_SECONDARIES; do
            ip -6 addr replace "$address" dev "$link" nodad
        done
        gateway=${IPV6_DEFAULTGW%%%*} scope=${IPV6_DEFAULTGW#*%}
        [ -z "$gateway" ] || ip -6 route add ::/0 via "$gateway" dev "${scope:-$link}" metric 1
    fi
    for file in "-4 route-$link" "-6 route6-$link"; do
        set -- $file
        [ -f "$2" ] || continue
        if grep -Eq '^[[:space:]]*ADDRESS[0-9]+=' "$2"; then
            . "./$2"
            for index in {0..255}; do
                address=ADDRESS$index netmask=NETMASK$index gateway=GATEWAY$index
                [ -n "${!address}" ] || break
                ip route add "${!address}/$(len "${!netmask}")" ${!gateway:+via ${!gateway}} dev "$link"
            done
            continue
        fi
        grep -v -e '^[[:space:]]*#' -e '^[[:space:]]*$' "$2" | while read -r line; do
            ip $1 route add $line || ip $1 route replace $line
        done
    done
}
for file in ifcfg-*; do
    case $file in *~ | *.bak | *.orig | *.rpmnew | *.rpmorig | *.rpmsave) continue ;; esac
    (up "$file")
done
true
"#;

const SUSE: &str = r#"
cd /etc/sysconfig/network || exit
up() {
    link=${1#ifcfg-}
    [ -d "/sys/class/net/$link" ] || return 0
    . "./$1" || return
    [ "$STARTMODE" = auto ] && [ "${BOOTPROTO:-static}" = static ] || return 0
    [ -z "$MTU" ] || ip link set dev "$link" mtu "${MTU%$'\r'}"
    ip link set dev "$link" up
    for variable in ${!IPADDR*}; do
        suffix=${variable#IPADDR} whole=${!variable}
        prefix=PREFIXLEN$suffix label=LABEL$suffix
        case $whole in
            */*) ;;
            *) whole=$whole/${!prefix} ;;
        esac
        case $whole in
            *:*) ip addr add "$whole" dev "$link" nodad ;;
            *) ip addr add "$whole" brd + dev "$link" ${!label:+label $link:${!label}} ;;
        esac
    done
    cat routes "ifroute-$link" 2> /dev/null | while read -r destination gateway mask name options; do
        case $destination in '#'* | '') continue ;; esac
        [ "${name:--}" = - ] && name=$link
        [ "$name" = "$link" ] || continue
        [ "${gateway:--}" = - ] && gateway=
        family=-4
        case $destination$gateway in *:*) family=-6 ;; esac
        ip $family route replace to "$destination" ${gateway:+via $gateway} dev "$link" $options
    done
}
for file in ifcfg-*; do
    case $file in *~ | *.bak | *.orig | *.rpmnew | *.rpmorig | *.rpmsave | *.scpmbackup) continue ;; esac
    (up "$file")
done
true
"#;
