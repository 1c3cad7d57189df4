#!/usr/bin/env python3
"""Random quantised networks with onnxruntime's outputs, as folders of ONNX's test data.

make.py FOLDER [--count N] [--seed S] [--layers L]: quantised_S, quantised_S+1, ... below FOLDER; those that are there stay. A network depends on its
seed and L alone. onnxruntime-node is taken as ../bench/networks/reference.py says. Needs Debian's python3-onnx.
"""
import argparse
import pathlib
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "conformance"), str(HERE.parent / "bench" / "networks")]
import elements  # noqa: E402
import moves  # noqa: E402
import products  # noqa: E402
import reference  # noqa: E402
import windows  # noqa: E402
from make_cases import computed, save  # noqa: E402
from network import Network  # noqa: E402

FAMILIES = [windows.ALL, windows.ALL, products.ALL, products.ALL, elements.ALL, elements.ALL, moves.ALL]
EXTENTS = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 23, 31, 33]
LARGEST = 20000  # elements of a tensor


def shape_of(n):
    rank = n.choice([1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 5])
    while True:
        shape = [n.choice(EXTENTS) for _ in range(rank)]
        if rank > 2:
            shape[0] = n.choice([1, 1, 1, 2, 3])
        if np.prod(shape) <= LARGEST // 4:
            return shape


def grow(n, layers):
    """Layers that read an input of their own, or what another layer made: that is an output, too."""
    made = []
    while len(made) < layers:
        x = n.choice(made) if made and n.chance(0.4) else n.given(shape_of(n))
        y = n.choice(n.choice(FAMILIES))(n, x)
        if y and y.rank and np.prod(y.shape) <= LARGEST:
            made.append(y)
    return n


def network(seed, layers, folder):
    """The network and onnxruntime's outputs, as the file says and after its own optimisations."""
    trial = grow(Network(seed), layers)
    trial.outputs = list(dict.fromkeys(trial.ranged))
    values = evaluated(trial, folder, "disabled", {})
    ranges = [(float(values[x].min()), float(values[x].max())) for x in trial.ranged]
    n = grow(Network(seed, ranges), layers)
    n.outputs = list(dict.fromkeys(n.outputs))
    expected = evaluated(n, folder, "disabled", {})
    return n, expected, evaluated(n, folder, "all", expected)


def evaluated(n, folder, level, types):
    outputs = computed(n.model(types), n.used()[1], folder, level)
    if isinstance(outputs, str):
        sys.exit(f"onnxruntime, {level}: {outputs}")
    return outputs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--layers", type=int, default=6)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        runtime = reference.folder(scratch)
        for seed in range(arguments.seed, arguments.seed + arguments.count):
            folder = arguments.folder / f"quantised_{seed}"
            if folder.exists():
                continue
            n, expected, rewritten = network(seed, arguments.layers, runtime)
            save(folder, n.model(expected), n.used()[1].values(), [expected[o] for o in n.outputs],
                 [rewritten[o] for o in n.outputs] if any((expected[o] != rewritten[o]).any() for o in n.outputs) else [])


if __name__ == "__main__":
    try:
        main()
    except reference.Unavailable as error:
        sys.exit(f"make.py: {error}")
