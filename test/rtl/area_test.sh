#!/bin/bash
# Synthesises every module of a machine, and of its ALU one lane.   test/rtl/area_test.sh NPUISA SPEC
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../rtl" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$rtl/area.py" "$2" --npuisa "$1" --cache "$work/cache" | tee "$work/table"
# Each of the core has a row, and gates or flip-flops. Checks are for simulations; top and registers stand around it; with one core there
# is nothing in the cluster, its turns and its events.
without='_pkg$|_checks$|^npu_(top|registers|cluster|round_robin|events)$'
for file in "$rtl"/npu_*.sv npu_decode npu_scalar_alu npu_vector_alu; do
  module=$(basename "$file" .sv)
  [[ $module =~ $without ]] || grep -Eq "^\| $module \| [1-9][0-9]* \| ([1-9].*|0 \| [1-9].*)" "$work/table" ||
    { echo "$module has no row, or nothing in it"; exit 1; }
done
