#!/usr/bin/env bash
# No lower floor names a higher one: within each crate, and from crate to crate, in the order of `ci/layers.txt`.
set -euo pipefail
cd "$(dirname "$0")/.."

# First whether the check finds what it should: a tree with a wrong arrow has to fail.
cargo test --quiet --package instrument-layers
cargo run --quiet --package instrument-layers -- .

# The program that looks into others links neither the runtime nor the probes, by whatever way.
tree=$(cargo tree --package instrument-cli --edges normal --prefix none)
if grep -E '^instrument-(core|probe) ' <<<"$tree"; then
    echo "instrument-cli depends on the runtime; \`cargo tree --package instrument-cli --edges normal\` says how" >&2
    exit 1
fi
