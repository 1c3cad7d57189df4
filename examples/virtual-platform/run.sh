#!/usr/bin/env bash
# Runs one image of the glyph network on the virtual platform, with the model and with the RTL: the time of the interrupt,
# the counters and the outputs must be the same. Then the same with a slower memory.   run.sh [OUTDIR]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${NPUFORGE_BUILD:-$here/../../build}
out=${1:-$build/virtual-platform}
mkdir -p "$out"
"$build/bin/npuc" "$here/../glyphs/glyphs.onnx" --machine edge16 -o "$out/glyphs.bin" > "$out/npuc.txt"
for delay in 0 250; do
  for npu in model rtl; do
    "$build/examples/virtual_platform" "$out/glyphs.bin" --npu "$npu" --memory-delay "$delay" \
      --input "image=$here/../glyphs/test/image0.npy" --output-dir "$out/$npu$delay" > "$out/$npu$delay.txt"
  done
  printf '\n==> DRAM of %s ns more at least\n' "$delay"
  cat "$out/rtl$delay.txt"
  cmp "$out/model$delay.txt" "$out/rtl$delay.txt"
  diff -r "$out/model$delay" "$out/rtl$delay"
  echo "model and RTL: the same"
done
