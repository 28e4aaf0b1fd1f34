#!/usr/bin/env bash
# The models of publishing, reading, resetting, leaving threads and held calls hold in every interleaving with up to three preemptions.
set -euo pipefail
cd "$(dirname "$0")/.."

# A target folder of its own: another `--cfg` would rebuild everything, twice.
export CARGO_TARGET_DIR=target/loom
export RUSTFLAGS="--cfg loom"
# All interleavings with up to three preemptions: bugs need few, and without a bound a model takes hours.
export LOOM_MAX_PREEMPTIONS=3
for package in instrument-core instrument-probe; do
    # A model that's no longer found mustn't pass for one that holds.
    models=$(cargo test --package $package --release --lib model -- --list | grep -c ': test$' || true)
    if ((models == 0)); then
        echo "no loom models found in $package" >&2
        exit 1
    fi
    cargo test --package $package --release --lib model
done
