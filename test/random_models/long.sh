#!/bin/sh
# long.sh NPUCONFORM SEED COUNT: so many random networks from this seed on, compiled for npu16, simulated, compared with onnxruntime's outputs.
set -e
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
/usr/bin/python3 "$here/make.py" "$folder/random" --seed "$2" --count "$3"
"$1" --machine npu16 "$folder/random"
