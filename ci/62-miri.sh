#!/usr/bin/env bash
# What's unsafe in trees, statistics and cells breaks no rule of the language that Miri knows: atomics, references, what's left
# of pointers. Exits with 77 where there's no nightly toolchain, or none that has Miri.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! timeout 300 rustup component add miri rust-src --toolchain nightly >/dev/null 2>&1; then
    echo "skipped: no nightly toolchain with Miri"
    exit 77
fi
# The clock and the process's number are the real ones; memory that lives as long as the process is no leak here.
export MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-ignore-leaks"
# It can't read what a backtrace is made of.
export RUST_BACKTRACE=0
export CARGO_TARGET_DIR=target/miri
# Interpreted, a test takes a thousand times as long: those of the modules that are unsafe or shared, and none that draws cases.
# They do less under it (`cfg(miri)`), so that all of them together take a minute.
cargo +nightly miri test --package instrument-core --lib -- tree:: base:: threads::
cargo +nightly miri test --package instrument-model --lib -- histogram:: statistics:: scale::
