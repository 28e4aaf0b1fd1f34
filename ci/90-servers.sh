#!/usr/bin/env bash
# The example `kv_server` answers the real redis-cli and redis-benchmark, with timers on and off alike; nonsense gets an error
# and ends its own connection alone; and the final table counts exactly what the clients sent. Prints the throughput with
# timers on and off, in pairs; steadier with REQUESTS=1000000 for each. Exits with 77 where there's no redis-tools, and no way
# to install it.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v redis-cli >/dev/null || ! command -v redis-benchmark >/dev/null; then
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "skipped: no redis-tools, and installing them takes root and apt-get"
        exit 77
    fi
    if ! (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends redis-tools) \
        >/dev/null 2>&1; then
        echo "skipped: no redis-tools, and apt-get failed to install them"
        exit 77
    fi
fi

folder=$(mktemp -d)
servers=()
finish() {
    for server in "${servers[@]}"; do
        kill "$server" 2>/dev/null && wait "$server" || true
    done
    rm -rf "$folder"
}
trap finish EXIT

fail() {
    echo "$1" >&2
    exit 1
}

expect() {
    [[ $1 == "$2" ]] || fail "expected \`$2\`, got \`$1\`"
}

# Both from one package, so that nothing but the timers differs: its profile isn't the workspace's.
build() {
    cargo build --quiet --release --manifest-path off/Cargo.toml --example kv_server "${@:2}"
    cp "${CARGO_TARGET_DIR:-off/target}/release/examples/kv_server" "$folder/$1"
}
build on --features instrument/enabled
build off

# Starts a server; its port is then in ${ports[name]}, its process in ${processes[name]}.
declare -A ports processes
start() {
    # The shell may come to look before the server's own has made it.
    : >"$folder/$1.out"
    "$folder/$1" --port 0 --every 2 >"$folder/$1.out" 2>"$folder/$1.err" &
    processes[$1]=$!
    servers+=($!)
    local port=""
    for _ in {1..100}; do
        port=$(sed -n 's/^listening on 127\.0\.0\.1://p' "$folder/$1.out")
        [[ -z $port ]] || break
        sleep 0.05
    done
    [[ -n $port ]] || fail "the server \`$1\` didn't start: $(<"$folder/$1.err")"
    ports[$1]=$port
}

# Asks the server `$name` by redis-cli.
ask() {
    timeout 5 redis-cli -p "${ports[$name]}" "$@"
}

# Notes what the server `$name` is to count: a command that it knows, or `closed` for nonsense, and how many of them.
note() {
    echo "$1 $2" >>"$folder/$name.sent"
}

# As `ask`, and notes it.
call() {
    note "${1,,}" 1
    ask "$@"
}

# What the server `$name` answers to bytes, without carriage returns, if it then closes the connection.
nonsense() {
    note closed 1
    exec 3<>"/dev/tcp/127.0.0.1/${ports[$name]}"
    cat "$1" >&3 2>/dev/null || true
    timeout 5 cat <&3 | tr -d '\r' || echo "and the connection stayed open"
    exec 3>&-
}

refused() {
    printf '%b' "$1" >"$folder/nonsense"
    expect "$(nonsense "$folder/nonsense")" "-ERR Protocol error: $2"
    goes_on
}

# The connection at descriptor 4 isn't concerned by what others do.
goes_on() {
    local answer
    printf 'PING\r\n' >&4
    read -r -t 5 answer <&4 || fail "another connection got no answer"
    expect "${answer%$'\r'}" "+PONG"
}

check_replies() {
    expect "$(call PING)" "PONG"
    expect "$(call ping 'hello there')" "hello there"
    expect "$(call SET greeting 'hello world')" "OK"
    expect "$(call Get greeting)" "hello world"
    expect "$(call GET nothing)" ""
    expect "$(call INCR hits) $(call INCR hits)" "1 2"
    expect "$(call INCR greeting)" "ERR value is not an integer or out of range"
    expect "$(call SET most 9223372036854775807)" "OK"
    expect "$(call INCR most)" "ERR increment or decrement would overflow"
    expect "$(call GET most)" "9223372036854775807"
    expect "$(call DEL greeting hits most nothing)" "3"
    # These get no further than to be told from others.
    expect "$(ask GET)" "ERR wrong number of arguments for 'get' command"
    expect "$(ask $'FLY\r\n')" "ERR unknown command 'FLY\\r\\n'"
    expect "$(ask CONFIG GET appendonly)" $'appendonly\nno'

    local i pipelined=1000
    for ((i = 0; i < pipelined; i++)); do
        printf '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n0\r\n*2\r\n$4\r\nINCR\r\n$1\r\na\r\n'
    done >"$folder/pipelined"
    note set $pipelined
    note incr $pipelined
    expect "$(timeout 10 redis-cli -p "${ports[$name]}" --pipe <"$folder/pipelined" | tail -n 1)" \
        "errors: 0, replies: $((2 * pipelined))"

    # Typed lines and arrays in one write; a request in two, and a reply that's much larger than its request.
    exec 3<>"/dev/tcp/127.0.0.1/${ports[$name]}"
    note get 2
    printf 'PING\r\n\r\nget a\n*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\n' >&3
    sleep 0.1
    printf 'a\r\n' >&3
    local lines=() line
    for _ in {1..6}; do
        read -r -t 5 line <&3 || fail "only ${#lines[@]} lines: ${lines[*]}"
        lines+=("${line%$'\r'}")
    done
    exec 3>&-
    expect "${lines[*]}" '+PONG $1 1 +PONG $1 1'

    local large
    large=$(head -c 100000 /dev/zero | tr '\0' x)
    expect "$(printf %s "$large" | call -x SET large)" "OK"
    note set 1
    note get 20
    for ((i = 0; i < 20; i++)); do echo "GET large"; done >"$folder/gets"
    expect "$(ask <"$folder/gets" | grep --count --line-regexp "$large")" 20
    expect "$(call DEL large a)" 2
}

check_nonsense() {
    exec 4<>"/dev/tcp/127.0.0.1/${ports[$name]}"
    goes_on
    refused '*1\r\n$3\r\nPING\r\n' "expected the end of a line after a bulk string"
    refused '*1\r\n$99999999\r\n' "invalid bulk length"
    refused '*1\r\n$99999999999999999999999999' "invalid bulk length"
    refused '*2\r\n$3\r\nGET\r\n$-1\r\n' "invalid bulk length"
    refused '*99999\r\n' "invalid multibulk length"
    refused '*-1\r\n' "invalid multibulk length"
    refused '*+1\r\n' "invalid multibulk length"
    refused '*x\r\n' "invalid multibulk length"
    refused '*1\r\nPING\r\n' "expected '\$', got 'P'"
    refused '\x16\x03\x01\x02\x00\x01' "expected '*' or text, got '\\x16'"
    refused "$(head -c 70000 /dev/zero | tr '\0' x)" "too big inline request"
    # Each element within its limit, but too much in all.
    {
        printf '*9\r\n'
        for _ in 1 2 3; do
            printf '$500000\r\n'
            head -c 500000 /dev/zero
            printf '\r\n'
        done
    } >"$folder/nonsense"
    expect "$(nonsense "$folder/nonsense")" "-ERR Protocol error: too big request"
    goes_on
    # What comes before it is answered.
    printf 'PING\r\nPING\r\n*x\r\n' >"$folder/nonsense"
    expect "$(nonsense "$folder/nonsense")" $'+PONG\n+PONG\n-ERR Protocol error: invalid multibulk length'
    goes_on
    # Whatever it is, it ends with an error.
    for _ in 1 2 3; do
        head -c 65536 /dev/urandom >"$folder/nonsense"
        expect "$(nonsense "$folder/nonsense" | tail -n 1 | cut -c -20)" "-ERR Protocol error:"
        goes_on
    done
    # Half a request, and gone.
    exec 3<>"/dev/tcp/127.0.0.1/${ports[$name]}"
    printf '*2\r\n$3\r\nGET\r\n$5\r\nhal' >&3
    exec 3>&-
    goes_on
    exec 4>&-
}

for name in on off; do
    start $name
    check_replies
    check_nonsense
done

requests=${REQUESTS:-100000}
throughput() {
    local test
    timeout 60 redis-benchmark -p "${ports[$name]}" -q -n $requests -c 20 -P 16 -t set,get,incr 2>/dev/null |
        tr '\r' '\n' | sed -nE 's/^(SET|GET|INCR): ([0-9]+)[.0-9]* requests per second.*/\1 \2/p' >"$folder/$name.throughput"
    for test in set get incr; do note $test $requests; done
}

echo "requests per second, 20 connections, 16 requests at once"
printf '%-6s %10s %10s %8s\n' "" on off on/off
for order in "on off" "off on" "on off"; do
    for name in $order; do throughput; done
    join "$folder/on.throughput" "$folder/off.throughput" --nocheck-order |
        awk '{ printf "%-6s %10d %10d %8.3f\n", $1, $2, $3, $2 / $3 }' | tee "$folder/pairs"
    expect "$(wc -l <"$folder/pairs")" 3
done

for name in on off; do
    kill -TERM "${processes[$name]}"
    wait "${processes[$name]}" || fail "the server \`$name\` ended with $? after SIGTERM: $(<"$folder/$name.err")"
done
servers=()
expect "$(<"$folder/off.err")" ""

# The last table is that of the whole run; others came before it.
(($(grep --count '^Stack' "$folder/on.err") > 1)) || fail "no tables of intervals: $(<"$folder/on.err")"
last=$(grep --line-number '^elapsed' "$folder/on.err" | tail -n 1 | cut -d : -f 1)
echo
tail -n "+$last" "$folder/on.err" | tee "$folder/table"
grep --quiet '^timer "reply to what was read": avg ' "$folder/table" || fail "no line of the timer"

# Fails unless the row of that label counts what was noted.
counted() {
    local sent row
    sent=$(awk -v what="$1" '$1 == what { sum += $2 } END { print sum + 0 }' "$folder/on.sent")
    row=$(sed -nE "s/^[| -]*$2 +([^ ]+ [^ ]+ +){3}([0-9,]+) .*/\\2/p" "$folder/table" | tr -d ,)
    [[ $row == "$sent" ]] || fail "clients sent $sent of $1, and the row $2 counts \`$row\`"
}
counted get Store::get
counted set Store::set
counted incr Store::increment
counted del Store::delete
counted closed Connection::hang_up
