#!/usr/bin/env bash
# No two threads touch the same memory without order, according to ThreadSanitizer, in the tests that have many: trees that are
# read while others record, columns, epochs, contexts, tasks that move, probes that change beside calls, managers.
#
# `ci/tsan/run.sh` runs the others as well. Exits with 77 where there's no nightly toolchain that has the sanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/tsan/sanitized.sh

needs_tsan
tests=()
# Of the runtime, of probes, and of the facade.
for name in storage concurrency manager threads column_readers columns tasks executors; do
    tests+=(--test "$name")
done
packages=(--package instrument-core --package instrument-probe --package instrument-wire --package instrument)
sanitized_tests "${packages[@]}" --lib "${tests[@]}" -- "${tsan_skip[@]}"
