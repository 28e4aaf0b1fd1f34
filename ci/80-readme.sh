#!/usr/bin/env bash
# The README's first command shows a table with rows in it, and so does each example, on this repository.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "$1" >&2
    exit 1
}

# The first command in the README, as a reader would copy it.
command=$(grep --max-count=1 --only-matching 'cargo run [^`]*' README.md) || fail "the README has no \`cargo run\` command"
command=${command%%#*}
[[ $command == *"--example census"* ]] || fail "the README's first command is \`$command\`, not the census"

output=$(mktemp)
trap 'rm -f "$output"' EXIT

# Runs a command, and fails unless it succeeds.
run() {
    echo "\$ $*"
    timeout 300 "$@" >"$output" 2>&1 </dev/null || {
        cat "$output" >&2
        fail "failed with $?: $*"
    }
}

# Fails unless the last command's output has that many lines with a figure and a unit of time.
rows() {
    local rows
    rows=$(grep --count --extended-regexp '[0-9] ?(ns|µs|us|ms|s)\b' "$output" || true)
    if ((rows < $1)); then
        cat "$output" >&2
        fail "expected a table of at least $1 rows, found $rows"
    fi
}

read -ra words <<<"$command"
run "${words[@]}"
rows 5

for example in examples/*; do
    name=$(basename "$example" .rs)
    [[ -f $example && $example == *.rs || -f $example/main.rs ]] || continue
    case $name in
        # It waits for clients: `90-servers.sh` has them.
        kv_server) continue ;;
        census) run cargo run --quiet --release --example census -- --every 2 ;;
        # `95-probes.sh` looks into it.
        probe_me) run cargo run --quiet --release --example probe_me -- --seconds 1 ;;
        metrics_loop) run cargo run --quiet --release --example metrics_loop -- --seconds 3 ;;
        *) run cargo run --quiet --release --example "$name" ;;
    esac
    case $name in
        # Its lines are of bytes.
        memory) grep --quiet --extended-regexp '[0-9] (KiB|MiB|GiB)' "$output" || fail "no memory lines" ;;
        probe_me) grep --quiet '^sold [1-9][0-9]* apples$' "$output" || fail "nothing was sold" ;;
        checkpoints) rows 25 ;;
        remote_annotate)
            grep --quiet --extended-regexp '^    server: annotate the batch +[0-9]' "$output" || fail "no server's part"
            grep --quiet --extended-regexp '^    transport +[0-9]' "$output" || fail "no transport"
            run cargo run --quiet --release --example remote_annotate -- --kill-server
            grep --quiet "^    the server's part is missing" "$output" || fail "nothing on the killed server"
            rows 5
            ;;
        *) rows 1 ;;
    esac
done
