#!/bin/bash
# fuzz.sh SECONDS: runs every target of fuzz/ that long on its seeds and on what earlier runs found (in target/fuzz/corpus).
# Prints executions per target. An input that breaks something is kept in target/fuzz/artifacts, and the exit status is 1.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?usage: fuzz.sh SECONDS}
work=$PWD/target/fuzz

rustup toolchain list 2>/dev/null | grep -q '^nightly' || { echo "fuzz: no nightly toolchain; needed: rustup toolchain install nightly"; exit 1; }
command -v c++ > /dev/null || { echo "fuzz: no C++ compiler for libFuzzer; needed: apt-get install g++"; exit 1; }
cargo fuzz --version > /dev/null 2>&1 || cargo install --quiet --locked cargo-fuzz

mkdir -p "$work"
cargo +nightly fuzz build --target-dir "$work" > "$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }

host=$(rustc +nightly -vV | sed -n 's/^host: //p')
failed=0
for seeds in fuzz/seeds/*/; do
    name=$(basename "$seeds")
    mkdir -p "$work/corpus/$name" "$work/artifacts/$name"
    # New inputs go to the first directory; 16 KiB is more than any message holds.
    if "$work/$host/release/$name" -max_total_time="$seconds" -max_len=16384 -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$work/artifacts/$name/" "$work/corpus/$name" "$seeds" > "$work/$name.log" 2>&1; then
        awk -v name="$name" '/stat::number_of_executed_units/ { printf "  %-16s %12d executions\n", name, $2 }' "$work/$name.log"
    else
        failed=1
        printf '  %-16s FAILED, see %s\n' "$name" "$work/$name.log"
        grep -E "panicked|assertion|ERROR|Test unit written" "$work/$name.log" | head -5
    fi
done
exit $failed
