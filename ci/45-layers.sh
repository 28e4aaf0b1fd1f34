#!/usr/bin/env bash
# No lower floor names a higher one: within each crate, and from crate to crate, in the order of `ci/layers.txt`.
set -euo pipefail
cd "$(dirname "$0")/.."

# First whether the check finds what it should: a tree with a wrong arrow has to fail.
cargo test --quiet --package instrument-layers
cargo run --quiet --package instrument-layers -- .

# The program that looks into others doesn't link the probes, by whatever way. The runtime is in it for `instrument components`
# alone, which asks what measures components whether they can be had; nowhere else is it named.
tree=$(cargo tree --package instrument-cli --edges normal --prefix none)
if grep -E '^instrument-probe ' <<<"$tree"; then
    echo "instrument-cli depends on the probes; \`cargo tree --package instrument-cli --edges normal\` says how" >&2
    exit 1
fi
if git grep -n instrument_core -- instrument-cli/src ':!instrument-cli/src/commands/components.rs'; then
    echo "only \`components\` needs the runtime; a command that looks into programs goes by what's recorded or said" >&2
    exit 1
fi
