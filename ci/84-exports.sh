#!/usr/bin/env bash
# What `instrument show` writes for other programs is read by their own readers: Graphviz, Go's pprof, speedscope's published
# schema, an XML parser; and the figures are those of the recording. Of a real run, and of one with names that formats could
# break at. Exits with 77 where the readers can't be had.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/others/needs.sh

needs_tools graphviz dot
needs_tools "nodejs npm" npm
needs_tools "python3 python3-venv" python3
tools=target/tools/exports
mkdir -p "$tools"
if [[ ! -x $tools/venv/bin/python ]] &&
    ! { python3 -m venv "$tools/venv" && timeout 120 "$tools/venv/bin/pip" install --quiet jsonschema==4.26.0; } >/dev/null 2>&1; then
    rm -rf "$tools/venv"
    echo "skipped: pip can't install jsonschema"
    exit 77
fi
schema=$tools/node_modules/speedscope/dist/release/file-format-schema.json
if [[ ! -f $schema ]]; then
    [[ -f $tools/package.json ]] || echo '{"private":true}' >"$tools/package.json"
    if ! timeout 120 npm install --prefix "$tools" --no-audit --no-fund --silent --ignore-scripts speedscope@1.25.0 >/dev/null 2>&1; then
        echo "skipped: npm can't install speedscope, whose schema it is"
        exit 77
    fi
fi
go=()
if (needs_tools golang-go go) >/dev/null; then go=(go); else echo "not checked: pprof, since Go can't be had"; fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo build --quiet --package instrument-cli
instrument=${CARGO_TARGET_DIR:-target}/debug/instrument
INSTRUMENT_SAVE=$folder/census.json INSTRUMENT_COMPONENTS=thread_cpu \
    cargo run --quiet --example census --features enabled -- instrument-model >/dev/null 2>&1
for run in "$folder/census.json" ci/exports/names.json; do
    echo "$run"
    for format in json folded svg speedscope chrome firefox dot pprof; do
        "$instrument" show "$run" --format $format -o "$folder/$format"
    done
    "$tools/venv/bin/python" ci/exports/check.py "$folder" "$schema" "${go[@]}"
done
