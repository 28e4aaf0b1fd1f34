#!/usr/bin/env bash
# The runtime does on Windows what it does here: its tests run there, under Wine, and some of the facade's.
# Exits with 77 where neither Wine nor a linker for it is there, or can be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/others/needs.sh

target=x86_64-pc-windows-gnu
needs_target $target
needs_tools "wine wine64 gcc-mingw-w64-x86-64" wine x86_64-w64-mingw32-gcc

export CARGO_TARGET_DIR=target/others
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine
# A Windows of its own, without a word about the windows and sounds that it doesn't have.
folder=$PWD/$CARGO_TARGET_DIR/wine
mkdir -p "$folder/more"
export WINEPREFIX=$folder/prefix WINEDEBUG=-all

# Rust's library asks this one for random numbers, and Wine hasn't had it for long.
cat >"$folder/random.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return RtlGenRandom(data, (ULONG)length); }
C
x86_64-w64-mingw32-gcc -shared -o "$folder/more/bcryptprimitives.dll" "$folder/random.c" -ladvapi32
WINEPATH=$(printf 'Z:%s' "$folder/more" | tr / '\\')
export WINEPATH

# Wine counts processes from the beginning each time, so what a former run left under a process's number would be found.
rm -rf "${CARGO_TARGET_DIR:?}/$target/tmp/"*

# There, Rust's `process::exit` ends a process without C's exit handlers, so there's no report; the README says so.
skip=(--skip process_exit_reports_once_and_keeps_its_status)
# Emulated system calls make minutes of it, for the same code.
skip+=(--skip readers_see_whole_entries_while_others_write)
cargo test --target $target --no-fail-fast --package instrument-core --lib --tests -- "${skip[@]}"
cargo test --target $target --no-fail-fast "${facade[@]}"
