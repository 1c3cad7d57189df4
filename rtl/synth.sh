#!/bin/bash
# Synthesises a part of a machine for yosys' generic gates.   rtl/synth.sh SV_DIR PART [OPTION]...
# SV_DIR is what `npuisa generate --sv` wrote. PART is a module, which is synthesised with those inside it, each by itself, but
# not with npu_array and npu_vector_alu: those are large, and black boxes for others. npu_sram's memories stay memories, others become registers. Fails if a module has a latch, a net of
# several drivers or of none, or a loop.
#   --lanes N            of the vector ALU instead of all; a tree over the lanes is generated for all of them
#   --json FILE          what cells each module has, as yosys' stat prints it
#   --netlist FILE.v     the netlist, in single bits: Verilator takes vectors that depend on themselves bit by bit for loops
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -ge 2 ] || usage
sv=$1 part=$2 json='' netlist='' lanes=''; shift 2
while [ $# -gt 0 ]; do
  case $1 in
    --lanes) lanes=${2:?}; shift 2 ;;
    --json) json=${2:?}; shift 2 ;;
    --netlist) netlist=${2:?}; shift 2 ;;
    *) echo "synth.sh: unknown option $1" >&2; usage ;;
  esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

package=$sv/npu_pkg.sv
if [ -n "$lanes" ]; then
  package=$work/npu_pkg.sv
  sed "s/^\(  localparam int unsigned Lanes = \)[0-9]*;/\1$lanes;/" "$sv/npu_pkg.sv" > "$package"
fi

# What is large is read once only: a black box is a module's head. Checks are for simulations.
stub() { echo '(* blackbox *)'; sed '/^);/q' "$1"; echo endmodule; }
case $part in
  npu_array) sources=("$sv/npu_pkg.sv" "$rtl/fp/fp_f32.sv" "$rtl/npu_array.sv") ;;
  npu_vector_alu) mapfile -t sources < <("$rtl/sources.sh" "$sv" alu) ;;
  *)
    mapfile -t sources < <("$rtl/sources.sh" "$sv" | grep -v '/npu_\(array\|vector_alu\|axi_checks\)\.sv$')
    for box in "$rtl/npu_array.sv" "$sv/npu_vector_alu.sv"; do
      stub "$box" > "$work/$(basename "$box")"
      sources+=("$work/$(basename "$box")")
    done ;;
esac
sources[0]=$package
outputs=()
[ -z "$json" ] || outputs+=("tee -q -o $json stat -json;")
[ -z "$netlist" ] || outputs+=("splitnets; setundef -zero; write_verilog -noattr $netlist;")

yosys -q -p "read_verilog -sv -defer -DSYNTHESIS -I$rtl/fp ${sources[*]}
  synth -noshare -top $part -run begin:fine; check -assert; opt -fast -full
  select -set registers * *npu_sram %d; memory_map @registers; opt -undriven -fine
  techmap; opt -fast; abc -fast; opt -fast
  check -assert; tee -q -o $work/stat stat; memory_unpack; ${outputs[*]}" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
! grep -i '_dlatch' "$work/stat" || { echo "synth.sh: $part has latches" >&2; exit 1; }
