#!/usr/bin/env bash
# A network before and after one instruction is added to its machine: cycles, results, cells, the manual's page, and the
# proof in hardware. Run it after `./dev build`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
build=${NPUFORGE_BUILD:-$root/build}
bin=$build/bin
out=$build/custom-instruction
export PATH=$bin:$PATH
mkdir -p "$out"

step() { printf '\n==> %s\n' "$*"; }

measure() {
  local name=$1 machine=$2
  npuc "$here/network.onnx" --machine "$machine" -o "$out/$name.bin"
  npusim "$out/$name.bin" --machine "$machine" --batch --input "image=$here/images.npy" --output-dir "$out/$name" \
    --json "$out/$name.json" --quiet
  /usr/bin/python3 "$here/score.py" "$out/$name" "$out/$name.json" "$here/reference_logits.npy"
}

step "The network on edge16: hard-swish is a chain of instructions"
measure before edge16

step "One entry in hardswish.yaml"
sed -n '/^instructions:/,$p' "$here/hardswish.yaml"
npuisa diff edge16 "$here/hardswish.yaml" || true # the status says that there are differences

step "The same network on that machine: hard-swish is one instruction"
measure after "$here/hardswish.yaml"

step "Cells of the vector unit's arithmetic, without and with it"
"$root/rtl/area.sh" edge16
"$root/rtl/area.sh" "$here/hardswish.yaml"

step "Its page in the manual: $out/manual"
npuisa generate "$here/hardswish.yaml" --manual "$out/manual"

step "The hardware of that machine against the simulator"
"$root/rtl/build_model.sh" "$here/hardswish.yaml" "$out" --npuisa npuisa
npucosim "$out/after.bin" --machine "$here/hardswish.yaml" --model "$out/librtl_hardswish.so"
