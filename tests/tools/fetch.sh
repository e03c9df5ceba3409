#!/bin/sh
# fetch.sh DIR: the network tools of the distributions, from Debian 12's packages, without installing anything.
#
#   DIR/root        a small Debian with every package of tests/tools/packages and what they depend on: unpacked, not configured
#
# Three packages each bring an ifup. They are unpacked over one another: /sbin/ifup is ifupdown's, and the others, like busybox's
# applets, are found under their own names in /usr/lib/ifupdown-ng, /usr/lib/ifupdown2 and /usr/lib/busybox. Two bring a resolvconf:
# /sbin/resolvconf is openresolv's, and Debian's own package is a whole tree in /usr/lib/resolvconf.debian.
#
# Needs no root, apt-get's package lists and the network only when there is something to do: DIR/root carries the checksum of
# this script and of the list, and comes into being by one rename, so neither an interruption nor a second run leaves half of it.
set -eu

fail() {
    echo "fetch.sh: $*" >&2
    exit 1
}

[ $# = 1 ] || fail "usage: fetch.sh DIR"
here=$(cd "$(dirname "$0")" && pwd)
for program in apt-get dpkg-deb tar flock; do
    command -v $program >/dev/null || fail "$program is missing"
done

mkdir -p "$1"
dir=$(cd "$1" && pwd)
exec 9> "$dir/lock"
flock 9
stamp=$(cat "$here/fetch.sh" "$here/packages" | cksum)
[ "$(cat "$dir/root/.stamp" 2>/dev/null)" != "$stamp" ] || exit 0

new=$dir/new
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
rm -rf "$new"
mkdir -p "$new/debs" "$new/root"

# What an empty system would have to install for the list. The packages that exclude one another are asked for by name.
needed() {
    : > "$new/status"
    sed 's/#.*//' "$here/packages" | xargs apt-get -q --simulate --no-install-recommends -o Dir::State::Status="$new/status" install |
        sed -n 's/^Inst \([^ ]*\).*/\1/p'
}

# Root's downloads would go through user _apt, who may not write here.
download() (
    cd "$new/debs" || exit
    names=$(needed) && [ -n "$names" ] || exit
    apt-get -q -o APT::Sandbox::User=root download $names ifupdown ifupdown2 ifupdown-ng resolvconf
)

if ! download > "$new/log" 2>&1; then
    # Stale or absent lists name packages that the mirror no longer has.
    [ "$(id -u)" = 0 ] || { cat "$new/log" >&2; fail "download failed; perhaps after this it works: sudo apt-get update"; }
    apt-get -q update >&2 || true
    download > "$new/log" 2>&1 || { cat "$new/log" >&2; fail "download failed"; }
fi

root=$new/root
for name in bin sbin lib lib64; do
    mkdir -p "$root/usr/$name"
    ln -s "usr/$name" "$root/$name"
done
unpack_in() {
    to=$1
    shift
    for deb; do
        dpkg-deb --fsys-tarfile "$deb" |
            tar -x -C "$to" --no-same-owner --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*'
    done
}
unpack() {
    unpack_in "$root" "$@"
}
mv "$new"/debs/resolvconf_*.deb "$new"
unpack "$new"/debs/*.deb
mkdir "$root/usr/lib/resolvconf.debian"
unpack_in "$root/usr/lib/resolvconf.debian" "$new"/resolvconf_*.deb

mkdir -p "$root/usr/lib/ifupdown-ng" "$root/usr/lib/ifupdown2" "$root/usr/lib/busybox"
for name in ifup ifdown ifquery; do
    ln -s ../../sbin/ifupdown "$root/usr/lib/ifupdown-ng/$name"
    ln -s ../../share/ifupdown2/__main__.py "$root/usr/lib/ifupdown2/$name"
done
ln -s ../../sbin/ifupdown "$root/usr/lib/ifupdown-ng/ifparse"
chmod +x "$root/usr/share/ifupdown2/__main__.py"
"$root/bin/busybox" --list | while read -r name; do
    ln -s ../../bin/busybox "$root/usr/lib/busybox/$name"
done
unpack "$new"/debs/ifupdown_*.deb

echo "$stamp" > "$root/.stamp"
rm -rf "$dir/root"
mv "$root" "$dir/root"
