#!/bin/bash
# What co-simulation covers of a machine's RTL.   test/cosim/coverage.sh NPUISA COSIM_SUITE OUTDIR PROGRAMS RANDOM MACHINE
# Exit status 1 if under 95 % of the lines ran.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
npuisa=$1 suite=$2 out=$3 programs=$4 random=$5 machine=$6
"$here/../../rtl/build_model.sh" "$machine" "$out" --asserts --coverage --npuisa "$npuisa"
"$suite" --machine "$machine" --model "$out/librtl_$machine.so" --programs "$programs" --random "$random" --coverage "$out/$machine.dat"
"$here/../../rtl/coverage.py" "$out/$machine.dat" --lines 95
