#!/usr/bin/env bash
# The documentation builds without warnings: public items with everything on, and what the runtime says to its readers.
set -euo pipefail
cd "$(dirname "$0")/.."

# A figure grows old where no command makes it anew: what something costs is said in words, or the bench is named beside it.
figures='^[^:]*:[0-9]+: *//[/!].*\b([Cc]osts?|[Tt]akes?|took|[Ss]ome|[Aa]bout|up to|[Tt]ens of|a few) ([0-9][0-9.,]* ?)?(ns|µs|nanoseconds|microseconds)\b'
if git grep -nE '//[/!]' -- '*/src/*.rs' 'src/*.rs' | grep -E "$figures" | grep -v 'cargo bench'; then
    echo "the lines above tell times that no bench makes: say what is done instead, or name the bench"
    exit 1
fi

export RUSTDOCFLAGS="-D warnings"
cargo doc --no-deps --package instrument --features enabled
cargo doc --no-deps --package instrument-macros --features timers,memory,probes
# These pages are for readers of the code, where a public item may well refer to a private one.
RUSTDOCFLAGS+=" -A rustdoc::private-intra-doc-links"
cargo doc --no-deps --package instrument-system --document-private-items
cargo doc --no-deps --package instrument-model --all-features --document-private-items
cargo doc --no-deps --package instrument-report --all-features --document-private-items
cargo doc --no-deps --package instrument-core --document-private-items
cargo doc --no-deps --package instrument-wire --document-private-items --features redis
cargo doc --no-deps --package instrument-probe --document-private-items
