#!/bin/bash
# Verilator's lint, all warnings being errors, of every operation; of a module's first one with 0, 1 and 3 pipeline registers.   rtl/fp/lint.sh
set -euo pipefail
fp=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
before=
while read -r name module parameters; do
  read -ra parameters <<< "$parameters"
  depths=1; [ "$module" = "$before" ] || depths="0 1 3"
  before=$module
  for depth in $depths; do
    verilator --lint-only -Wall --top-module "$module" -GPipelineDepth="$depth" "${parameters[@]/#/-G}" \
      -y "$fp" "$fp/../npu_delay.sv" "$fp/$module.sv" || { echo "$name, PipelineDepth=$depth: not clean" >&2; exit 1; }
  done
  echo "$name: lint clean"
done < <(grep -v '^#' "$fp/operations.txt")
