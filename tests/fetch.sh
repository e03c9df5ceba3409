#!/bin/sh
# fetch.sh DIR: the real counterparts for the tests, from Debian 12's packages, without installing anything.
#
#   DIR/root        Xen 4.17, xenstored, oxenstored, xl, the xenstore-* programs and their libraries, busybox, a kernel: unpacked
#   DIR/xsshim.so   stands in for the hypervisor under the two daemons (xenstored/xsshim.c)
#
# Needs no root, apt-get's package lists and the network only when there is something to do: DIR/root carries the checksum of
# this script, and comes into being by one rename, so neither an interruption nor a second run beside this one leaves half of it.
set -eu

fail() {
    echo "fetch.sh: $*" >&2
    exit 1
}

[ $# = 1 ] || fail "usage: fetch.sh DIR"
here=$(cd "$(dirname "$0")" && pwd)
for program in apt-get apt-cache dpkg gcc flock; do
    command -v $program >/dev/null || fail "$program is missing"
done
[ "$(dpkg --print-architecture)" = amd64 ] || fail "Xen, its daemons and the kernel are taken for amd64 only"

mkdir -p "$1"
dir=$(cd "$1" && pwd)
exec 9> "$dir/lock"
flock 9
new=$dir/new
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM

# The kernel is the one behind Debian's meta package. Root's downloads would go through user _apt, who may not write here.
download() (
    cd "$new/debs" || exit
    kernel=$(apt-cache show --no-all-versions linux-image-amd64 | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p')
    [ -n "$kernel" ] || exit 1
    apt-get -q -o APT::Sandbox::User=root download "$kernel" \
        xen-hypervisor-4.17-amd64 xen-utils-4.17 xen-utils-common xenstore-utils \
        libxenstore4 libxenmisc4.17 libxencall1 libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 \
        libxenhypfs1 libxentoolcore1 libxentoollog1 libyajl2 busybox-static
)

stamp=$(cksum < "$here/fetch.sh")
if [ "$(cat "$dir/root/.stamp" 2>/dev/null)" != "$stamp" ]; then
    rm -rf "$new"
    mkdir -p "$new/debs" "$new/root"
    if ! download > "$new/log" 2>&1; then
        # Stale or absent lists name packages that the mirror no longer has.
        [ "$(id -u)" = 0 ] || { cat "$new/log" >&2; fail "download failed; perhaps after this it works: sudo apt-get update"; }
        apt-get -q update >&2 || true
        download > "$new/log" 2>&1 || { cat "$new/log" >&2; fail "download failed"; }
    fi
    for deb in "$new"/debs/*.deb; do
        dpkg -x "$deb" "$new/root"
    done
    echo "$stamp" > "$new/root/.stamp"
    rm -rf "$dir/root"
    mv "$new/root" "$dir/root"
fi

shim=$here/xenstored/xsshim.c
if [ -e "$shim" ] && [ -z "$(find "$dir/xsshim.so" -newer "$shim" 2>/dev/null)" ]; then
    mkdir -p "$new"
    gcc -O2 -Wall -shared -fPIC -o "$new/xsshim.so" "$shim" -lpthread -ldl
    mv "$new/xsshim.so" "$dir/xsshim.so"
fi
