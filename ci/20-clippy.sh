#!/usr/bin/env bash
# No lint complains, whichever features are on: each twin is compiled by itself, not only their union.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo clippy --workspace --all-targets -- -D warnings
cargo clippy --package instrument-model --package instrument-report --all-targets --all-features -- -D warnings
for features in "" timers memory probes; do
    cargo clippy --package instrument --lib --features "$features" -- -D warnings
done
cargo clippy --manifest-path off/Cargo.toml --all-targets -- -D warnings
