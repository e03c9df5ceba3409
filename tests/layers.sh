#!/bin/sh
# layers.sh: dependencies point one way (docs/ARCHITECTURE.md). Fails with the lines that break it.
set -eu
cd "$(dirname "$0")/../src"
broken=0
# forbid WHAT FILES...: no line outside tests in FILES may match WHAT.
forbid() {
    what=$1
    shift
    for file in "$@"; do
        case $file in *_tests.rs) continue ;; esac
        lines=$(awk '/^#\[cfg\(test\)\]/ { exit } { print FILENAME ":" FNR ": " $0 }' "$file" | grep -E "$what" || true)
        [ -z "$lines" ] || { echo "$lines"; broken=1; }
    done
}
pure="account crypto network xenstore cli.rs error.rs json.rs limits.rs log.rs packed.rs ports.rs reply.rs request.rs state.rs text.rs what.rs base64.rs"
# shellcheck disable=SC2086 # a list of words
forbid 'crate::(sys|run)\b' $(find $pure -name '*.rs')
forbid 'crate::(sys|run)\b' commands/*.rs
# shellcheck disable=SC2046
forbid 'crate::commands\b' $(find network account crypto xenstore sys -name '*.rs')
# shellcheck disable=SC2046
forbid 'crate::run\b' $(find sys -name '*.rs')
# shellcheck disable=SC2046
forbid 'target_os' $(find . -name '*.rs' -not -path './sys/mod.rs')
# shellcheck disable=SC2046
forbid '\bunsafe\b' $(find . -name '*.rs' -not -path './sys/*' -not -name rt.rs)
# shellcheck disable=SC2046
forbid 'libc::[a-z_0-9]+\(' $(find . -name '*.rs' -not -path './sys/posix/guest.rs' -not -name '*_tests.rs')
[ $broken = 0 ] || { echo "layers: the lines above look the wrong way"; exit 1; }
