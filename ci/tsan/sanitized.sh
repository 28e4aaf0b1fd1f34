# What ThreadSanitizer needs, and a run of tests under it. Sourced; who can't get it is skipped with 77, and told why.
# shellcheck shell=bash
. ci/others/needs.sh

tsan_target=x86_64-unknown-linux-gnu
# What the sanitizer keeps for each page is resident, too.
tsan_skip=(--skip become_resident --skip and_no_memory --skip touched_pages)
tsan_skip+=(--skip levels_may_be_negative_in_the_call_graph --skip each_call_is_one_line_with_label_resident_bytes)
# Sanitized frames are larger.
tsan_skip+=(--skip frames_of_polls_stay_small)
# It keeps signals back until the thread's next call of what it intercepts, which a sleep isn't.
tsan_skip+=(--skip after_a_fork_a_daemon_gets_intervals_signals_and_its_socket_back)
tsan_skip+=(--skip a_recording_is_there_however_the_process_ends)
# The same: all of the program `signals`.
for name in a_program_without_handlers a_handler_that_raises a_program_whose_handlers an_exit_amid a_handler_that_is_called_once \
    the_environment_asks_for_it a_signal_asks_for_a_report what_the_parent_ignores two_signals_at_once a_second_signal_ends \
    a_forked_child_that_nobody_watches; do
    tsan_skip+=(--skip "$name")
done
# It has room for 65,536 open calls of a thread.
tsan_skip+=(--skip recursion_a_million_deep)
# Its own memory of a thread is gone in the last round of a thread's destructors, where instrumented code ends in it.
tsan_skip+=(--skip what_runs_at_a_threads_very_end_is_recorded)
# Sanitized, it takes more than the two seconds that an answer has to read as many bytes as it may have.
tsan_skip+=(--skip what_an_answer_says_of_its_size_reserves_nothing)
# A program with raised rights takes no options from its environment: the sanitizer's neither.
tsan_skip+=(--skip a_program_with_raised_rights)
# The examples are built by a cargo of the test's own, which would sanitize attributes, too.
tsan_skip+=(--skip the_example_census_reports_once --skip the_example_server_reports_once)

# A nightly toolchain that has the sanitizer, and the standard library's sources: parts of it that aren't compiled for
# that would hide what they put in order.
needs_tsan() {
    needs_sanitizer ThreadSanitizer tsan $tsan_target
    if [[ ! -f $(rustc +nightly --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock ]] &&
        ! timeout 300 rustup component add rust-src --toolchain nightly >/dev/null 2>&1; then
        echo "skipped: the nightly toolchain has no sources of the standard library"
        exit 77
    fi
}

# `cargo test` with these arguments. Fails for a failed test, and for whatever the sanitizer has seen in any process:
# many are children of tests, whose stderr nobody shows.
sanitized_tests() {
    local reports=$PWD/target/tsan/reports status=0
    rm -rf "$reports"
    mkdir -p "$reports"
    # A forked child has other threads than the sanitizer thinks; and it would sleep for a second at each process's end.
    local options="die_after_fork=0 atexit_sleep_ms=0 halt_on_error=0 exitcode=66"
    options+=" log_path='$reports/report' suppressions='$PWD/ci/tsan/suppressions.txt'"
    TSAN_OPTIONS=$options \
        CARGO_TARGET_DIR=target/tsan RUSTFLAGS="-Zsanitizer=thread" \
        INSTRUMENT_TEST_CALLS=200000 RUST_BACKTRACE=0 \
        cargo +nightly test -Zbuild-std --target $tsan_target --no-fail-fast "$@" || status=$?
    if compgen -G "$reports/report.*" >/dev/null; then
        cat "$reports"/report.*
        echo "ThreadSanitizer has reports of $(compgen -G "$reports/report.*" | wc -l) processes, see above"
        return 1
    fi
    return "$status"
}
