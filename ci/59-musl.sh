#!/usr/bin/env bash
# The runtime does in a static program with musl's C library what it does with glibc's: its tests run there, and some of the facade's.
# Exits with 77 where rustup can't get the target.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/others/needs.sh

target=x86_64-unknown-linux-musl
needs_target $target
# A target folder that other systems have together.
export CARGO_TARGET_DIR=target/others
cargo test --target $target --no-fail-fast --package instrument-core --lib --tests
cargo test --target $target --no-fail-fast "${facade[@]}"
