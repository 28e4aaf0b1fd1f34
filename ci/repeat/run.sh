#!/usr/bin/env bash
# Runs each test program of the workspace again and again on a busy machine, and lists those that failed: by hand, for hours.
#
#   ci/repeat/run.sh [--rounds 200] [--load 4] [--jobs 1] [--limit 600] [--package PACKAGE]… [NAME…]
#
# NAME is a part of a test program's file name, such as `storage` or `second_terminal`; without one it's all of them, of all
# packages, or of those named.
# So many loops run beside as `--load` says, and so many test programs at a time as `--jobs` says; a round that takes longer than `--limit` seconds has failed. What failed
# prints goes to target/repeat. Ends with 1 if any did.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=200 load=4 jobs=1 limit=600 names=() packages=()
while (($#)); do
    case $1 in
        --rounds | --load | --jobs | --limit)
            if ! [[ ${2:-} =~ ^[0-9]+$ ]]; then
                echo "$1: a number is expected after it, such as \`$1 10\`" >&2
                exit 2
            fi
            declare "${1#--}=$2"
            shift
            ;;
        --package)
            packages+=(--package "${2:?--package: a name is expected after it}")
            shift
            ;;
        -*)
            echo "$1: there's no such option; there are --rounds, --load, --jobs, --limit and --package" >&2
            exit 2
            ;;
        *) names+=("$1") ;;
    esac
    shift
done

# The program and the folder that its tests expect to run in.
((${#packages[@]})) || packages=(--workspace)
programs=$(cargo test "${packages[@]}" --lib --bins --tests --no-run --message-format=json |
    sed -nE 's/.*"manifest_path":"([^"]*)\/Cargo.toml".*"executable":"([^"]*)".*/\1 \2/p')
# Tests of attributes load the compiler's own library, which cargo lets them find.
LD_LIBRARY_PATH=$(rustc --print target-libdir)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
output=$PWD/target/repeat
mkdir -p "$output"

# Only what was started here is ended here.
loops=()
trap '((${#loops[@]})) && kill "${loops[@]}" 2>/dev/null; true' EXIT
for ((i = 0; i < load; i++)); do
    while :; do :; done &
    loops+=($!)
done

# Runs one program as often as it's wanted.
repeat() {
    local folder=$1 program=$2 failed=0 round name log
    name=$(basename "$program")
    rm -f "$output/$name".*
    for ((round = 1; round <= rounds; round++)); do
        log=$output/$name.$round
        # What cargo tells a test of its place.
        if (cd "$folder" && CARGO_MANIFEST_DIR=$folder timeout "$limit" "$program" </dev/null >"$log" 2>&1); then
            rm "$log"
        else
            failed=$((failed + 1))
        fi
    done
    if ((failed == 0)); then
        echo "$name: all $rounds passed"
        return
    fi
    echo "$name: $failed of $rounds failed, see $output/$name.*"
    # Which tests, and how often.
    { grep -haE '^test .* FAILED$' "$output/$name".* || true; } | sort | uniq -c
    return 1
}
export -f repeat
export output rounds limit

while read -r folder program; do
    wanted=$((${#names[@]} == 0))
    for part in "${names[@]}"; do [[ $(basename "$program") == *"$part"* ]] && wanted=1; done
    if ((wanted)); then printf '%s\0%s\0' "$folder" "$program"; fi
done <<<"$programs" | xargs -0 -r -n 2 -P "$jobs" bash -c 'repeat "$@"' repeat || exit 1
