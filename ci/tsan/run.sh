#!/usr/bin/env bash
# No two threads touch the same memory without order, according to ThreadSanitizer, in the tests of the runtime, the probes and
# the facade.
#
# By hand, since it takes long: `ci/72-tsan.sh` runs what's most about threads. `run.sh --package instrument-core` and the like
# narrow it down. Exits with 77 where there's no nightly toolchain that has it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. ci/tsan/sanitized.sh

needs_tsan
packages=("$@")
((${#packages[@]})) || packages=(--package instrument-core --package instrument-probe --package instrument)
sanitized_tests "${packages[@]}" --lib --tests -- "${tsan_skip[@]}"
