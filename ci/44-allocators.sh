#!/usr/bin/env bash
# The counting allocator counts around jemalloc and mimalloc as around the system's; see beneath/.
# Exits with 77 where there's no C compiler or no make, which these two are built with.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/others/needs.sh
needs_tools "gcc make" cc make

cd beneath
cargo test --quiet
