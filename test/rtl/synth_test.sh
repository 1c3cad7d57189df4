#!/bin/bash
# Synthesises a module of a machine and prints its cells.   test/rtl/synth_test.sh NPUISA SPEC MODULE [OPTION OF SYNTH.SH]...
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../rtl" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" generate "$2" --sv "$work/sv"
"$rtl/synth.sh" "$work/sv" "$3" --json "$work/cells.json" "${@:4}"
cells=$(sed -n 's/.*"num_cells": *\([0-9]*\).*/\1/p' "$work/cells.json" | tail -1)
echo "$2 $3: $cells cells"
[ "$cells" -gt 1000 ] # a module that lost its logic on the way would pass every check
