#!/usr/bin/env bash
# Compiles the network, runs the test set through the simulator, scores it, writes a trace, and co-simulates one image
# against the Verilated RTL. Run by `./dev demo`, which builds the programs first.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${NPUFORGE_BUILD:-$here/../../build}
bin=$build/bin
out=$build/demo
mkdir -p "$out"

step() { printf '\n==> %s\n' "$*"; }

step "npuc: compile glyphs.onnx for edge16"
"$bin/npuc" "$here/glyphs.onnx" --machine edge16 -o "$out/glyphs.bin"

step "npusim: the test set"
/usr/bin/python3 "$here/score.py" prepare "$out/images.npy"
"$bin/npusim" "$out/glyphs.bin" --batch --input "image=$out/images.npy" --output-dir "$out" --json "$out/set.json"
/usr/bin/python3 "$here/score.py" score "$out/logits.npy" "$out/set.json"

step "npusim: one image, with a trace (open it at https://ui.perfetto.dev)"
"$bin/npusim" "$out/glyphs.bin" --input "image=$here/test/image0.npy" --output-dir "$out/image0" --trace "$out/trace.json"

step "npucosim: the same image, SystemC model against Verilated RTL"
"$bin/npucosim" "$out/glyphs.bin" --input "image=$here/test/image0.npy"

printf '\nEverything is in %s: the program, the outputs, the trace.\n' "$out"
