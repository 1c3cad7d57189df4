#!/bin/bash
# Verilator's lint, all warnings being errors, of every operation with 0, 1 and 3 pipeline registers.   rtl/fp/lint.sh
set -euo pipefail
fp=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
while read -r name module parameters; do
  read -ra parameters <<< "$parameters"
  for depth in 0 1 3; do
    verilator --lint-only -Wall --top-module "$module" -GPipelineDepth=$depth "${parameters[@]/#/-G}" \
      -y "$fp" "$fp/../npu_delay.sv" "$fp/$module.sv" || { echo "$name, PipelineDepth=$depth: not clean" >&2; exit 1; }
  done
  echo "$name: lint clean"
done < <(grep -v '^#' "$fp/operations.txt")
