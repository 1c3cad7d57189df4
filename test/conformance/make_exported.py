#!/usr/bin/env python3
"""Writes cases/exported/: forms that exporters of PyTorch and TensorFlow write, operators of opsets 18 to 22 and old ones among them.

make_exported.py FOLDER writes those that are not there; FOLDER as for make_cases.py. To add one: a function in an exported_*.py.
"""
import sys

import exported_layers  # noqa: F401  each of these fills EXPORTED
import exported_networks  # noqa: F401
import exported_operators  # noqa: F401
from exported import EXPORTED
from make_cases import HERE, computed, save
from net import Net


def write(name, folder):
    make, version = EXPORTED[name]
    net = Net(version=version)
    make(net)
    outputs = computed(net.model(name, {}), net.inputs, folder)
    if isinstance(outputs, str):
        print(name, "REFUSED:", outputs)
        return
    save(HERE / "cases" / "exported" / name, net.model(name, outputs), net.inputs.values(), [outputs[n] for n in net.outputs])


if __name__ == "__main__":
    for case_name in EXPORTED:  # cases that are there stay
        if not (HERE / "cases" / "exported" / case_name).exists():
            write(case_name, sys.argv[1])
