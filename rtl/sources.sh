#!/bin/bash
# The SystemVerilog files of a machine, packages first, for every tool that reads them.   rtl/sources.sh SV_DIR [alu]
# SV_DIR is what `npuisa generate --sv` wrote. `alu`: only what the vector ALU needs. Includes are in rtl/fp.
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || { sed -n '2s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2; }
generated=("$1"/npu_{decode,scalar_alu,vector_alu}.sv)
[ "${2-}" != alu ] || generated=("$1/npu_vector_alu.sv")
echo "$1/npu_pkg.sv"
if [ "${2-}" != alu ]; then echo "$1/npu_registers_pkg.sv"; fi
calling=("${generated[@]}")
[ "${2-}" = alu ] || calling+=("$rtl"/npu_*.sv)
# Of floating point, what is called.
for package in "$rtl"/fp/fp_*{16,32}.sv; do
  if grep -q "$(basename "$package" .sv)::" "${calling[@]}"; then echo "$package"; fi
done
if [ "${2-}" != alu ]; then echo "$rtl/npu_fault_pkg.sv"; fi
printf '%s\n' "${generated[@]}"
if [ "${2-}" != alu ]; then find "$rtl" -maxdepth 1 -name 'npu_*.sv' ! -name npu_fault_pkg.sv | sort; fi
