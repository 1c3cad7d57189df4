#!/usr/bin/env python3
"""Makes a network with random weights and true shapes, quantised to int8, an example of its inputs, and onnxruntime's
outputs for it.

  make.py NETWORK FOLDER     # FOLDER/NETWORK.onnx, .npy files, and NETWORK.json that names them
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import onnx

import cells
import cnn
import graph
import products
import qdq
import reference
import transformer

NETWORKS = {"resnet18": cnn.resnet18, "resnet50": cnn.resnet50, "mobilenetv2": cnn.mobilenetv2,
            "efficientnet-lite0": cnn.efficientnet_lite0, "vgg16": cnn.vgg16, "gemm256": products.gemm256,
            "dlrm-mlp": products.dlrm_mlp, "bert-base": transformer.bert_base, "gpt2-decode": transformer.gpt2_decode,
            "vit-b16": transformer.vit_b16}
MANY_OPERATORS = {"nasnet-cells": cells.nasnet_cells, "resnext50-branches": cells.resnext50_branches, "resnext50": cells.resnext50,
                  "alexnet": cells.alexnet, "lstm8": cells.lstm8}  # for machines of several cores


def changed():
    """When the scripts that decide over a network's files were written last."""
    modules = [cells, cnn, graph, products, qdq, reference, transformer]
    return max(pathlib.Path(file).stat().st_mtime for file in [__file__, *(module.__file__ for module in modules)])


def make(name, folder):
    """The manifest: {"model": file, "inputs": {name: file}, "outputs": {name: {"file": file, "rewritten": file, "nudged": file,
    "step": scale}}}. `rewritten`: what onnxruntime returns after its own optimisations; `nudged`: what it returns where a few
    elements of the inputs are a step off. It is written last, so a manifest that is there is whole."""
    network, work = (NETWORKS | MANY_OPERATORS)[name](), folder / (name + ".work")
    work.mkdir(parents=True, exist_ok=True)
    model = folder / f"{name}.onnx"
    steps = save_quantised(network, model, work)
    expected = reference.outputs(model, network.samples, work)
    others = {"rewritten": reference.outputs(model, network.samples, work, level="all"),
              "nudged": reference.outputs(model, {n: nudged(a) for n, a in network.samples.items()}, work)}
    outputs = {value: {"file": save(folder / f"{name}.{i}.expected.npy", array), "step": steps[value]} |
                      {kind: save(folder / f"{name}.{i}.{kind}.npy", arrays[value]) for kind, arrays in others.items()}
               for i, (value, array) in enumerate(expected.items())}
    inputs = {value: save(folder / f"{name}.{i}.input.npy", array) for i, (value, array) in enumerate(network.samples.items())}
    manifest = {"model": str(model), "inputs": inputs, "outputs": outputs}
    (folder / f"{name}.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def nudged(array, one_in=100_000):
    """The array with one element of so many, at least one, a step of its 8 bits higher. Integers choose and count: they stay."""
    if not np.issubdtype(array.dtype, np.floating):
        return array
    result, step = array.copy(), (array.max() - array.min()) / 255
    places = np.random.default_rng(0).choice(array.size, -(-array.size // one_in), replace=False)
    result.reshape(-1)[places] += step
    return result


def save_quantised(network, model, work):
    """Scales come from the ranges that onnxruntime sees in the float network."""
    floats = work / "float.onnx"
    names = qdq.names_to_calibrate(network)
    onnx.save(network.model(names), floats)
    seen = reference.ranges(floats, network.samples, work)
    floats.unlink()
    quantised, steps = qdq.quantise(network, {n: seen[n] for n in names})
    onnx.save(quantised, model)
    return steps


def save(file, array):
    np.save(file, array.astype(np.float32))
    return str(file)


def main():
    parser = argparse.ArgumentParser(description="Makes a quantised network with random weights.")
    parser.add_argument("network", choices=sorted(NETWORKS | MANY_OPERATORS))
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        make(arguments.network, arguments.folder)
    except reference.Unavailable as error:
        sys.exit(f"make.py: {error}")


if __name__ == "__main__":
    main()
