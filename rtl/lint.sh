#!/bin/bash
# Verilator's lint with all warnings as errors.   rtl/lint.sh NPUISA SPEC...
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 2 ] || { sed -n '2s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2; }
npuisa=$1; shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for spec in "$@"; do
  rm -rf "${work:?}/sv"
  "$npuisa" generate "$spec" --sv "$work/sv"
  mapfile -t modules < <("$rtl/sources.sh" "$work/sv")
  # With and without what only simulations have.
  for define in "" -DSYNTHESIS; do
    verilator --lint-only -Wall --top-module npu_top --unroll-count 1024 --unroll-stmts 1 $define "-I$rtl/fp" "${modules[@]}"
  done
  echo "$spec: lint clean"
done
