#!/usr/bin/env bash
# The page that a recording becomes does what it promises in a real browser: figures, zooming, search, sorting, keyboard,
# themes, phones; names stay text, nothing is asked of a network, the console stays empty. Exits with 77 where Chromium can't be had.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/others/needs.sh

needs_tools "chromium nodejs npm" node npm
if [[ -z ${CHROMIUM:-} ]] && ! command -v google-chrome chromium-browser >/dev/null; then
    needs_tools chromium chromium
fi
. ci/html/needs.sh

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
page() { cargo run --quiet --package instrument-report --features html --example page -- "$@"; }
page --everything "$folder/everything.html" --texts "$folder/texts.json"
page --nothing "$folder/nothing.html"
page --changed "$folder/changed.html"
page --many 100000 "$folder/many.html"
timeout 300 node ci/html/check.mjs "$folder"/{everything.html,texts.json,nothing.html,many.html,changed.html}
