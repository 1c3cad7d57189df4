#!/bin/bash
# Verilates one module into one C++ file, so that the build knows all its outputs beforehand.
#   test/fp/verilate.sh RTL_DIR OUTDIR NAME MODULE.sv [PARAMETER=VALUE]...
# OUTDIR/V<NAME>.h declares the model, OUTDIR/V<NAME>_all.cpp is its whole implementation.
set -euo pipefail
rtl=$1 out=$2 name=$3 top=$4; shift 4
mkdir -p "$out"
rm -f "$out/V$name"{.*,_*}
verilator --cc --top-module "$(basename "$top" .sv)" --prefix "V$name" -Mdir "$out" -O3 --noassert --x-assign fast \
  --x-initial fast --no-timing "${@/#/-G}" -y "$rtl/fp" "$rtl/npu_delay.sv" "$top"
for file in "$out/V$name.cpp" "$out/V${name}__"*.cpp; do echo "#include \"$(basename "$file")\""; done > "$out/all_V$name.tmp"
mv "$out/all_V$name.tmp" "$out/V${name}_all.cpp"
