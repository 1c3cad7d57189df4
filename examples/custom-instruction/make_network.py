#!/usr/bin/python3
"""Writes network.onnx, a small quantised network whose activation is hard-swish, and images.npy, inputs for it.

The shape is that of MobileNetV3's first blocks: a strided convolution, then depthwise and pointwise pairs, all followed by
HardSwish, then an average and a classifier. The weights are random; the scales come from running it in floating point.
Needs python3-onnx. reference.mjs then writes onnxruntime's logits.
"""
import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

HERE = pathlib.Path(__file__).resolve().parent
SIZE, CLASSES, SEED = 32, 10, 11
CALIBRATION_IMAGES, TEST_IMAGES = 16, 4


def convolve(x, weights, stride, pad, groups):
    """x [N, C, H, W] with weights [O, C / groups, K, K]."""
    outputs, depth, kernel, _ = weights.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), (2, 3))[:, :, ::stride, ::stride]
    parts = [np.einsum("nchwij,ocij->nohw", windows[:, g * depth:(g + 1) * depth], part)
             for g, part in enumerate(np.split(weights, groups))]
    return np.concatenate(parts, 1)


def hard_swish(x):
    return x * np.clip(x / 6 + 0.5, 0, 1)


class Writer:
    """Builds the QDQ graph and runs the same network in floating point, so that scales follow from what it sees."""

    def __init__(self, images):
        self.random = np.random.default_rng(SEED)
        self.nodes, self.initializers = [], []
        self.value, self.data, self.scale = "image", images, 1.0
        self.quantise("image")

    def constant(self, name, value):
        self.initializers.append(numpy_helper.from_array(np.array(value), name))
        return name

    def node(self, op, name, inputs, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def quantise(self, name):
        """i8 with the range that the data has."""
        low, high = min(self.data.min(), 0), max(self.data.max(), 0)
        self.scale = np.float32((high - low) / 255)
        zero = np.int8(np.clip(np.rint(-128 - low / self.scale), -128, 127))
        parameters = [self.constant(f"{name}_scale", self.scale), self.constant(f"{name}_zero", zero)]
        integers = self.node("QuantizeLinear", f"{name}_quantized", [self.value] + parameters)
        self.value = self.node("DequantizeLinear", f"{name}_dequantized", [integers] + parameters)

    def parameter(self, name, integers, scales):
        zeros = np.zeros(scales.shape, integers.dtype)
        inputs = [self.constant(f"{name}_quantized", integers), self.constant(f"{name}_scale", scales),
                  self.constant(f"{name}_zero", zeros)]
        return self.node("DequantizeLinear", name, inputs, axis=0)

    def weights(self, name, shape):
        """Random weights that keep the size of the activations, and a bias; returns both and the operands' names."""
        fan_in = int(np.prod(shape[1:]))
        real = self.random.normal(0, 1.6 / np.sqrt(fan_in), shape)
        scales = (np.abs(real).reshape(shape[0], -1).max(1) / 127).astype(np.float32)
        integers = np.rint(real / scales.reshape(-1, *[1] * (len(shape) - 1))).astype(np.int8)
        bias_scales = (scales * self.scale).astype(np.float32)
        bias = np.rint(self.random.normal(0.1, 0.3, shape[0]) / bias_scales).astype(np.int32)
        operands = [self.parameter(f"{name}.weight", integers, scales), self.parameter(f"{name}.bias", bias, bias_scales)]
        return integers * scales.reshape(-1, *[1] * (len(shape) - 1)), bias * bias_scales, operands

    def conv(self, name, outputs, kernel, stride=1, depthwise=False):
        inputs = self.data.shape[1]
        groups = inputs if depthwise else 1
        real, bias, operands = self.weights(name, [outputs, inputs // groups, kernel, kernel])
        pad = kernel // 2
        self.data = convolve(self.data, real, stride, pad, groups) + bias[:, None, None]
        self.value = self.node("Conv", name, [self.value] + operands, kernel_shape=[kernel] * 2, strides=[stride] * 2,
                               pads=[pad] * 4, group=groups)
        self.quantise(name)
        self.data = hard_swish(self.data)
        self.value = self.node("HardSwish", f"{name}.hardswish", [self.value])
        self.quantise(f"{name}.hardswish")

    def head(self):
        self.data = self.data.mean((2, 3), keepdims=True)
        self.value = self.node("GlobalAveragePool", "gap", [self.value])
        self.quantise("gap")
        self.data = self.data[:, :, 0, 0]
        self.value = self.node("Flatten", "flatten", [self.value], axis=1)
        real, bias, operands = self.weights("classifier", [CLASSES, self.data.shape[1]])
        self.data = self.data @ real.T + bias
        self.value = self.node("Gemm", "classifier", [self.value] + operands, transB=1)
        self.quantise("logits")
        self.nodes[-1].output[0] = self.value = "logits"

    def model(self):
        graph = helper.make_graph(
            self.nodes, "hardswish", [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIZE, SIZE])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])], self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], producer_name="npuforge")
        model.ir_version = 8
        checker.check_model(model, full_check=True)
        return model


def main():
    random = np.random.default_rng(SEED)
    images = random.uniform(-1, 1, (CALIBRATION_IMAGES, 3, SIZE, SIZE)).astype(np.float32)
    writer = Writer(images)
    writer.conv("stem", 16, 3, stride=2)
    for block, (outputs, stride) in enumerate([(16, 1), (32, 2), (32, 1)], 1):
        writer.conv(f"depthwise{block}", writer.data.shape[1], 3, stride=stride, depthwise=True)
        writer.conv(f"pointwise{block}", outputs, 1)
    writer.head()
    save(writer.model(), str(HERE / "network.onnx"))
    np.save(HERE / "images.npy", images[:TEST_IMAGES])


if __name__ == "__main__":
    main()
