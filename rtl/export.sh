#!/bin/bash
# All of a machine's RTL as one folder for other simulators and synthesis tools.   rtl/export.sh SPEC OUTDIR [--npuisa PROGRAM]
# OUTDIR, replaced whole, holds the SystemVerilog, generated and written by hand, the registers' C header, and npu.f: the list of
# files in the order in which they must be read, include folder and defines, with paths from OUTDIR. Tools that take
# paths from where the list lies read it as -F OUTDIR/npu.f, others inside OUTDIR as -f npu.f. The top is npu_top.
set -euo pipefail
rtl=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -ge 2 ] || usage
spec=$1 out=$2 npuisa=npuisa; shift 2
while [ $# -gt 0 ]; do
  case $1 in
    --npuisa) npuisa=${2:?}; shift 2 ;;
    *) echo "export.sh: unknown option $1" >&2; usage ;;
  esac
done
if [ -e "$out" ] && [ ! -e "$out/npu.f" ] && [ -n "$(ls -A "$out")" ]; then
  echo "export.sh: $out is there and no such export; name a new folder" >&2; exit 1
fi

mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/fp"
"$npuisa" generate "$spec" --sv "$work"
"$npuisa" generate "$spec" --registers "$work"
mapfile -t sources < <("$rtl/sources.sh" "$work")
cp "$rtl"/fp/*.svh "$work/fp"
{
  echo "// $(sed -n '1s/^\/\/ Generated from \(.*\); do not edit.*/\1/p' "$work/npu_pkg.sv"). Top: npu_top."
  echo "// For synthesis, in place of memories that simulate fast and of checks: +define+SYNTHESIS"
  echo "+incdir+fp"
  echo "+define+NPU_FAULT=0"
  for file in "${sources[@]}"; do
    name=$(basename "$file")
    [[ $file != */fp/* ]] || name=fp/$name
    [[ $file -ef $work/$name ]] || cp "$file" "$work/$name"
    echo "$name"
  done
} > "$work/npu.f"
chmod 755 "$work"
rm -rf "$out"
mv "$work" "$out"
