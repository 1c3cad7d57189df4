#!/usr/bin/env python3
"""Random networks whose results are as long as values say, with onnxruntime's outputs, as folders of ONNX's test data.

make_extents.py FOLDER ORT [--count N] [--seed S]: extent_S, extent_S+1, ... below FOLDER; those that are there stay. ORT is the folder that has
node_modules/onnxruntime-node 1.30. A network depends on its seed alone. Needs Debian's python3-onnx.
"""
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from make import DATA_SETS, FLOAT, INT64, Graph, Names, write_all  # noqa: E402

from onnx import helper  # noqa: E402


def mask(g, x):
    """Which elements are picked: more or fewer, all or none of them."""
    bound = g.real(1, size=1.5)
    return g.op(g.names.pick("Greater", "Less"), x, bound)


def finish(g, y):
    """Operators that keep picked elements apart."""
    for _ in range(g.names.whole(0, 3)):
        y = g.op(g.names.pick("Neg", "Relu", "Exp", "Sigmoid"), y)
    return g.op("Mul", y, g.real(1))


def picked_elements(g, x, rank):
    """x[mask]"""
    places = g.op("Transpose", g.op("NonZero", mask(g, x)), perm=[1, 0])
    return [(finish(g, g.op("GatherND", x, places)), FLOAT, 1), (places, INT64, 2)]


def picked_rows(g, x, rank):
    axis = g.names.whole(0, rank - 1)
    others = [i for i in range(rank) if i != axis]
    best = g.op("ReduceMax", x, axes=others, keepdims=0) if others else x
    return [(finish(g, g.op("Compress", x, mask(g, best), axis=axis)), FLOAT, rank)]


def picked_flat(g, x, rank):
    flat = g.op("Reshape", x, g.constant(np.array([-1])))
    return [(finish(g, g.op("Compress", x, mask(g, flat))), FLOAT, 1)]


def distinct(g, x, rank):
    rounded = g.op("Round", x)
    options = {"sorted": g.names.whole(0, 1)}
    if g.names.whole(0, 1):
        options["axis"] = g.names.whole(-rank, rank - 1)
    y, first, number, count = g.op("Unique", rounded, outputs=4, **options)
    return [(finish(g, y), FLOAT, rank if "axis" in options else 1), (first, INT64, 1), (number, INT64, 1), (count, INT64, 1)]


def suppressed(g, x, rank):
    """Boxes are made from the input's elements, so that some overlap."""
    boxes = g.op("Reshape", x, g.constant(np.array([1, -1, 4])))
    scores = g.op("Transpose", g.op("ReduceMax", boxes, axes=[2], keepdims=1), perm=[0, 2, 1])
    parameters = [g.constant(np.array([g.names.whole(1, 9)])), g.constant(np.array([0.3], np.float32)), g.constant(np.array([0.0], np.float32))]
    return [(g.op("NonMaxSuppression", boxes, scores, *parameters, center_point_box=g.names.whole(0, 1)), INT64, 2)]


KINDS = (picked_elements, picked_rows, picked_flat, distinct, suppressed)


def network(seed):
    names = Names(seed)
    rank = names.whole(1, 3)
    shape = [names.whole(1, 6) for _ in range(rank - 1)] + [4 * names.whole(1, 4)]
    g = Graph(names, shape)
    results = KINDS[seed % len(KINDS)](g, "x", rank)
    x = helper.make_tensor_value_info("x", FLOAT, shape)
    outputs = [helper.make_tensor_value_info(name, kind, [None] * extents) for name, kind, extents in results]
    graph = helper.make_graph(g.nodes, f"extent_{seed}", [x], outputs, g.initialisers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    data = [{"x": names.random.uniform(-2, 2, shape).astype(np.float32)} for _ in range(DATA_SETS)]
    data[-1]["x"][:] = data[-1]["x"].flat[0]  # all of them, or none
    return model, data


if __name__ == "__main__":
    write_all("extent", network, 20, __doc__)
