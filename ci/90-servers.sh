#!/usr/bin/env bash
# The example server talks to the real redis-cli and redis-benchmark: answers are right, what's malformed gets an error and
# closes one connection, and the final table counts what the clients sent. Prints throughput with timers on and off, in pairs.
# Exits with 77 where Debian's redis-tools are missing and can't be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v redis-benchmark >/dev/null; then
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "skipped: redis-tools aren't installed, and installing them takes root and apt-get"
        exit 77
    fi
    if ! (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends redis-tools) \
        >/dev/null 2>&1; then
        echo "skipped: redis-tools aren't installed, and apt-get failed"
        exit 77
    fi
fi

cargo build --quiet --release --example kv_server
cargo build --quiet --release --example kv_server --manifest-path off/Cargo.toml
folder=$(mktemp -d)
servers=()
finish() {
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap finish EXIT

# Starts a server under a name; its port is in $port, its process in $server.
start() {
    "$2" --port 0 --every 3600 >"$folder/$1.out" 2>"$folder/$1.err" &
    server=$!
    servers+=("$server")
    for _ in $(seq 100); do
        port=$(sed -n 's/^listening on 127.0.0.1://p' "$folder/$1.out")
        if [[ -n $port ]]; then return; fi
        sleep 0.05
    done
    echo "the server didn't start: $(cat "$folder/$1.err")" >&2
    exit 1
}

expect() {
    if [[ $1 != "$2" ]]; then
        echo "expected $2, not $1" >&2
        exit 1
    fi
}

ask() {
    redis-cli -p "$port" "$@"
}

# What the server answers to raw bytes, until it closes the connection or for a second.
raw() {
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf "$1" >&3
    timeout 1 cat <&3 || true
    exec 3<&- 3>&-
}

start on target/release/examples/kv_server
expect "$(ask PING)" PONG
expect "$(ask set greeting 'hello world')" OK
expect "$(ask GET greeting)" "hello world"
expect "$(ask GET nothing)" ""
expect "$(ask INCR hits) $(ask INCR hits)" "1 2"
expect "$(ask INCR greeting)" "ERR value is not an integer or out of range"
expect "$(ask SET most 9223372036854775807; ask INCR most)" $'OK\nERR increment or decrement would overflow'
expect "$(ask DEL greeting hits most nothing)" 3
expect "$(ask GET)" "ERR wrong number of arguments for 'get' command"
expect "$(ask FLY)" "ERR unknown command 'FLY'"
expect "$(raw 'PING\r\nSET a 1\r\nINCR a\r\nGET a\r\n' | tr -d '\r' | tr '\n' ' ')" '+PONG +OK :2 $1 2 '
expect "$(printf '*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nINCR\r\n$1\r\nb\r\n' | redis-cli -p "$port" --pipe | tail -n 1)" \
    "errors: 0, replies: 2"

# A connection that stays open while others send nonsense.
exec 4<>"/dev/tcp/127.0.0.1/$port"
expect "$(raw '*1\r\n$99999999999\r\n' | tr -d '\r')" "-ERR Protocol error: invalid bulk length"
expect "$(raw '*1\r\n$-5\r\n' | tr -d '\r')" "-ERR Protocol error: invalid bulk length"
expect "$(raw '*99999999\r\n' | tr -d '\r')" "-ERR Protocol error: invalid multibulk length"
expect "$(raw '*1\r\nPING\r\n' | tr -d '\r')" "-ERR Protocol error: expected '\$'"
expect "$(raw '*1\r\n$4\r\nPINGPONG\r\n' | tr -d '\r')" "-ERR Protocol error: expected CRLF after an argument"
expect "$(raw '*2\r\n$3\r\nGET\r\n$5\r\nhal')" ""
head -c 70000 /dev/zero | tr '\0' 'x' >"$folder/long"
expect "$(raw "$(cat "$folder/long")" | tr -d '\r')" "-ERR Protocol error: too big inline request"
printf 'PING\r\n' >&4
read -r -t 5 pong <&4
expect "${pong%$'\r'}" "+PONG"
exec 4<&- 4>&-

requests=100000
redis-benchmark -p "$port" -q -n $requests -c 20 -P 16 -t set,incr >/dev/null 2>&1
expect "$(ask GET counter:__rand_int__)" $requests
kill -TERM "$server"
wait "$server"
# What the benchmark sent, and at least what was asked by hand.
calls=$(sed -nE 's/^\|  \|- Store::execute( +[0-9.]+ (ns|µs|ms)){3} +([0-9,]+) .*/\3/p' "$folder/on.err" | tr -d ,)
sed -n '/^elapsed/,$p' "$folder/on.err"
if ((calls < 2 * requests + 15 || calls > 2 * requests + 60)); then
    echo "the table counts $calls requests" >&2
    exit 1
fi

throughput() {
    redis-benchmark -p "$port" -q -n 300000 -c 20 -P 16 -t get 2>/dev/null | tr '\r' '\n' |
        sed -nE 's/.*GET: ([0-9]+)[.0-9]* requests per second.*/\1/p' | tail -n 1
}

echo
echo "requests per second, 16 in a batch"
printf '%10s %10s %8s\n' on off on/off
start on target/release/examples/kv_server
on=$port
start off off/target/release/examples/kv_server
off=$port
for _ in 1 2 3 4 5; do
    port=$on; with=$(throughput)
    port=$off; without=$(throughput)
    awk -v with="$with" -v without="$without" 'BEGIN { printf "%10d %10d %8.3f\n", with, without, with / without }'
done
