#!/bin/sh
# test.sh CACHE AGENT OUT: the end-to-end test on a real Xen. Xen, a dom0 with the real xenstored, and a PV guest with the
# static binary AGENT are booted (boot.sh) from what ../fetch.sh put in CACHE; dom0 asks everything a cloud asks (dom0/host.sh);
# answers and effects are checked (check.sh). As any user, no virtualisation needed; half a minute.
#
# Writes OUT/console and the images. The emulator may hang or crash a boot, which says nothing about the agent: a console
# without its last line is tried once more.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 3 ] || { echo "usage: test.sh CACHE AGENT OUT" >&2; exit 2; }

"$here/images.sh" "$1" "$2" "$3"
console=$3/console
rm -f "$console"*
for attempt in 1 2; do
    status=0
    "$here/boot.sh" "$3" > "$console" 2>&1 || status=$?
    ! grep -aq '^HOST done' "$console" || break
    mv "$console" "$console.$attempt"
    echo "xen: boot $attempt broke off with status $status, see $console.$attempt"
done
if [ -e "$console" ] && "$here/check.sh" "$console"; then
    sed -n 's/^GUEST agent \([VA].*\)\r/xen: agent \1/p' "$console"
    echo "xen: every request was answered with the right effect"
else
    echo "xen: FAILED, see $console"
    exit 1
fi
