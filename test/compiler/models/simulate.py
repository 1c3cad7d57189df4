#!/usr/bin/env python3
"""simulate.py MODEL MACHINE FOLDER: compiles Inputs/MODEL.onnx, runs it on the simulator and compares every output with
onnxruntime's (Inputs/MODEL.y.raw): at most one step of the quantised output, in at most one element of a thousand
(and one element). Prints a line for each output; FOLDER takes the files."""
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnx.numpy_helper

INPUTS = pathlib.Path(__file__).resolve().parent / "Inputs"


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{result.stdout}{result.stderr}")


def main(name, machine, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model = onnx.load(str(INPUTS / f"{name}.onnx"))
    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    np.save(folder / "x.npy", np.fromfile(INPUTS / f"{name}.x.raw", "<f4").reshape(shape))
    run("npuc", INPUTS / f"{name}.onnx", "--machine", machine, "-o", folder / "program.bin")
    run("npusim", folder / "program.bin", "--machine", machine, "--input", f"x={folder / 'x.npy'}", "--output-dir",
        folder, "--quiet")
    expected = np.fromfile(INPUTS / f"{name}.y.raw", "<f4")
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    makers = {node.output[0]: node for node in model.graph.node}
    begin, ok = 0, True
    for output in model.graph.output:
        got = np.load(folder / f"{output.name}.npy").ravel()
        want = expected[begin:begin + got.size]
        begin += got.size
        dequantize = makers[output.name]
        steps = np.rint(np.abs(got - want) / constants[dequantize.input[1]])
        operator = makers[makers[dequantize.input[0]].input[0]].name
        print(f"{operator}: {got.size} values, {np.count_nonzero(steps)} differ, by at most {steps.max():.0f}")
        ok &= steps.max() <= 1 and np.count_nonzero(steps) <= max(1, got.size / 1000)
    sys.exit(0 if ok and begin == expected.size else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
