#!/bin/bash
# Plants every fault of mutations.txt into a copy of the modules and runs fp_check on it, which must find differences.
#   test/fp/mutations.sh RTL_DIR MODELS_LIBRARY COMPILER OBJECT...     the objects are fp_check's own
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rtl=$1 models=$2 compiler=$3; shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mapfile -t flags < <("$rtl/verilated_flags.sh")
missed=0
while read -r operation file fault; do
  fault=${fault//@/ }
  rm -rf "${work:?}"/*
  cp -r "$rtl/fp" "$rtl/npu_delay.sv" "$work"
  sed -i "$fault" "$work/fp/$file"
  ! cmp -s "$rtl/fp/$file" "$work/fp/$file" || { echo "$file: nothing to change for $fault" >&2; exit 2; }
  read -r _ module parameters < <(grep "^$operation " "$rtl/fp/operations.txt")
  # shellcheck disable=SC2086  # parameters are words
  "$here/verilate.sh" "$work" "$work/cc" "$operation" "$work/fp/$module.sv" $parameters
  # The faulty model's definitions come before the library's.
  "$compiler" "${flags[@]}" -O1 -I"$work/cc" -c "$work/cc/V${operation}_all.cpp" -o "$work/faulty.o"
  "$compiler" "$work/faulty.o" "$@" "$models" -lfmt -pthread -Wl,-z,muldefs -o "$work/check"
  status=0
  "$work/check" "$operation" --cases 1000000 > "$work/table" 2> /dev/null || status=$?
  [ $status = 1 ] || { echo "NOT FOUND in $operation: $file $fault (status $status)"; missed=$((missed + 1)); continue; }
  awk 'NR == 2 { printf "%-12s %9d differences: ", $1, $3 }' "$work/table"; echo "$file $fault"
done < <(grep -v '^#' "$here/mutations.txt")
[ $missed = 0 ]
