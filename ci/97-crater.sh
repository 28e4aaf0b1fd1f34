#!/usr/bin/env bash
# An attribute never changes a program: with ours on every function of fifteen published crates, their tests end as they do
# without, and the compiler and clippy say the same. Exits with 77 where the registry can't be reached.
#
# Which crate has which attributes turns: in round r (of two), crate number c of those marked in `ci/crater/crates.toml` has
# stack number c + 3 r of timer, all five, perf_timer, all reversed, print_mem, all mixed, checkpoints, all above others,
# probe, timer on whole blocks. So each crate has two of them, and each of them two or three crates; `--rounds 3` takes three. Clippy looks at the
# first round, and at all crates with all five attributes while `instrument` is off.
#
# `cargo run --package instrument-crater` takes all stacks for each of them, and `-- --all --batch 6 --table docs/crater.md`
# the whole list, for hours.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo run --quiet --package instrument-crater -- --rounds 2 --seconds 60
