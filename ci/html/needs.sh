# What drives the browser, put where nothing else is. Sourced; where it can't be had, it's skipped with 77.
# shellcheck shell=bash

tools=target/tools/html
mkdir -p "$tools"
[[ -f $tools/package.json ]] || echo '{"private":true}' >"$tools/package.json"
if [[ ! -d $tools/node_modules/playwright-core ]]; then
    # The browser is the system's.
    if ! PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 timeout 120 npm install --prefix "$tools" --no-audit --no-fund --silent \
        playwright-core@1.65.1 >/dev/null 2>&1; then
        echo "skipped: npm can't install playwright-core"
        exit 77
    fi
fi
