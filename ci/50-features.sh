#!/usr/bin/env bash
# Every combination of features compiles without warnings, and so does code that uses all of `instrument` with it.
set -euo pipefail
cd "$(dirname "$0")/.."

for timers in "" instrument/timers; do
    for memory in "" instrument/memory; do
        for probes in "" instrument/probes; do
            features="$timers $memory $probes"
            echo "features: ${features//  / }"
            # The workspace's lints warn, and so do rustc's: as errors, they can't be overlooked.
            cargo clippy --quiet --package instrument --lib --features "$features" -- -D warnings
            # Its lints deny warnings. Bins and examples, whose own dependencies don't turn anything on.
            cargo check --quiet --manifest-path off/Cargo.toml --bins --examples --features "$features"
        done
    done
done
for more in serde perf; do
    echo "features: instrument/$more"
    cargo clippy --quiet --package instrument --lib --features "instrument/$more" -- -D warnings
    cargo check --quiet --manifest-path off/Cargo.toml --bins --examples --features "instrument/$more,reads"
done
# With Redis besides.
cargo clippy --quiet --package instrument --lib --features probes-redis -- -D warnings
cargo clippy --quiet --package instrument-cli --no-default-features -- -D warnings
# The same as all three.
cargo check --quiet --manifest-path off/Cargo.toml --bins --examples --features instrument/enabled
# What's linked to a program that turns everything on. These are known to make users' comparisons and conversions
# ambiguous; `42-inferred.sh` finds others.
known='serde_json|bytes|bstr|smol_str|arcstr|uuid|url|chrono|time|humantime|nix|cel|num-bigint|rust_decimal|ordered-float'
for more in "" perf serde; do
    tree=$(cargo tree --quiet --package instrument --features "enabled $more" --edges normal,no-proc-macro --prefix none)
    if grep -E "^($known) " <<<"$tree"; then
        echo "instrument depends on a crate that breaks type inference in users' code; \`cargo tree --invert\` says how" >&2
        exit 1
    fi
done
