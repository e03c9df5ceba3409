#!/bin/sh
# init.sh TOOLS ROOT: process 1 of a throw-away system (tests/src/tools/system.rs), in mount, network, UTS and process namespaces of its own.
#
# ROOT is a plain directory with its own /etc, /run, /var and /tmp; /usr comes from TOOLS (tests/tools/fetch.sh) and cannot be written.
# Says "ready" on standard output, and ends when standard input does; everything in the system then ends with it.
set -eu
tools=$1 root=$2

# A mount point, as programs expect of a root directory.
mount --bind "$root" "$root"
cd "$root"
mkdir -p dev/net dev/shm etc proc root run/lock run/network run/netns sys tmp usr var/cache var/lib var/log
for name in bin sbin lib lib64; do
    ln -s "usr/$name" "$name"
done
ln -s /run var/run
chmod 1777 tmp
for name in null zero full random urandom net/tun; do
    if [ -e "/dev/$name" ]; then
        : > "dev/$name"
        mount --bind "/dev/$name" "dev/$name"
    fi
done
ln -s /proc/self/fd dev/fd
mount --bind "$tools/root/usr" usr
mount -o remount,bind,ro usr
mount -t proc proc proc
mount -t sysfs sysfs sys

# Nobody else has our addresses; waiting for duplicates takes a second or two for each link.
for file in accept_dad dad_transmits; do
    echo 0 > "proc/sys/net/ipv6/conf/default/$file"
done
# The other ends of the links live in a namespace of their own, where no tool finds them.
chroot . ip netns add peer

echo ready
# The shell reaps what is orphaned while it waits.
cat > /dev/null
