#!/usr/bin/env bash
# Measures the speed of the compiler, the simulator and the RTL. Run by `./dev bench`, which builds the programs first.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${NPUFORGE_BUILD:-$here/../../build}
exec /usr/bin/python3 "$here/bench.py" "$build" "$@"
