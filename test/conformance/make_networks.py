#!/usr/bin/env python3
"""Writes cases/quantised/: small networks that are quantised in part, or in unusual ways.

make_networks.py FOLDER writes those that are not there; FOLDER as for make_cases.py. A network is a function over a Net. It runs twice: as f32, which
tells the range of each tensor that it quantises, and then with QuantizeLinear and DequantizeLinear of those ranges.
"""
import sys

import numpy as np

from make_cases import HERE, computed, save
from net import Net

NETWORKS = {}


def network(make):
    NETWORKS[make.__name__] = make
    return make


def run(net, name, folder):
    outputs = computed(net.model(name, {}), net.inputs, folder)
    if isinstance(outputs, str):
        sys.exit(f"{name}: {outputs}")
    return outputs


def write(name, folder):
    trial = Net()
    NETWORKS[name](trial)
    trial.outputs = list(dict.fromkeys(x for x in trial.ranged if x not in trial.inputs))
    values = {**trial.inputs, **(run(trial, name, folder) if trial.outputs else {})}
    net = Net([(float(values[x].min()), float(values[x].max())) for x in trial.ranged])
    NETWORKS[name](net)
    outputs = run(net, name, folder)
    save(HERE / "cases" / "quantised" / name, net.model(name, outputs), net.inputs.values(), [outputs[n] for n in net.outputs])


@network
def conv_softmax_matmul(net):
    x = net.quantise(net.real(1, 3, 12, 12))
    x = net.quantise(net.op("Relu", net.conv(x, 3, 20)), out=True)
    x = net.op("Softmax", net.op("Reshape", x, np.int64([1, 20, 144])), axis=-1)
    x = net.quantise(x, np.uint8, out=True)
    net.end(net.op("MatMul", x, net.weights(144, 30, axis=1)))


@network
def real_bias(net):
    """Between whole steps of the product; enough elements to show how often that matters."""
    x = net.quantise(net.real(1, 16, 24, 24))
    net.end(net.op("Conv", x, net.weights(16, 16, 3, 3, axis=0), net.bias(16), pads=[1, 1, 1, 1]))


@network
def batch_of_images(net):
    x = net.quantise(net.real(3, 4, 9, 9), np.uint8)
    x = net.quantise(net.op("Relu", net.conv(x, 4, 16)), np.uint8, out=True)
    x = net.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    y = net.quantise(net.conv(x, 16, 16, group=16), np.uint8)
    x = net.quantise(net.op("Add", x, y), np.uint8, out=True)
    x = net.quantise(net.op("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1]), np.uint8, out=True)
    x = net.quantise(net.op("GlobalAveragePool", x), np.uint8)
    net.end(net.gemm(net.op("Flatten", x), 16, 10, axis=1), np.uint8)


def heads(net, x, width):
    x = net.quantise(net.op("Add", net.op("MatMul", x, net.weights(width, width, axis=1)), net.bias(width)))
    return net.op("Transpose", net.op("Reshape", x, np.int64([0, 0, 4, width // 4])), perm=[0, 2, 1, 3])


def attention(net, x, width, out):
    q, k, v = [heads(net, x, width) for _ in range(3)]
    scores = net.quantise(net.op("MatMul", q, net.op("Transpose", k, perm=[0, 1, 3, 2])))
    scores = net.op("Softmax", net.op("Div", scores, np.float32(np.sqrt(width / 4))), axis=-1)
    x = net.quantise(net.op("MatMul", net.quantise(scores, np.uint8), v), out=out)
    return net.op("Reshape", net.op("Transpose", x, perm=[0, 2, 1, 3]), np.int64([0, 0, width]))


def normalised(net, x, width):
    return net.quantise(net.op("LayerNormalization", x, 1 + net.bias(width), net.bias(width), axis=-1), out=True)


def gelu(net, x):
    half = net.op("Mul", x, np.float32(0.5))
    return net.op("Mul", half, net.op("Add", net.op("Erf", net.op("Mul", x, np.float32(2 ** -0.5))), np.float32(1)))


def encoder(net, images, width=32):
    x = net.quantise(net.real(images, 12, width))
    y = net.quantise(net.op("MatMul", attention(net, x, width, True), net.weights(width, width, axis=1)))
    x = normalised(net, net.op("Add", x, y), width)
    y = net.quantise(gelu(net, net.quantise(net.op("MatMul", x, net.weights(width, 2 * width, axis=1)), out=True)), out=True)
    y = net.quantise(net.op("MatMul", y, net.weights(2 * width, width, axis=1)))
    net.end(net.op("Add", x, y))


@network
def encoder_of_one(net):
    encoder(net, 1)


@network
def encoder_of_two(net):
    encoder(net, 2)


@network
def embedding(net):
    table = net.random.integers(-127, 128, (20, 24)).astype(np.int8)
    tokens = net.input(net.random.integers(0, 20, (1, 9)))
    x = net.op("DequantizeLinear", net.op("Gather", table, tokens), np.float32(0.02), np.int8(3))
    net.end(net.op("MatMul", normalised(net, x, 24), net.weights(24, 40, axis=1)))


@network
def unsigned_weights(net):
    x = net.quantise(net.real(1, 5, 8, 8), np.uint8)
    x = net.quantise(net.op("Conv", x, net.weights(12, 5, 3, 3, kind=np.uint8, zero=131)), np.uint8, out=True)
    x = net.quantise(net.op("Conv", x, net.weights(8, 12, 1, 1, kind=np.uint8, zero=128, axis=0)), np.int8, out=True)
    net.end(net.op("Gemm", net.op("Flatten", x), net.weights(288, 10, kind=np.uint8, zero=7)), np.uint8)


@network
def mixed_signs(net):
    x = net.quantise(net.real(1, 6, 7, 7), np.int8)
    a, b = net.quantise(net.conv(x, 6, 8), np.uint8), net.quantise(net.conv(x, 6, 8, kernel=1), np.int8, symmetric=True)
    x = net.quantise(net.op("Add", a, b), np.uint8, out=True)
    x = net.quantise(net.op("Mul", x, b), np.int8, out=True)
    net.end(net.op("Sub", x, a), np.uint8)


@network
def scales_along_activations(net):
    x = net.real(1, 4, 6, 6)
    scales, zeros = np.float32([0.01, 0.007, 0.02, 0.004]), np.int8([3, -5, 0, 77])
    x = net.op("DequantizeLinear", net.op("QuantizeLinear", x, scales, zeros), scales, zeros)
    x = net.quantise(net.conv(x, 4, 8), out=True)
    scales, zeros = np.float32([0.01, 0.02, 0.03, 0.01, 0.02, 0.03]), np.uint8([128, 100, 7, 128, 200, 255])
    net.output(net.op("QuantizeLinear", x, scales, zeros, axis=3))


@network
def moved(net):
    x = net.quantise(net.real(1, 3, 10, 10), np.uint8)
    a, b = net.quantise(net.conv(x, 3, 8), np.uint8), net.quantise(net.op("Sigmoid", net.conv(x, 3, 16)), np.uint8)
    x = net.quantise(net.op("Concat", a, b, net.quantise(net.op("Neg", a), np.uint8), axis=1), np.uint8, out=True)
    left, right = net.op("Split", x, np.int64([13, 19]), outputs=2, axis=1)
    left = net.op("Slice", left, np.int64([1, 9]), np.int64([9, 0]), np.int64([2, 3]), np.int64([1, -2]))
    left = net.op("Pad", net.quantise(left, np.uint8), np.int64([0, 1, 0, 2, 0, 0, 3, 0]), np.float32(0.25))
    net.end(left, np.uint8)
    right = net.op("Resize", right, None, np.float32([1, 1, 2, 1.5]), mode="nearest")
    right = net.quantise(net.op("Transpose", right, perm=[0, 2, 3, 1]), np.uint8)
    right = net.op("Gather", right, np.int64([4, 0, 19, 7]), axis=1)
    net.end(net.op("MatMul", right, net.weights(19, 5)), np.int8)


@network
def five_dimensions(net):
    x = net.quantise(net.real(1, 2, 5, 6, 7))
    x = net.quantise(net.op("Relu", net.conv(x, 2, 6, dims=3)), out=True)
    x = net.op("MaxPool", x, kernel_shape=[2, 2, 2], strides=[2, 2, 2])
    net.end(net.op("Mul", x, net.quantise(net.op("Sigmoid", x))))


@network
def signal(net):
    x = net.quantise(net.real(1, 8, 50), np.uint8)
    x = net.quantise(net.conv(x, 8, 24, kernel=5, dims=1, strides=[2]), np.uint8, out=True)
    x = net.quantise(net.op("LeakyRelu", x, alpha=0.1), np.uint8)
    x = net.op("MaxPool", x, kernel_shape=[3], strides=[2])
    x = net.quantise(net.op("ReduceMean", x, axes=[2], keepdims=0), np.uint8, out=True)
    net.end(net.gemm(x, 24, 6), np.uint8)


@network
def products_of_two(net):
    a, b = net.quantise(net.real(4, 1, 9, 16)), net.quantise(net.real(3, 16, 11), np.uint8)
    x = net.quantise(net.op("MatMul", a, b), out=True)
    y = net.quantise(net.op("MatMul", net.quantise(net.real(40, 70), np.uint8), net.quantise(net.real(70, 33), np.uint8)), out=True)
    y = net.quantise(net.op("Gemm", y, net.quantise(net.real(40, 20)), transA=1, alpha=0.5), out=True)
    net.end(net.op("ReduceMax", x, axes=[0, 1], keepdims=0))
    net.end(y, np.uint8)


@network
def in_and_out(net):
    """Inputs and outputs of 8 bits, views and inputs among the outputs, one tensor read by both kinds of operators."""
    x = net.input(net.random.integers(0, 256, (1, 4, 6, 5)).astype(np.uint8))
    scale, zero = np.float32(0.02), np.uint8(131)
    real_x = net.op("DequantizeLinear", x, scale, zero)
    y = net.quantise(net.conv(real_x, 4, 18), np.int8, out=True)
    net.output(net.op("Transpose", y, perm=[0, 2, 3, 1]))
    net.end(net.op("LogSoftmax", y, axis=1), np.uint8)
    net.end(net.op("Softmax", real_x, axis=1), np.uint8)
    net.end(net.conv(y, 18, 7, kernel=1), np.uint8)
    net.output(net.op("Exp", y))


@network
def dynamic(net):
    """As onnxruntime's dynamic quantisation writes a matrix product."""
    x = net.real(2, 10, 24)
    q, scale, zero = net.op("DynamicQuantizeLinear", x, outputs=3)
    weights = net.random.integers(-127, 128, (24, 18)).astype(np.int8)
    y = net.op("Cast", net.op("MatMulInteger", q, weights, zero, np.int8(0)), to=1)
    y = net.op("Add", net.op("Mul", y, net.op("Mul", scale, np.float32(0.01))), net.bias(18))
    net.output(net.op("Relu", y))


@network
def operators(net):
    """QOperator form: a batch, and three dimensions."""
    scale, zero = np.float32(0.031), np.uint8(119)
    x = net.input(net.random.integers(0, 256, (2, 6, 8, 8)).astype(np.uint8))
    weights = net.random.integers(-128, 128, (10, 6, 3, 3)).astype(np.int8)
    y = net.op("QLinearConv", x, scale, zero, weights, np.float32(0.004), np.int8(0), np.float32(0.07), np.uint8(120), pads=[1, 1, 1, 1])
    net.output(y)
    y = net.op("QLinearAdd", y, np.float32(0.07), np.uint8(120), y, np.float32(0.07), np.uint8(120), np.float32(0.14), np.uint8(121),
               domain="com.microsoft")
    net.output(y)
    net.output(net.op("QLinearMatMul", y, np.float32(0.14), np.uint8(121), net.random.integers(0, 256, (8, 5)).astype(np.uint8),
                      np.float32(0.01), np.uint8(127), np.float32(0.23), np.uint8(99)))


if __name__ == "__main__":
    for case_name in NETWORKS:  # cases that are there stay
        if not (HERE / "cases" / "quantised" / case_name).exists():
            write(case_name, sys.argv[1])
