"""onnxruntime-node, in the folder $NPUFORGE_ORT (or one that is made with npm): values of a model's outputs."""
import json
import os
import pathlib
import subprocess

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "1.30.0"


class Unavailable(Exception):
    """onnxruntime is not there or did not run."""


def folder(cache):
    """Where node_modules/onnxruntime-node is; installed below `cache` when nobody has it."""
    given = os.environ.get("NPUFORGE_ORT")
    place = pathlib.Path(given) if given else pathlib.Path(cache) / "onnxruntime"
    if not (place / "node_modules" / "onnxruntime-node").is_dir():
        if given:
            raise Unavailable(f"NPUFORGE_ORT={given} has no node_modules/onnxruntime-node")
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text("{}")
        call(["npm", "install", "--silent", "--ignore-scripts", f"onnxruntime-node@{VERSION}"], place)
    return place


def call(command, place):
    try:
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Unavailable(f"cannot run {command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no message"]
        raise Unavailable(f"{command[0]}: {next((line for line in said if 'Error:' in line), said[-1])}")
    return done.stdout


def request(model, samples, work, **options):
    work.mkdir(parents=True, exist_ok=True)
    inputs = {}
    for index, (name, array) in enumerate(samples.items()):
        file = work / f"input{index}.raw"
        kind = np.int64 if np.issubdtype(array.dtype, np.integer) else np.float32
        file.write_bytes(array.astype(kind).tobytes())
        inputs[name] = {"file": str(file), "type": np.dtype(kind).name, "dims": list(array.shape)}
    text = work / "request.json"
    text.write_text(json.dumps({"inputs": inputs, **options}))
    return json.loads(call(["node", str(HERE / "run.mjs"), str(model), str(text)], folder(work.parent)))


def ranges(model, samples, work):
    """Smallest and largest element of each output of the model file."""
    return request(model, samples, work, level="disabled", ranges=True)


def outputs(model, samples, work, level="disabled"):
    """The outputs of the model file, f32, by name; `level`: how much onnxruntime rewrites the network first."""
    answer = request(model, samples, work, level=level, folder=str(work))
    return {name: np.fromfile(o["file"], np.float32).reshape([int(d) for d in o["dims"]]) for name, o in answer.items()}
