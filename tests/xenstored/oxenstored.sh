#!/bin/sh
# oxenstored.sh DIR RUN: the real oxenstored (XenServer's daemon) without a hypervisor, in the foreground; DIR and RUN as for xenstored.sh.
# Its socket's path is compiled in, hence the private mount namespace (root, or `unshare -Urnum` around it); RUN must not be under /run.
set -eu
dir=$(cd "$1" && pwd); run=$(cd "$2" && pwd)
rm -f "$run/socket" "$run"/dom*.sock
{
	sed "s,/var/run/xen,$run," "$dir/root/etc/xen/oxenstored.conf"
	printf 'xenstored-log-file = %s/oxenstored.log\naccess-log-file = %s/access.log\n' "$run" "$run"
} > "$run/oxenstored.conf"
export LD_LIBRARY_PATH="$dir/root/usr/lib/x86_64-linux-gnu" XSSHIM_DIR="$run"
exec unshare -m sh -eu -c '
	mount -t tmpfs run /run
	mkdir /run/xen /run/xenstored
	mount --bind "$2" /run/xenstored
	exec env LD_PRELOAD="$1/xsshim.so" "$1/root/usr/lib/xen-4.17/bin/oxenstored" --no-fork --config-file "$2/oxenstored.conf"
' sh "$dir" "$run"
