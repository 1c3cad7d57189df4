#!/bin/bash
# Cells of a machine's vector ALU: yosys, generic gates.   rtl/area.sh SPEC [--npuisa PROGRAM] [--lanes N] [--netlist FILE.v]
# SPEC is a reference machine's name or a YAML file, or a directory with its SystemVerilog. One lane is synthesised and multiplied: the
# lanes are alike. --lanes N synthesises N of them together instead, which reductions over the lanes ask for, and takes N times
# as long. Prints "cells LANES CELLS_IN_ALL CELLS_A_LANE".
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -ge 1 ] || usage
spec=$1; shift
npuisa=npuisa lanes='' netlist=''
while [ $# -gt 0 ]; do
  case $1 in
    --npuisa) npuisa=${2:?}; shift 2 ;;
    --lanes) lanes=${2:?}; shift 2 ;;
    --netlist) netlist=${2:?}; shift 2 ;;
    *) echo "area.sh: unknown option $1" >&2; usage ;;
  esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -d "$spec" ]; then cp -r "$spec" "$work/sv"; else "$npuisa" generate "$spec" --sv "$work/sv"; fi
all=$(sed -n 's/^  localparam int unsigned Lanes = \([0-9]*\);.*/\1/p' "$work/sv/npu_pkg.sv")
if [ -z "$lanes" ]; then
  lanes=1
  # A tree over the lanes is printed for their number.
  ! grep -q 'Unit [0-9]*: lane_' "$work/sv/npu_vector_alu.sv" || lanes=$all
fi
# yosys does not know $bits of a type; the ALU needs none.
sed -i -e '/[$]bits(/d' -e "s/^\(  localparam int unsigned Lanes = \)[0-9]*;/\1$lanes;/" "$work/sv/npu_pkg.sv"
mapfile -t sources < <("$rtl/sources.sh" "$work/sv" alu)
# The netlist in single bits: Verilator takes vectors that depend on themselves bit by bit for loops.
[ -z "$netlist" ] || netlist="splitnets; setundef -zero; write_verilog -noattr $netlist"
yosys -q -p "read_verilog -sv -DSYNTHESIS -I$rtl/fp ${sources[*]}; synth -flatten -noshare -noabc -top npu_vector_alu
  abc -fast; opt -fast; check -assert; tee -q -o $work/stat stat; $netlist" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
# Latches would be what a combinational module must not have.
! grep -q '_DLATCH' "$work/stat" || { echo "area.sh: the ALU has latches" >&2; exit 1; }
cells=$(sed -n 's/.*Number of cells: *//p' "$work/stat")
echo "cells $all $((cells * all / lanes)) $((cells / lanes))"
