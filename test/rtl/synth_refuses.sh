#!/bin/bash
# What no module may have, rtl/synth.sh refuses.   test/rtl/synth_refuses.sh NPUISA
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../rtl" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" generate tile4 --sv "$work/sv"

# The vector ALU becomes a module of one statement.
check() {
  local expected=$1 body=$2
  echo "module npu_vector_alu (input logic a, input logic b, output logic x); $body endmodule" > "$work/sv/npu_vector_alu.sv"
  local status=0
  "$rtl/synth.sh" "$work/sv" npu_vector_alu > "$work/log" 2>&1 || status=$?
  if [ -z "$expected" ]; then [ $status = 0 ] && return; else
    [ $status = 1 ] && grep -q "$expected" "$work/log" && return
  fi
  echo "'$body' ends with status $status, and not as expected (${expected:-accepted}):"
  cat "$work/log"
  exit 1
}
check "" "assign x = a ^ b;"
check "has latches" "always_latch if (a) x = b;"
check "multiple conflicting drivers" "assign x = a; assign x = b;"
check "no driver" "logic y; assign x = a ^ y;"
check "loop" "assign x = a ^ (b & ~x);"
check "Latch inferred" "always_comb if (a) x = b;"
