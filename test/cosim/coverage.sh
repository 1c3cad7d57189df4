#!/bin/bash
# What co-simulation covers of the RTL of some machines together.
#   test/cosim/coverage.sh NPUISA COSIM_SUITE OUTDIR PROGRAMS RANDOM MACHINE...
# PROGRAMS run on the first machine, RANDOM random programs on each. Exit status 1 if under 95 % of the lines ran.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
npuisa=$1 suite=$2 out=$3 programs=(--programs "$4") random=$5
shift 5
covered=()
for machine in "$@"; do
  name=$(basename "$machine" .yaml)
  "$here/../../rtl/build_model.sh" "$machine" "$out" --asserts --coverage --npuisa "$npuisa"
  "$suite" --machine "$machine" --model "$out/librtl_$name.so" "${programs[@]}" --random "$random" --coverage "$out/$name.dat"
  programs=()
  covered+=("$out/$name.dat")
done
"$here/../../rtl/coverage.py" "${covered[@]}" --lines 95
