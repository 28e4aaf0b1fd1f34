#!/usr/bin/env bash
# What a user's code leaves to be inferred is inferred with the toolkit turned on as it is without; see inferred/.
set -euo pipefail
cd "$(dirname "$0")/../inferred"

cargo test --quiet --lib
for features in toolkit perf serde; do
    echo "features: $features"
    cargo check --quiet --lib --features "$features"
done
# A crate that is known to make such code ambiguous, or nothing of it would prove anything.
if cargo check --quiet --lib --features offender >/dev/null 2>&1; then
    echo "serde_json breaks no line of inferred/src/lib.rs: it should have such lines" >&2
    exit 1
fi
cargo test --quiet --test foreign
