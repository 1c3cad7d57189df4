"""same_run.py MODEL MACHINE MACHINE FOLDER: compiles MODEL.onnx for both machines and runs it on MODEL.x.raw; both runs must take
the same cycles and have the same outputs."""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx


def run(model, machine, image, folder):
    """Cycles, and outputs by name."""
    subprocess.run(["npuc", f"{model}.onnx", "--machine", machine, "-o", f"{folder}.bin"], check=True)
    subprocess.run(["npusim", f"{folder}.bin", "--machine", machine, "--input", f"x={image}", "--output-dir", folder, "--json",
                    f"{folder}.json", "--quiet"], check=True)
    return (json.loads(pathlib.Path(f"{folder}.json").read_text())["cycles"],
            {file.name: file.read_bytes() for file in folder.iterdir()})


def main(model, first, second, folder):
    folder = pathlib.Path(folder)
    folder.mkdir()
    shape = [dim.dim_value for dim in onnx.load(f"{model}.onnx").graph.input[0].type.tensor_type.shape.dim]
    np.save(folder / "x.npy", np.fromfile(f"{model}.x.raw", "<f4").reshape(shape))
    runs = [run(model, machine, folder / "x.npy", folder / str(i)) for i, machine in enumerate((first, second))]
    print(f"{runs[0][0]} and {runs[1][0]} cycles, {len(runs[0][1])} outputs")
    sys.exit(0 if runs[0] == runs[1] and runs[0][1] else "the runs differ")


if __name__ == "__main__":
    main(*sys.argv[1:])
