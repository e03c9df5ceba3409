#!/bin/sh
# size.sh AGENT BUDGET SYMBOLS: prints the size of the release binary AGENT and of its parts, and of the code for each way in which
# distributions keep their network files, from SYMBOLS, the same binary with its symbols. Fails beyond BUDGET octets.
set -eu
size=$(wc -c < "$1")
echo "nova-agent: $size octets of $2"
size -A "$1" | awk '$2 > 0 && $1 ~ /^\./ { printf "  %-10s %7d\n", $1, $2 }'
echo "network files, octets of code by module (what several share stands by itself; constants are not counted):"
nm --demangle --print-size --radix=d "$3" | awk '
    $3 ~ /^[tTwW]$/ && match($0, /nova_agent::network::config::[a-z]+::/) {
        name = substr($0, RSTART, RLENGTH)
        sub(/^nova_agent::network::config::/, "", name)
        sub(/::$/, "", name)
        if (!($1 in seen)) octets[name] += $2
        seen[$1] = 1
    }
    END { for (name in octets) printf "  %-10s %7d\n", name, octets[name] }' | sort -k2 -n -r
[ "$size" -le "$2" ] || { echo "size: over budget by $((size - $2)) octets"; exit 1; }
