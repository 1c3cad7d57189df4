#!/bin/bash
# Generates random vector instructions, Verilates their ALU and compares it with the kernels.
#   test/rtl/alu_random.sh ALU_RANDOM COMPILER [--netlist] [OPTION]...     options of `alu_random generate`
# --netlist: what is compared is yosys' netlist of the ALU, as its cells are counted.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1 compiler=$2; shift 2
netlist=no
if [ "${1-}" = --netlist ]; then netlist=yes; shift; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" generate "$work/sv" "$@"
mapfile -t sources < <("$here/../../rtl/sources.sh" "$work/sv" alu)
verilator --lint-only -Wall --top-module npu_vector_alu --unroll-stmts 1 "-I$here/../../rtl/fp" "${sources[@]}"
if [ $netlist = yes ]; then
  "$here/../../rtl/area.sh" "$work/sv" --lanes "$(grep -oP 'unsigned Lanes = \K\d+' "$work/sv/npu_pkg.sv")" --netlist "$work/netlist.v"
  sources=("$work/netlist.v")
fi
verilator --cc --top-module npu_vector_alu -Mdir "$work/cc" -O3 --noassert --unroll-count 1024 --unroll-stmts 1 --flatten --no-timing \
  -fno-const-bit-op-tree --x-assign unique --x-initial unique --output-split 20000 -Wno-fatal "-I$here/../../rtl/fp" "${sources[@]}"
root=$(verilator --getenv VERILATOR_ROOT)/include
# Many small files with large headers: one is compiled sooner.
for file in "$work"/cc/*.cpp "$here/alu_model.cc"; do echo "#include \"$file\""; done > "$work/model.cc"
mapfile -t flags < <("$here/../../rtl/verilated_flags.sh")
compile=("$compiler" "${flags[@]}" -O1 -fPIC -fvisibility=hidden "-I$work/cc" "-I$here")
"${compile[@]}" -c "$work/model.cc" -o "$work/model.o" &
model=$!
for file in verilated verilated_threads; do "${compile[@]}" -c "$root/$file.cpp" -o "$work/$file.o"; done
wait $model
"$compiler" -shared -o "$work/model.so" "$work"/*.o -pthread
"$program" check "$work/model.so" "$@"
