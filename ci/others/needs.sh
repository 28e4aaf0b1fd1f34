# What scripts need that try the toolkit on other systems, or under a sanitizer. Sourced; who can't get it is skipped with 77, and told what to install.
# shellcheck shell=bash

# The standard library for a target.
needs_target() {
    if ! timeout 120 rustup target add "$1" >/dev/null 2>&1; then
        echo "skipped: rustup can't add $1"
        exit 77
    fi
}

# A nightly toolchain with a sanitizer for a target: `needs_sanitizer AddressSanitizer asan TARGET`.
needs_sanitizer() {
    local libraries
    if ! libraries=$(rustc +nightly --print target-libdir --target "$3" 2>/dev/null); then
        echo "skipped: no nightly toolchain"
        exit 77
    fi
    if ! compgen -G "$libraries/librustc*rt.$2.a" >/dev/null; then
        echo "skipped: the nightly toolchain has no $1 for $3"
        exit 77
    fi
}

# The first program that isn't there, or nothing.
missing() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "$tool" && return; }
    done
}

# Programs, installed from these packages where that's possible: `needs_tools "package package" tool tool`.
needs_tools() {
    local packages absent
    read -ra packages <<<"$1"
    shift
    if [[ -n $(missing "$@") && $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages[@]}") \
            >/dev/null 2>&1 || true
    fi
    absent=$(missing "$@")
    if [[ -n $absent ]]; then
        echo "skipped: no $absent; install ${packages[*]}"
        exit 77
    fi
}

# Those of the facade's tests that say most of another system, and take least: spans and async calls by a scripted clock,
# and what's printed when a process ends.
# shellcheck disable=SC2034
facade=(--package instrument --test scripted_clock --test tasks --test processes)
