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

# One lane of a machine's vector arithmetic. Reductions over the lanes need all of them at once, which takes yosys far longer;
# they are the same on both machines and are left out.
area() {
  printf '%s\n' "base: $2" "name: $1" "prose: For its area." "instructions: {vlsum: ~, vlsquares: ~, vlmax: ~}" > "$out/$1.yaml"
  "$root/rtl/area.sh" "$out/$1.yaml" --lanes 1 | { read -r _ lanes _ each; echo "$1: $each cells a lane, $lanes lanes"; }
}

step "The network on edge16: hard-swish is a chain of instructions"
measure before edge16

step "One entry in hardswish.yaml"
sed -n '/^instructions:/,$p' "$here/hardswish.yaml"
npuisa diff edge16 "$here/hardswish.yaml" || true # the status says that there are differences

step "The same network on that machine: hard-swish is one instruction"
measure after "$here/hardswish.yaml"

step "Cells of the vector unit's arithmetic, without and with it (yosys; some minutes)"
area area_before "$root/isa/machines/edge16.yaml"
area area_after "$here/hardswish.yaml"

step "Its page in the manual: $out/manual"
npuisa generate "$here/hardswish.yaml" --manual "$out/manual"

step "The hardware of that machine against the simulator"
"$root/rtl/build_model.sh" "$here/hardswish.yaml" "$out" --npuisa npuisa
npucosim "$out/after.bin" --machine "$here/hardswish.yaml" --model "$out/librtl_hardswish.so"
