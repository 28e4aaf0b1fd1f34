#!/usr/bin/env bash
# Whatever file is loaded, it's a snapshot or an error; whatever is said on the socket, is in a store, or is written as an
# expression, is what it should be or an error of one line: no panic, no overflowing stack, no memory beyond bounds.
# `FUZZ_SECONDS=3600 ci/65-fuzz.sh` looks for longer, `ci/65-fuzz.sh specs` at one of them. Exits with 77 where cargo-fuzz can't
# be had.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-40}
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

# What each begins with: the documented example of a recording, and a line each of what tests have tried.
# In memory, where that's to be had.
seeds=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
ends() {
    local running
    running=$(jobs -p)
    # shellcheck disable=SC2086
    [[ -z $running ]] || kill $running 2>/dev/null || true
    rm -rf "$seeds"
}
trap ends EXIT
mkdir "$seeds/load"
sed -n '/^```json$/,/^```$/{/^```/!p}' docs/format.md >"$seeds/load/example.json"
[[ -s $seeds/load/example.json ]]
for lines in fuzz/seeds/*.txt; do
    name=$(basename "$lines" .txt)
    mkdir "$seeds/$name"
    split --lines=1 "$lines" "$seeds/$name/"
done

targets=("$@")
((${#targets[@]})) || targets=(load requests specs expressions)
export CARGO_TARGET_DIR=target/fuzz
fuzz() {
    local command=$1
    shift
    cargo "${toolchain[@]}" fuzz "$command" --target "$host" --sanitizer "$sanitizer" "$@"
}
for target in "${targets[@]}"; do
    fuzz build "$target"
done

# Two at a time: the first one as long as the others take in turn.
look() {
    local target=$1 seconds=$2 dictionary=fuzz/$1.dict log=$seeds/$1.log
    [[ $target != requests ]] || dictionary=fuzz/specs.dict
    mkdir -p "fuzz/corpus/$target"
    # What probes say of an expression that fails is no news here.
    if ! TMPDIR="$seeds" INSTRUMENT_OUTPUT="$seeds/$target.out" fuzz run "$target" "fuzz/corpus/$target" "$seeds/$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 -max_len="${lengths[$target]}" \
        -dict="$dictionary" -verbosity=0 -print_final_stats=1 >"$log" 2>&1; then
        echo "$target:"
        tail -n 60 "$log"
        return 1
    fi
    echo "$target: $(grep -o 'number_of_executed_units: .*' "$log") in $seconds s"
}
declare -A lengths=([load]=65536 [requests]=8192 [specs]=8192 [expressions]=1024)
first=()
if [[ ${targets[0]} == load ]]; then
    look load "$seconds" &
    first=($!)
    targets=("${targets[@]:1}")
fi
failed=0
for target in "${targets[@]}"; do
    look "$target" $((seconds / 3)) || failed=1
done
for pid in "${first[@]}"; do
    wait "$pid" || failed=1
done
exit $failed
