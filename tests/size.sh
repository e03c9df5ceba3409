#!/bin/sh
# size.sh AGENT BUDGET: prints the size of the release binary and of its parts; fails beyond BUDGET octets.
set -eu
size=$(wc -c < "$1")
echo "nova-agent: $size octets of $2"
size -A "$1" | awk '$2 > 0 && $1 ~ /^\./ { printf "  %-10s %7d\n", $1, $2 }'
[ "$size" -le "$2" ] || { echo "size: over budget by $((size - $2)) octets"; exit 1; }
