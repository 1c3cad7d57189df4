#!/bin/bash
# Random programs of a machine under all conditions of cosim_suite --stress, with assertions and random initial values: each
# program has a seed of its own for what registers hold before the reset.
#   test/cosim/stress.sh NPUISA COSIM_SUITE OUTDIR MACHINE ARCH RANDOM FIRST_SEED
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
npuisa=$1 suite=$2 out=$3 machine=$4 arch=$5 random=$6 seed=$7
"$here/../../rtl/build_model.sh" "$machine" "$out" --asserts --quick --npuisa "$npuisa" --arch "$arch"
"$suite" --machine "$machine" --model "$out/librtl_$machine.so" --random "$random" --first-seed "$seed" --stress
