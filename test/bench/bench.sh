#!/usr/bin/env bash
# Measures the speed of the compiler, the simulator and the RTL; with `cosim` as the first argument, of the RTL on whole
# networks; with `networks`, `cores`, `shapes`, `search`, `control` or `gemm`, the schedules: whole networks, on several
# cores, random shapes, all plans of an operator, control flow, matrix products. Run by `./dev bench`, which builds the programs first.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${NPUFORGE_BUILD:-$here/../../build}
case ${1-} in
  networks) program=$here/networks/bench.py; shift ;;
  cores) program=$here/networks/cores.py; shift ;;
  shapes) program=$here/networks/shapes.py; shift ;;
  control) program=$here/control/bench.py; shift ;;
  search) program=$here/networks/search.py; shift ;;
  gemm) program=$here/gemm.py; shift ;;
  cosim) program=$here/cosim.py; shift ;;
  *) program=$here/bench.py ;;
esac
exec /usr/bin/python3 "$program" "$build" "$@"
