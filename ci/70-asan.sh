#!/usr/bin/env bash
# The tests of the runtime and the facade touch no memory that isn't theirs, according to AddressSanitizer.
# Exits with 77 where there's no nightly toolchain that has it.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/others/needs.sh

target=x86_64-unknown-linux-gnu
needs_sanitizer AddressSanitizer asan $target

export CARGO_TARGET_DIR=target/asan
export RUSTFLAGS="-Zsanitizer=address"
# Memory that lives as long as the process is no leak here: trees of finished threads, interned names.
export ASAN_OPTIONS="detect_leaks=0"
# What the sanitizer keeps for each page is resident too, so tests of resident memory would see its figures.
skip=(--skip become_resident --skip and_no_memory --skip touched_pages --skip a_forked_child_measures_itself)
# A program with raised rights takes no options from its environment: the sanitizer's neither.
skip+=(--skip a_program_with_raised_rights)
# The examples are built by a cargo of the test's own, which would sanitize attributes, too.
skip+=(--skip the_example_census_reports_once --skip the_example_server_reports_once)
# A sanitized call takes ten times as long, and each of them looks at the same code.
export INSTRUMENT_TEST_CALLS=200000
# With a target given, build scripts and attributes aren't sanitized.
cargo +nightly test --target $target --no-fail-fast --package instrument-core --lib --tests -- "${skip[@]}"
cargo +nightly test --target $target --no-fail-fast --package instrument --lib --tests -- "${skip[@]}"
cargo +nightly test --target $target --no-fail-fast --package instrument-probe --package instrument-wire --lib --tests
