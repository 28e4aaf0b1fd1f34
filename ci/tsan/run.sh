#!/usr/bin/env bash
# No two threads touch the same memory without order, according to ThreadSanitizer, in the tests of the runtime, the probes and
# the facade.
#
# By hand, since it takes long: the standard library is compiled for it, too. `run.sh --package instrument-core` and the like narrow
# it down. Exits with 77 where there's no nightly toolchain that has it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. ci/others/needs.sh

target=x86_64-unknown-linux-gnu
needs_sanitizer ThreadSanitizer tsan $target
if [[ ! -d $(rustc +nightly --print sysroot)/lib/rustlib/src/rust/library ]] &&
    ! timeout 300 rustup component add rust-src --toolchain nightly >/dev/null 2>&1; then
    echo "skipped: the nightly toolchain has no sources of the standard library"
    exit 77
fi

export CARGO_TARGET_DIR=target/tsan
export RUSTFLAGS="-Zsanitizer=thread"
# A forked child has other threads than the sanitizer thinks.
export TSAN_OPTIONS="die_after_fork=0 halt_on_error=0 exitcode=66"
# A sanitized call takes ten times as long.
export INSTRUMENT_TEST_CALLS=200000
skip=(--skip become_resident --skip and_no_memory --skip touched_pages --skip a_forked_child_measures_itself)
skip+=(--skip a_program_with_raised_rights)
# The examples are built by a cargo of the test's own, which would sanitize attributes, too.
skip+=(--skip the_example_census_reports_once --skip the_example_server_reports_once)
packages=("$@")
((${#packages[@]})) || packages=(--package instrument-core --package instrument-probe --package instrument)
cargo +nightly test -Zbuild-std --target $target --no-fail-fast "${packages[@]}" --lib --tests -- "${skip[@]}"
