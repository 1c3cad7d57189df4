"""Writes float networks as frameworks export them, with weights as training leaves them (heavy tails, channels of different ranges),
and samples of their inputs.

networks.py NAME FOLDER    FOLDER/net.onnx, FOLDER/samples/N.npy, FOLDER/x.npy, which is no sample
"""

import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper


class Network:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.initializers = [], []

    def constant(self, array):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def real(self, array):
        return self.constant(np.asarray(array, np.float32))

    def op(self, kind, *inputs, outputs=1, **attributes):
        name = f"{kind.lower()}{len(self.nodes)}"
        results = [name] + [f"{name}_{i}" for i in range(1, outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), results, name, **attributes))
        return name

    def weights(self, *shape):
        scales = np.exp(self.random.normal(0, 0.5, (shape[0],) + (1,) * (len(shape) - 1)))
        return self.random.standard_t(5, shape) * np.sqrt(1.2 / np.prod(shape[1:])) * scales

    def conv(self, x, inputs, outputs, kernel, stride=1, groups=1, dilation=1, dimensions=2):
        """With batch normalisation."""
        w = self.weights(outputs, inputs // groups, *[kernel] * dimensions)
        variance = (w.reshape(outputs, -1) ** 2).sum(1)
        numbers = [np.exp(self.random.normal(0, 0.4, outputs)), self.random.normal(0.1, 0.5, outputs)]
        numbers += [self.random.normal(0, 0.3, outputs), variance * np.exp(self.random.normal(-0.5, 0.3, outputs))]
        y = self.op(
            "Conv", x, self.real(w), strides=[stride] * dimensions, group=groups, dilations=[dilation] * dimensions,
            pads=[dilation * (kernel // 2)] * 2 * dimensions,
        )  # fmt: skip
        return self.op("BatchNormalization", y, *[self.real(n) for n in numbers])

    def linear(self, x, inputs, outputs):
        product = self.op("MatMul", x, self.real(self.weights(outputs, inputs).T))
        return self.op("Add", product, self.real(self.random.normal(0, 0.1, outputs)))

    def gemm(self, x, inputs, outputs):
        bias = self.real(self.random.normal(0, 0.1, outputs))
        return self.op("Gemm", x, self.real(self.weights(outputs, inputs)), bias, transB=1)

    def reshape(self, x, *shape):
        return self.op("Reshape", x, self.constant(np.array(shape)))


def mobilenet(n):
    """Inverted residuals as in MobileNetV2."""
    relu6 = lambda x: n.op("Clip", x, n.real(0.0), n.real(6.0))
    x, width = relu6(n.conv("x", 3, 8, 3, 2)), 8
    for outputs, stride in [(16, 2), (16, 1), (24, 2), (24, 1)]:
        y = relu6(n.conv(x, width, 4 * width, 1))
        y = relu6(n.conv(y, 4 * width, 4 * width, 3, stride, groups=4 * width))
        y = n.conv(y, 4 * width, outputs, 1)
        x, width = (n.op("Add", x, y) if stride == 1 else y), outputs
    return n.gemm(n.op("Flatten", n.op("GlobalAveragePool", x)), width, 10), (1, 3, 24, 24), (1, 10)


def transformer(n):
    """One block: normalisation, attention of two heads, feed forward with GELU."""
    tokens, width, heads = 8, 32, 2

    def norm(x):
        return n.op("LayerNormalization", x, n.real(np.ones(width)), n.real(np.zeros(width)), axis=-1)

    def split(x, perm):
        return n.op("Transpose", n.reshape(n.linear(x, width, width), 1, tokens, heads, width // heads), perm=perm)

    y = norm("x")
    q, k, v = split(y, [0, 2, 1, 3]), split(y, [0, 2, 3, 1]), split(y, [0, 2, 1, 3])
    scores = n.op("Softmax", n.op("Div", n.op("MatMul", q, k), n.real(4.0)), axis=-1)
    y = n.reshape(n.op("Transpose", n.op("MatMul", scores, v), perm=[0, 2, 1, 3]), 1, tokens, width)
    x = n.op("Add", "x", n.linear(y, width, width))
    y = n.linear(norm(x), width, 4 * width)
    erf = n.op("Add", n.op("Erf", n.op("Div", y, n.real(2**0.5))), n.real(1.0))
    y = n.op("Mul", n.op("Mul", y, erf), n.real(0.5))
    return n.op("Add", x, n.linear(y, 4 * width, width)), (1, tokens, width), (1, tokens, width)


def lstm(n):
    """A convolution, a recurrent layer, which stays f32, and a classifier of each step."""
    x = n.op("Relu", n.conv("x", 8, 16, 3, 2, dimensions=1))
    x = n.op("Transpose", x, perm=[2, 0, 1])
    numbers = [(1, 64, 16), (1, 64, 16), (1, 128)]
    numbers = [n.real(n.random.normal(0, 0.25, shape)) for shape in numbers]
    y = n.op("LSTM", x, *numbers, outputs=3, hidden_size=16)
    y = n.op("Transpose", n.op("Squeeze", y, n.constant(np.array([1]))), perm=[1, 0, 2])
    y = n.linear(n.op("Relu", n.linear(y, 16, 32)), 32, 6)
    return n.op("LogSoftmax", y, axis=-1), (1, 8, 16), (1, 8, 6)


def audio(n):
    """Convolutions in one dimension, dilated and residual."""
    x = n.op("Relu", n.conv("x", 1, 16, 9, 4, dimensions=1))
    x = n.op("MaxPool", x, kernel_shape=[2], strides=[2])
    for dilation in (1, 2, 4):
        y = n.op("Relu", n.conv(x, 16, 32, 3, dilation=dilation, dimensions=1))
        y = n.op("LeakyRelu", n.conv(y, 32, 32, 3, groups=32, dimensions=1), alpha=0.1)
        x = n.op("Relu", n.op("Add", x, n.conv(y, 32, 16, 1, dimensions=1)))
    return n.gemm(n.op("Flatten", n.op("GlobalAveragePool", x)), 16, 12), (1, 1, 512), (1, 12)


def main(name, folder):
    network = Network(7)
    write = {"mobilenet": mobilenet, "transformer": transformer, "lstm": lstm, "audio": audio}[name]
    _, inputs, outputs = write(network)
    network.nodes[-1].output[0] = "y"
    graph = helper.make_graph(
        network.nodes,
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, inputs)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, outputs)],
        network.initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    folder = Path(folder)
    (folder / "samples").mkdir(parents=True)
    (folder / "net.onnx").write_bytes(model.SerializeToString())
    random = np.random.default_rng(1)
    for i in range(4):
        np.save(folder / "samples" / f"{i}.npy", random.normal(0, 1, inputs).astype(np.float32))
    np.save(folder / "x.npy", random.normal(0, 1, inputs).astype(np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:])
