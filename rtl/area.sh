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
outputs=(--json "$work/stat")
[ -z "$netlist" ] || outputs+=(--netlist "$netlist")
"$rtl/synth.sh" "$work/sv" npu_vector_alu --lanes "$lanes" "${outputs[@]}"
cells=$(sed -n 's/.*"num_cells": *\([0-9]*\).*/\1/p' "$work/stat" | tail -1)
echo "cells $all $((cells * all / lanes)) $((cells / lanes))"
