#!/bin/bash
# Runs fp_check on what yosys makes of the operations: its netlists, Verilated.
#   test/fp/netlists.sh RTL_DIR "OPERATION..." MODELS_LIBRARY COMPILER OBJECT...     the objects are fp_check's own
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rtl=$1 operations=$2 models=$3 compiler=$4; shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mapfile -t flags < <("$rtl/verilated_flags.sh")
failed=0
for operation in $operations; do
  rm -rf "${work:?}"/*
  read -r _ module parameters < <(grep "^$operation " "$rtl/fp/operations.txt")
  chparam=(); for parameter in $parameters; do chparam+=(-set "${parameter%=*}" "${parameter#*=}"); done
  [ ${#chparam[@]} = 0 ] || chparam=(chparam "${chparam[@]}" "$module")
  yosys -q -p "read_verilog -sv $rtl/fp/$module.sv $rtl/npu_delay.sv; ${chparam[*]}; hierarchy -check -top $module; synth -flatten
    rename -top $module; setundef -zero; write_verilog -noattr $work/$module.sv" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  "$here/verilate.sh" "$rtl" "$work/cc" "$operation" "$work/$module.sv" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  # The netlist's definitions come before the library's.
  "$compiler" "${flags[@]}" -O1 -I"$work/cc" -c "$work/cc/V${operation}_all.cpp" -o "$work/netlist.o"
  "$compiler" "$work/netlist.o" "$@" "$models" -lfmt -pthread -Wl,-z,muldefs -o "$work/check"
  "$work/check" "$operation" --cases 300000 > "$work/table" || failed=$((failed + 1))
  tail -n +2 "$work/table"
done
[ $failed = 0 ]
