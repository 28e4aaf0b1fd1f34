#!/usr/bin/env bash
# The documentation builds without warnings: public items with everything on, and what the runtime says to its readers.
set -euo pipefail
cd "$(dirname "$0")/.."

export RUSTDOCFLAGS="-D warnings"
cargo doc --no-deps --package instrument --features enabled
cargo doc --no-deps --package instrument-macros --features timers,memory,probes
# These pages are for readers of the code, where a public item may well refer to a private one.
RUSTDOCFLAGS+=" -A rustdoc::private-intra-doc-links"
cargo doc --no-deps --package instrument-model --all-features --document-private-items
cargo doc --no-deps --package instrument-report --all-features --document-private-items
cargo doc --no-deps --package instrument-core --document-private-items
cargo doc --no-deps --package instrument-wire --document-private-items --features redis
cargo doc --no-deps --package instrument-probe --document-private-items
