#!/bin/bash
# images.sh CACHE AGENT OUT: what boot.sh boots, from what ../fetch.sh unpacked into CACHE, as any user.
#
#   OUT/xen         the hypervisor
#   OUT/vmlinux     the kernel of dom0 and guest, unpacked once here instead of twice in the emulator
#   OUT/guest.cpio  the guest's file system: busybox, guest/, and the static binary AGENT as /sbin/nova-agent
#   OUT/dom0.cpio   dom0's: busybox, dom0/, Xen's programs with their libraries, openssl, and the guest's kernel and file system
#
# The archives need no device nodes: the kernel brings /dev/console itself, and both inits mount devtmpfs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$1/root" && pwd)
agent=$(realpath "$2")
mkdir -p "$3"
out=$(cd "$3" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

kernel=("$root"/lib/modules/*)
version=${kernel[0]##*/}

# put TREE TO FILE...: copies files, not links, into directory TO of a tree.
put() {
    local to=$1$2
    shift 2
    mkdir -p "$to"
    cp -L --preserve=mode "$@" "$to"
}

# modules TREE NAME...: kernel modules, by their path without .ko.
modules() {
    local tree=$1
    shift
    put "$tree" /lib/modules "${@/#/$root/lib/modules/$version/kernel/}"
}

# libraries TREE PROGRAM...: what the programs are linked with, from the packages or else from this machine.
libraries() {
    local tree=$1 library
    shift
    LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu ldd "$@" | grep -oE '/[^ ]+\.so[^ ]*' | sort -u |
        while read -r library; do
            case $library in
            /lib64/*) put "$tree" /lib64 "$library" ;;
            *) put "$tree" /lib/x86_64-linux-gnu "$library" ;;
            esac
        done
}

# archive NAME: a tree in $work becomes OUT/NAME.cpio, owned by root whoever runs this.
archive() {
    put "$work/$1" /bin "$root/bin/busybox"
    cp -R "$here/$1/." "$work/$1/"
    mkdir -p "$work/$1"/{dev,proc,sys,run,tmp,etc,root,usr/bin,var/log}
    (cd "$work/$1" && find . | cpio -o -H newc -R 0:0 --quiet) > "$out/$1.cpio"
}

# A bzImage (Documentation/arch/x86/boot.rst) holds the ELF kernel xz-compressed, `length` bytes from `offset` behind the setup sectors.
image=$root/boot/vmlinuz-$version
setup=$(od -An -tu1 -j $((0x1f1)) -N 1 "$image")
read -r offset length < <(od -An -tu4 -j $((0x248)) -N 8 "$image")
start=$(((setup + 1) * 512 + offset))
head -c $((start + length)) "$image" | tail -c "$length" | xz -dc --single-stream > "$out/vmlinux"
gzip -dc "$root/boot/xen-4.17-amd64.gz" > "$out/xen"

mkdir -p "$work/guest/sbin"
cp "$agent" "$work/guest/sbin/nova-agent"
modules "$work/guest" drivers/net/xen-netfront.ko
archive guest

xen=$root/usr/lib/xen-4.17/bin
put "$work/dom0" /usr/lib/xen-4.17/bin "$xen"/{xenstored,xl,xenconsoled,xen-init-dom0}
put "$work/dom0" /usr/bin "$root"/usr/bin/xenstore-{read,write,list,exists,chmod} "$(command -v openssl)"
libraries "$work/dom0" "$xen"/{xenstored,xl,xenconsoled,xen-init-dom0} "$root"/usr/bin/xenstore-read "$(command -v openssl)"
put "$work/dom0" /lib/x86_64-linux-gnu /lib/x86_64-linux-gnu/libgcc_s.so.1 # pthread_cancel loads it
put "$work/dom0" /etc/xen "$root/etc/xen/xl.conf"
put "$work/dom0" /boot "$out/vmlinux" "$out/guest.cpio"
modules "$work/dom0" drivers/xen/xen-{evtchn,gntdev,gntalloc,privcmd}.ko drivers/xen/xenfs/xenfs.ko drivers/net/xen-netback/xen-netback.ko
archive dom0
