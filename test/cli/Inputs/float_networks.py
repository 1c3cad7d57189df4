"""Two float networks with random weights: a small CNN and a block of a transformer.   float_networks.py DIR"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self, seed):
        self.random, self.nodes, self.constants = np.random.default_rng(seed), [], []

    def weight(self, *shape):
        name = f"w{len(self.constants)}"
        values = self.random.normal(0, 1 / np.sqrt(np.prod(shape[1:]) or 1), shape).astype(np.float32)
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def values(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values), name))
        return name

    def node(self, operator, *inputs, **attributes):
        name = f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def save(self, file, shape, output, output_shape):
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
        y = helper.make_tensor_value_info(output, TensorProto.FLOAT, output_shape)
        graph = helper.make_graph(self.nodes, file.stem, [x], [y], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, file)


def cnn(file):
    g = Graph(1)
    a = g.node("Relu", g.node("Conv", "x", g.weight(8, 3, 3, 3), g.weight(8), pads=[1, 1, 1, 1]))
    b = g.node("Conv", a, g.weight(8, 1, 3, 3), g.weight(8), pads=[1, 1, 1, 1], group=8)
    c = g.node("Add", g.node("Conv", b, g.weight(8, 8, 1, 1)), a)
    d = g.node("Relu", g.node("Conv", g.node("MaxPool", c, kernel_shape=[2, 2], strides=[2, 2]), g.weight(20, 8, 3, 3), strides=[2, 2]))
    e = g.node("Flatten", g.node("GlobalAveragePool", d))
    g.save(file, [1, 3, 12, 12], g.node("Softmax", g.node("Gemm", e, g.weight(20, 7), g.weight(7))), [1, 7])


def block(file, length=6, width=16, heads=2):
    g = Graph(2)

    def norm(x):
        return g.node("LayerNormalization", x, g.weight(width), g.weight(width))

    def split(x):
        shape = g.values(np.array([length, heads, width // heads], np.int64))
        return g.node("Transpose", g.node("Reshape", x, shape), perm=[1, 0, 2])

    n = norm("x")
    q, k, v = (split(g.node("MatMul", n, g.weight(width, width))) for _ in range(3))
    scores = g.node("MatMul", q, g.node("Transpose", k, perm=[0, 2, 1]))
    attention = g.node("MatMul", g.node("Softmax", g.node("Mul", scores, g.values(np.float32(0.35)))), v)
    joined = g.node("Reshape", g.node("Transpose", attention, perm=[1, 0, 2]), g.values(np.array([length, width], np.int64)))
    a = g.node("Add", "x", g.node("MatMul", joined, g.weight(width, width)))
    h = g.node("MatMul", norm(a), g.weight(width, 24))
    gelu = g.node("Mul", h, g.node("Add", g.node("Erf", g.node("Mul", h, g.values(np.float32(0.7071)))), g.values(np.float32(1))))
    g.save(file, [length, width], g.node("Add", a, g.node("MatMul", gelu, g.weight(24, width))), [length, width])


def main():
    folder = pathlib.Path(sys.argv[1])
    cnn(folder / "cnn.onnx")
    block(folder / "block.onnx")
    random = np.random.default_rng(3)
    np.save(folder / "image.npy", random.normal(0, 1, (1, 3, 12, 12)).astype(np.float32))
    np.save(folder / "tokens.npy", random.normal(0, 1, (6, 16)).astype(np.float32))


main()
