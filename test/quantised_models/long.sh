#!/bin/sh
# long.sh NPUCONFORM COUNT: so many random quantised networks of new seeds, compiled for npu16, simulated, compared with onnxruntime's outputs.
set -e
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
seed=$(date +%s)
echo "seeds from $seed on"
/usr/bin/python3 "$here/make.py" "$folder/quantised" --seed "$seed" --count "$2"
"$1" --machine npu16 "$folder/quantised"
