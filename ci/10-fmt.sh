#!/usr/bin/env bash
# Everything is formatted by rustfmt, the packages outside the workspace included.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
cargo fmt --manifest-path off/Cargo.toml --check
cargo fmt --manifest-path fuzz/Cargo.toml --check
