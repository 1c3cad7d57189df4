#!/usr/bin/env python3
"""npuc's memory and time for large networks.

  limits.py NPUC FOLDER

Memory: three times the model and 300 MB. Time (of the processor, so that a busy machine fails nothing): 5 s.
"""
import os
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SECONDS = 5


def megabytes(file):
    return 3 * file.stat().st_size / 1e6 + 300


class Network:
    def __init__(self, shape):
        self.nodes, self.constants, self.last, self.shape = [], [], "x", shape
        self.random = np.random.default_rng(0)

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def weights(self, *shape):
        return self.constant(self.random.standard_normal(shape, dtype=np.float32) * np.float32(0.02))

    def node(self, op, *inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def dequantised(self, array, scale):
        return self.node("DequantizeLinear", self.constant(array), self.constant(np.float32(scale)), self.constant(array.dtype.type(0)))

    def steps(self, value):
        scale, zero = self.constant(np.float32(0.05)), self.constant(np.int8(0))
        return self.node("DequantizeLinear", self.node("QuantizeLinear", value, scale, zero), scale, zero)

    def bytes(self, *shape):
        return self.dequantised(self.random.integers(-127, 128, shape, dtype=np.int8), 0.01)

    def save(self, file):
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in (("x", self.shape), (self.last, None))]
        graph = helper.make_graph(self.nodes, "large", ends[:1], ends[1:], self.constants)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), file)


def dense_f32(network, width=2048, layers=6):
    for i in range(layers):
        network.last = network.node("Gemm", network.last, network.weights(width, width), network.weights(width), transB=i % 2)
        network.last = network.node("Relu", network.last)


def convolutions_f32(network, channels=512, layers=11):
    for _ in range(layers):
        network.last = network.node("Conv", network.last, network.weights(channels, channels, 3, 3), network.weights(channels), pads=[1] * 4)
        network.last = network.node("Relu", network.last)


def convolutions_int8(network, channels=512, layers=11):
    network.last = network.steps(network.last)
    for _ in range(layers):
        sums = network.node("Conv", network.last, network.bytes(channels, channels, 3, 3), pads=[1] * 4)
        network.last = network.steps(network.node("Relu", sums))


def dense_int8(network, width=4096, layers=6):
    network.last = network.steps(network.last)
    for i in range(layers):
        network.last = network.steps(network.node("Gemm", network.last, network.bytes(width, width), transB=i % 2))


CASES = [(dense_f32, [1, 2048], "npu16"), (convolutions_f32, [1, 512, 8, 8], "npu16"),
         (convolutions_int8, [1, 512, 8, 8], "edge16"), (dense_int8, [1, 4096], "edge16")]


def compile_one(npuc, model, machine):
    """Seconds of the processor, and the largest resident set in MB."""
    process = os.posix_spawn(npuc, [npuc, str(model), "--machine", machine, "-o", "/dev/null"], os.environ,
                             file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit(f"npuc {model}: status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def make(file, build, shape):
    """In a process of its own: a child's largest resident set begins with its parent's."""
    process = os.fork()
    if process == 0:
        network = Network(shape)
        build(network)
        network.save(file)
        os._exit(0)
    if os.waitpid(process, 0)[1] != 0:
        sys.exit(f"{file} could not be made")


def main():
    npuc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    for build, shape, machine in CASES:
        file = folder / f"{build.__name__}.onnx"
        make(file, build, shape)
        seconds, memory = compile_one(npuc, file, machine)
        right = memory <= megabytes(file) and seconds <= SECONDS
        wrong += not right
        print(f"{build.__name__} on {machine}: {file.stat().st_size / 1e6:.0f} MB; {seconds:.1f} s of {SECONDS}, "
              f"{memory:.0f} MB of {megabytes(file):.0f}{'' if right else ': TOO MUCH'}", flush=True)
        file.unlink()
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
