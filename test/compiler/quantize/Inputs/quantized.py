"""Makes a small float network and samples of its inputs, or checks what npuc and npusim made of it.

quantized.py make FOLDER                   FOLDER/net.onnx, samples/*.npy, test.npy, expected.npy (f32)
quantized.py compare EXPECTED GOT LIMIT    exit status 1 if |got - expected| > LIMIT |expected| (L2 norms)
quantized.py said REPORT EXPECTED GOT      exit status 1 if the error is not the one that the report of --quantize says
quantized.py ranges METHOD REPORT SAMPLES  the range of layer 'pool' against numpy's, of the samples
"""

import json
import sys
from pathlib import Path

import numpy as np


def reference(x, p):
    """conv 3x3, relu, max pool, conv 1x1, add, relu, mean, gemm; NCHW."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    y = np.einsum("nchwij,ocij->nohw", windows, p["w0"]) + p["b0"].reshape(1, -1, 1, 1)
    y = np.maximum(y, 0)
    y = y.reshape(y.shape[0], y.shape[1], 4, 2, 4, 2).max(axis=(3, 5))
    z = np.einsum("nchw,oc->nohw", y, p["w1"][:, :, 0, 0])
    y = np.maximum(y + z, 0)
    return y.mean(axis=(2, 3)) @ p["w2"] + p["b2"]


def make(folder):
    from onnx import TensorProto, helper, numpy_helper

    folder = Path(folder)
    (folder / "samples").mkdir(parents=True)
    random = np.random.default_rng(3)
    p = {
        "w0": random.normal(0, 0.3, (8, 2, 3, 3)) * np.linspace(0.1, 3, 8).reshape(-1, 1, 1, 1),
        "b0": random.normal(0, 0.2, 8),
        "w1": random.normal(0, 0.3, (8, 8, 1, 1)),
        "w2": random.normal(0, 0.4, (8, 5)),
        "b2": random.normal(0, 0.1, 5),
    }
    p = {name: value.astype(np.float32) for name, value in p.items()}
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], "first", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c0"], ["r0"], "relu"),
        helper.make_node("MaxPool", ["r0"], ["p0"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["p0", "w1"], ["c1"], "second"),
        helper.make_node("Add", ["p0", "c1"], ["s"], "sum"),
        helper.make_node("Relu", ["s"], ["r1"], "relu2"),
        helper.make_node("GlobalAveragePool", ["r1"], ["m"], "mean"),
        helper.make_node("Flatten", ["m"], ["f"], "flatten"),
        helper.make_node("Gemm", ["f", "w2", "b2"], ["y"], "dense"),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5])],
        [numpy_helper.from_array(value, name) for name, value in p.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    (folder / "net.onnx").write_bytes(model.SerializeToString())
    for i in range(8):
        np.save(folder / "samples" / f"{i}.npy", random.normal(0, 1, (1, 2, 8, 8)).astype(np.float32))
    x = random.normal(0, 1, (1, 2, 8, 8)).astype(np.float32)
    np.save(folder / "test.npy", x)
    np.save(folder / "expected.npy", reference(x, p).astype(np.float32))
    values = [reference_pool(np.load(f), p) for f in sorted((folder / "samples").iterdir())]
    np.save(folder / "relu.npy", np.concatenate([v.ravel() for v in values]))


def reference_pool(x, p):
    """The values that the scale of the layer 'first' is for: relu's results."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    y = np.einsum("nchwij,ocij->nohw", windows, p["w0"]) + p["b0"].reshape(1, -1, 1, 1)
    return np.maximum(y, 0)


def compare(expected, got, limit):
    expected, got = np.load(expected), np.load(got)
    error = np.linalg.norm(got - expected) / np.linalg.norm(expected)
    print(f"relative error {error:.4f}")
    sys.exit(0 if expected.shape == got.shape and error <= float(limit) else 1)


def said(report, expected, got):
    """A value that lies between two steps may be rounded to either, and one step of few outputs is much of their error."""
    expected, got, said = np.load(expected), np.load(got), json.loads(Path(report).read_text())["error"]
    error = np.linalg.norm(got - expected) / np.linalg.norm(expected)
    print(f"relative error {error:.5f}, said {said:.5f}")
    sys.exit(0 if abs(error - said) <= 0.2 * said else 1)


def best_mse(values):
    """The upper end, of a hundredth to all of the largest value, with the least square error."""
    ends = [values.max() * i / 100 for i in range(20, 101)]

    def error(end):
        q = np.clip(np.rint(values / (end / 255)), 0, 255) * (end / 255)
        return ((q - values) ** 2).sum()

    return ends, [error(end) for end in ends]


def divergence(values, end):
    """How far values clipped at `end` are from what 256 levels tell of them (Kullback-Leibler), by the recipe of S. Migacz, "8-bit
    inference with TensorRT": 2048 bins; the levels' counts are spread over their bins that have any."""
    counts, edges = np.histogram(values[values != 0], 2048, (0, values.max()))
    inside = counts[: int(np.rint(end / edges[1]))].astype(float)
    clipped = inside.copy()
    clipped[-1] += counts[len(inside) :].sum()
    starts = np.arange(256) * len(inside) // 256
    level = np.searchsorted(starts, np.arange(len(inside)), side="right") - 1
    sums = np.bincount(level, inside, 256)
    occupied = np.bincount(level, inside > 0, 256)
    spread = np.where(inside > 0, (sums / np.maximum(occupied, 1))[level], 0)
    p, q = clipped / clipped.sum(), np.maximum(spread / spread.sum(), 1e-6)
    return (p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum()


def ranges(method, report, values):
    layers = json.loads(Path(report).read_text())["layers"]
    low, high = next(layer["covered"] for layer in layers if layer["name"] == "first")
    values = np.load(values)
    width = values.max() / 2048  # of a bin of the histogram
    print(method, low, high, "values up to", values.max())
    assert low == 0, "relu's results are not negative"
    if method == "minmax":
        assert np.isclose(high, values.max(), rtol=1e-5)
    if method == "percentile":
        assert abs(high - np.percentile(values, 99)) <= 2 * width
    if method == "mse":  # no end has a square error that is more than a little smaller
        ends, errors = best_mse(values)
        own = np.interp(high, ends, errors)
        assert own <= 1.05 * min(errors), (own, min(errors))
    if method == "entropy":  # no end has a smaller divergence
        ends = [values.max() * i / 256 for i in range(32, 257)]
        least = min(divergence(values, end) for end in ends)
        own = divergence(values, high)
        print("divergence", own, "least", least, "of all", divergence(values, values.max()))
        assert own <= least * 1.001 + 1e-9


if __name__ == "__main__":
    {"make": make, "compare": compare, "said": said, "ranges": ranges}[sys.argv[1]](*sys.argv[2:])
