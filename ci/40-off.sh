#!/usr/bin/env bash
# Off means gone: dependencies, assembly, size, examples, and the names of the twins; see off/tests.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --manifest-path off/Cargo.toml
