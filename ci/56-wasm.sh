#!/usr/bin/env bash
# Recordings can be read in a browser: the model compiles for WebAssembly, which has no threads, files or clocks.
# Exits with 77 where rustup can't get the target.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/others/needs.sh

target=wasm32-unknown-unknown
needs_target $target
# A target folder of its own, so that the next steps find theirs as they left it.
export CARGO_TARGET_DIR=target/others
export RUSTFLAGS="-D warnings"
cargo check --quiet --package instrument-model --target $target
cargo check --quiet --package instrument-model --all-features --target $target
