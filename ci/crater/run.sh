#!/usr/bin/env bash
# An attribute never changes a program: with each on every function of published crates, and with all of them stacked in
# several orders, their tests end as they do without, and the compiler and clippy say the same.
#
# `cargo run --package instrument-crater -- --all --batch 6 --table docs/crater.md` takes the whole list, for hours.
set -euo pipefail
cd "$(dirname "$0")/../.."

# First whether it finds what it should.
cargo test --quiet --package instrument-crater
cargo run --quiet --package instrument-crater -- --seconds 60
