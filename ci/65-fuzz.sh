#!/usr/bin/env bash
# Whatever file is loaded, it's a snapshot or an error: no panic, no overflowing stack, no memory beyond bounds.
# `FUZZ_SECONDS=3600 ci/65-fuzz.sh` looks for longer. Exits with 77 where cargo-fuzz can't be had.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-60}
export PATH="$PWD/target/tools/bin:$PATH"
if ! cargo fuzz --version >/dev/null 2>&1; then
    if ! timeout 600 cargo install --quiet --locked --root target/tools cargo-fuzz; then
        echo "skipped: no cargo-fuzz, and it can't be installed"
        exit 77
    fi
fi
if ! command -v c++ >/dev/null; then
    echo "skipped: no C++ compiler, which libFuzzer takes"
    exit 77
fi

# With AddressSanitizer where a nightly toolchain has it. Without, panics and memory are still watched; there's no unsafe
# code in what's fuzzed.
host=$(rustc -vV | sed -n 's/^host: //p')
toolchain=()
sanitizer=none
if libraries=$(rustc +nightly --print target-libdir 2>/dev/null) &&
    compgen -G "$libraries/librustc*rt.asan.a" >/dev/null; then
    toolchain=(+nightly)
    sanitizer=address
fi
echo "sanitizer: $sanitizer"

# The documented example is what it begins with.
seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
sed -n '/^```json$/,/^```$/{/^```/!p}' docs/format.md >"$seeds/example.json"
[[ -s $seeds/example.json ]]

mkdir -p fuzz/corpus/load
CARGO_TARGET_DIR=target/fuzz cargo "${toolchain[@]}" fuzz run load --target "$host" --sanitizer "$sanitizer" \
    fuzz/corpus/load "$seeds" -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 -max_len=65536 \
    -dict=fuzz/load.dict -verbosity=0 -print_final_stats=1
