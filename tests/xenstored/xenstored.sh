#!/bin/sh
# xenstored.sh DIR RUN [options of xenstored]: the real C xenstored without a hypervisor, in the foreground.
#   DIR            counterparts: DIR/root (unpacked packages), DIR/xsshim.so
#   RUN/socket     dom0: privileged, relative paths are under /local/domain/0
#   RUN/domN.sock  once N is introduced on RUN/socket: unprivileged domain N, with its own relative paths, permissions and quotas
set -eu
dir=$(cd "$1" && pwd); run=$(cd "$2" && pwd); shift 2
rm -f "$run/socket" "$run"/dom*.sock
export LD_LIBRARY_PATH="$dir/root/usr/lib/x86_64-linux-gnu" XSSHIM_DIR="$run" XENSTORED_RUNDIR="$run" XENSTORED_PATH="$run/socket"
exec env LD_PRELOAD="$dir/xsshim.so" "$dir/root/usr/lib/xen-4.17/bin/xenstored" -N -F "$run/pid" "$@"
