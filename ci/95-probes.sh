#!/usr/bin/env bash
# The example `probe_me` is looked into by the real program `instrument` from a second terminal: targets, a probe whose lines
# are followed until it expires, probes through a file and through a real redis-server that's stopped and started again,
# `top`, `dump`. Nonsense gets an error. Nothing listens unless asked, and nothing is left behind. Without a redis-server that
# part is skipped, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
children=()
finish() {
    for child in "${children[@]}"; do
        kill "$child" 2>/dev/null && wait "$child" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap finish EXIT

fail() {
    echo "$1" >&2
    exit 1
}

expect() {
    [[ $1 == *"$2"* ]] || fail "expected \`$2\` in \`$1\`"
}

# Tries a command until it succeeds, for some seconds.
until_it_does() {
    for _ in {1..200}; do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.05
    done
    fail "in vain: $*"
}

cargo build --quiet --package instrument-cli --bin instrument
cargo build --quiet --example probe_me
target=${CARGO_TARGET_DIR:-target}/debug
export XDG_RUNTIME_DIR=$folder
instrument() {
    timeout 30 "$target/instrument" "$@"
}

# Nothing listens by default: an example that doesn't call `serve()` makes no socket, and one that's told to does.
cargo build --quiet --example metrics_loop
"$target/examples/metrics_loop" --seconds 60 >/dev/null 2>&1 &
children+=($!)
sleep 0.3
[[ ! -e $folder/instrument ]] || fail "a program that wasn't asked serves"
kill "${children[0]}"
INSTRUMENT_SERVE=1 "$target/examples/metrics_loop" --seconds 60 >/dev/null 2>&1 &
children+=($!)
until_it_does instrument dump --program metrics_loop
kill "${children[1]}"
wait "${children[1]}" 2>/dev/null || true

"$target/examples/probe_me" >"$folder/out" 2>"$folder/err" &
program=$!
children+=("$program")
until_it_does instrument targets --pid $program
[[ $(stat -c %a "$folder/instrument" "$folder/instrument/$program.sock" | xargs) == "700 600" ]] || fail "open to others"
expect "$(instrument targets)" "probe_me::Shop::buy"

echo "\$ instrument probe add Shop::buy --value '[user_id, result]' --condition 'result > 10 && user_id == 42' --lifespan 0.05 --follow"
instrument probe add Shop::buy --value "[user_id, result]" --condition "result > 10 && user_id == 42" --lifespan 0.05 \
    --follow >"$folder/lines" 2>"$folder/said"
tail -n 3 "$folder/lines"
tail -n 1 "$folder/said"
(($(wc -l <"$folder/lines") > 5)) || fail "no lines: $(<"$folder/said")"
if grep --invert-match '^log: \[42, [1-9][0-9]\] (probe_me::Shop::buy return)$' "$folder/lines"; then
    fail "lines that nobody asked for"
fi
expect "$(<"$folder/said")" "has expired"
expect "$(instrument probe list)" "expired"

instrument probe add price --type histogram --value result
expect "$(instrument probe list)" "running"
instrument probe remove price
instrument top --once
instrument dump | tee "$folder/dump"
expect "$(<"$folder/dump")" "thread "

status=0
instrument probe add Shop::sell --value result 2>"$folder/said" || status=$?
[[ $status == 1 ]] || fail "an unknown target ends with $status"
expect "$(<"$folder/said")" "no target"

# What isn't a request gets a line; the one behind it is answered as if nothing had been.
answers=$(printf 'nonsense\n{"ask": "hello"}\n' | timeout 5 python3 -c '
import socket, sys
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
client.sendall(sys.stdin.buffer.read())
client.shutdown(socket.SHUT_WR)
print(b"".join(iter(lambda: client.recv(4096), b"")).decode(), end="")' "$folder/instrument/$program.sock" 2>&1) ||
    answers="skipped: no python3"
if [[ $answers != skipped* ]]; then
    expect "$answers" '"answer":"error"'
    expect "$answers" '"answer":"hello"'
fi

# A file of probes, as several processes share it.
instrument probe add Shop::buy --value result --store "$folder/probes.json" >/dev/null
expect "$(instrument probe list --store "$folder/probes.json")" "no process has applied it"
echo 'nonsense' >"$folder/probes.json"
instrument probe list --store "$folder/probes.json" 2>"$folder/said" && fail "nonsense was taken for probes"
expect "$(<"$folder/said")" "line 1, column"

kill "$program"
wait "$program" 2>/dev/null || true
instrument processes 2>"$folder/said"
expect "$(<"$folder/said")" "no process of yours serves"
[[ -z $(ls "$folder/instrument") ]] || fail "left behind: $(ls "$folder/instrument")"

# The tests do the same through each store, with the server of redis-server, or of what comes with redis-cli.
if command -v redis-server redis-check-rdb >/dev/null; then
    cargo test --quiet --package instrument-cli --test second_terminal -- redis
    cargo test --quiet --package instrument-wire --test stores -- redis
else
    echo "redis: skipped, there's no redis-server"
fi
