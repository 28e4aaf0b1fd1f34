#!/usr/bin/env bash
# WebAssembly, which has no threads, files or clocks: recordings can be read there, and annotated functions do what they do.
# A module of them runs in node, where that is. Exits with 77 where rustup can't get the target.
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

cargo build --quiet --package instrument-wasm --target $target
if ! command -v node >/dev/null; then
    echo "the module isn't run: there's no node"
    exit
fi
node ci/wasm/run.mjs $CARGO_TARGET_DIR/$target/debug/instrument_wasm.wasm
