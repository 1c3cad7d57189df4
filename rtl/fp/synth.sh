#!/bin/bash
# Synthesises operations with yosys for its generic gates and prints the number of cells and the gates on the longest path.
#   rtl/fp/synth.sh [OPERATION]...     the names of operations.txt; all of them when none is given
set -euo pipefail
fp=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wanted=" $* "
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%-14s %8s %8s\n' operation cells depth
done=0
while read -r name module parameters; do
  [ $# = 0 ] || [[ $wanted == *" $name "* ]] || continue
  chparam=(); for parameter in $parameters; do chparam+=(-set "${parameter%=*}" "${parameter#*=}"); done
  [ ${#chparam[@]} = 0 ] || chparam=(chparam "${chparam[@]}" "$module")
  yosys -q -p "read_verilog -sv $fp/*.sv $fp/../npu_delay.sv; ${chparam[*]}; hierarchy -check -top $module
    synth -flatten ; check -assert
    tee -q -o $work/stat stat; tee -q -o $work/path ltp -noff" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  cells=$(sed -n 's/.*Number of cells: *//p' "$work/stat")
  depth=$(sed -n 's/.*Longest topological path.*length=\([0-9]*\).*/\1/p' "$work/path")
  # Latches would be what a combinational module must not have.
  ! grep -q '_DLATCH' "$work/stat" || { echo "$name: has latches" >&2; exit 1; }
  printf '%-14s %8d %8d\n' "$name" "${cells:?}" "${depth:?}"
  done=$((done + 1))
done < <(grep -v '^#' "$fp/operations.txt")
[ $done -gt 0 ] || { echo "synth.sh: no operation is called$wanted" >&2; exit 2; }
