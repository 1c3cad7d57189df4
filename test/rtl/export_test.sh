#!/bin/bash
# The exported RTL is whole, and another tool's file list: Verilator reads it from wherever it lies.   test/rtl/export_test.sh NPUISA SPEC
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../rtl" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$rtl/export.sh" "$2" "$work/first" --npuisa "$1"
"$rtl/export.sh" "$2" "$work/first" --npuisa "$1" # again, in its place
mv "$work/first" "$work/moved"
! grep -E '^/|\.\.' <(grep -v '^//' "$work/moved/npu.f") || { echo "a path leads out of the folder"; exit 1; }
options=(--lint-only -Wall --top-module npu_top --unroll-count 1024 --unroll-stmts 1)
(cd / && verilator "${options[@]}" -F "$work/moved/npu.f")
(cd "$work/moved" && verilator "${options[@]}" +define+SYNTHESIS -f npu.f)
grep -q 'define NPU_IDENTIFICATION_VALUE' "$work/moved/npu_registers.h"
# What is not its own stays.
mkdir "$work/other" && touch "$work/other/mine"
! "$rtl/export.sh" "$2" "$work/other" --npuisa "$1" 2> "$work/message" || { echo "it replaces any folder"; exit 1; }
grep -q 'name a new folder' "$work/message" && [ -e "$work/other/mine" ]
