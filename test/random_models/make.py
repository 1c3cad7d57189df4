#!/usr/bin/env python3
"""Random networks with onnxruntime's outputs, as folders of ONNX's test data.

make.py FOLDER [--count N] [--seed S]: random_S, random_S+1, ... below FOLDER; those that are there stay. A network depends on its seed alone.
onnxruntime-node is taken as ../bench/networks/reference.py says. Needs Debian's python3-onnx.
"""
import argparse
import pathlib
import sys
import tempfile

import numpy as np
import onnx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench" / "networks"))
import operators  # noqa: E402
import reference  # noqa: E402
from network import LARGEST, Network, save  # noqa: E402

EXTENTS = [1, 1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 23, 31, 32, 33]


def network(seed):
    """A chain of 3 to 12 operators with branches."""
    n = Network(seed)
    rank = n.choice([1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5])
    while True:
        shape = [n.choice(EXTENTS) for _ in range(rank)]
        shape[0] = min(shape[0], 3) if rank > 2 else shape[0]
        if np.prod(shape) <= LARGEST // 4:
            break
    x = n.keep(n.input(shape))
    steps = n.integer(3, 12)
    while steps:
        family = operators.HEAVY if n.chance(0.55) else operators.CHEAP if n.chance(0.7) else operators.INTEGER
        made = n.choice(family)(n, x)
        if made and made.rank <= 5:
            x, steps = n.keep(made), steps - 1
    return n, n.model([x])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch) / "work"
        work.mkdir()
        for seed in range(arguments.seed, arguments.seed + arguments.count):
            folder = arguments.folder / f"random_{seed}"
            if folder.exists():
                continue
            n, model = network(seed)
            onnx.save(model, work / "model.onnx")
            try:
                outputs = reference.outputs(work / "model.onnx", n.inputs, work)
            except reference.Unavailable as error:
                sys.exit(f"make.py: seed {seed}: {error}")
            save(model, n.inputs.values(), [outputs[o.name] for o in model.graph.output], folder)


if __name__ == "__main__":
    main()
