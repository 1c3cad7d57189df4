#!/usr/bin/env bash
# Measures the speed of the compiler, the simulator and the RTL; with `networks` as the first argument, int8 networks. Run by `./dev bench`, which builds the programs first.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${NPUFORGE_BUILD:-$here/../../build}
if [[ ${1-} == networks ]]; then
  shift
  exec /usr/bin/python3 "$here/networks/bench.py" "$build" "$@"
fi
exec /usr/bin/python3 "$here/bench.py" "$build" "$@"
