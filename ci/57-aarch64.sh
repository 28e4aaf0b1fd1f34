#!/usr/bin/env bash
# The runtime does on 64-bit ARM what it does here: its tests run there, in an emulator, and some of the facade's.
# Exits with 77 where neither the emulator nor a linker for it is there, or can be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/others/needs.sh

target=aarch64-unknown-linux-gnu
needs_target $target
needs_tools "qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross" qemu-aarch64 aarch64-linux-gnu-gcc

export CARGO_TARGET_DIR=target/others
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64
export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu

# Tests that start their own program again need the kernel to know the emulator, as long as this runs.
handlers=/proc/sys/fs/binfmt_misc
handler=instrument-ci-aarch64
if [[ $(id -u) == 0 ]] && ! compgen -G "$handlers/*aarch64*" >/dev/null; then
    [[ -e $handlers/register ]] || mount -t binfmt_misc binfmt_misc $handlers 2>/dev/null || true
    magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
    mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
    if printf '%s' ":$handler:M::$magic:$mask:$(command -v qemu-aarch64):F" 2>/dev/null >$handlers/register; then
        trap 'echo -1 >$handlers/$handler' EXIT
    fi
fi
if ! compgen -G "$handlers/*aarch64*" >/dev/null; then
    echo "skipped: the kernel can't be told of the emulator (binfmt_misc), which takes root"
    exit 77
fi

# A forked child that starts threads is more than the emulator can do.
skip=(--skip a_forked_child)
# Emulated, what runs for a second here takes minutes, for the same code: readers beside 20,000 records.
skip+=(--skip readers_see_whole_entries_while_others_write)
# The emulator's own memory is resident, too, and grows when it likes.
skip+=(--skip levels_may_be_negative_in_the_call_graph)
cargo test --target $target --no-fail-fast --package instrument-core --lib --tests -- "${skip[@]}"
cargo test --target $target --no-fail-fast "${facade[@]}"
