"""The QDQ form of a float network: int8 weights with a scale for each output channel, int8 activations whose scales come
from the ranges seen on one example."""
import numpy as np
from onnx import helper

from graph import make_model

MOVES = {"MaxPool", "Flatten", "Reshape", "Transpose", "Split", "Slice", "Concat", "Identity"}  # keep their input's scale
ACTIVATIONS = {"Relu", "Clip"}  # folded into what comes before
PRODUCTS = {"Conv", "Gemm", "MatMul"}


def names_to_calibrate(graph):
    """The values that will be quantised and whose ranges must be known."""
    return [n for n in quantised_values(graph) if n not in graph.inputs]


def quantised_values(graph):
    readers = {}
    for node in graph.nodes:
        for value in node.input:
            readers.setdefault(value, []).append(node)
    values = list(graph.inputs)
    for node in graph.nodes:
        result = node.output[0]
        users = readers.get(result, [])
        folded = len(users) == 1 and (users[0].op_type in ACTIVATIONS or adds_bias(graph, users[0], node))
        if not folded and result not in graph.unquantised:
            values.append(result)
    return values


def adds_bias(graph, node, product):
    return node.op_type == "Add" and product.op_type == "MatMul" and any(i in graph.constants for i in node.input)


def scale_of(low, high):
    """i8 scale and zero point of a range, which is widened to hold zero."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float32(max(high - low, 1e-6) / 255)
    return scale, np.int8(np.clip(round(-128 - low / float(scale)), -128, 127))


class Quantiser:
    def __init__(self, graph, ranges):
        self.graph, self.values = graph, set(quantised_values(graph))
        self.ranges = dict(ranges)
        for name, sample in graph.samples.items():
            self.ranges[name] = (float(sample.min()), float(sample.max()))
        self.nodes, self.constants, self.scales = [], {}, {}

    def constant(self, name, value):
        self.constants[name] = np.asarray(value)
        return name

    def run(self):
        for name in self.graph.inputs:
            self.quantise(name, *scale_of(*self.ranges[name]))
        for node in self.graph.nodes:
            self.convert(node)
        outputs = {self.read(name): shape for name, shape in self.graph.outputs.items()}
        return make_model(self.graph.name, self.nodes, self.constants, self.graph.inputs, outputs)

    def read(self, name):
        return name + ".dq" if name in self.values else name

    def quantise(self, name, scale, zero):
        self.scales[name] = scale, zero
        parameters = [self.constant(name + ".scale", scale), self.constant(name + ".zero", zero)]
        self.nodes.append(helper.make_node("QuantizeLinear", [name, *parameters], [name + ".q"], name=name + ".quantize"))
        self.nodes.append(helper.make_node("DequantizeLinear", [name + ".q", *parameters], [name + ".dq"], name=name + ".dequantize"))

    def convert(self, node):
        inputs = [self.read(name) for name in node.input]
        if node.op_type in PRODUCTS and node.input[1] in self.graph.constants:
            inputs = self.product_inputs(node, inputs)
        else:
            for name in node.input:
                if name in self.graph.constants:
                    self.constants[name] = self.graph.constants[name]
        copy = helper.make_node(node.op_type, inputs, list(node.output), name=node.name)
        copy.attribute.extend(node.attribute)
        self.nodes.append(copy)
        result = node.output[0]
        if result not in self.values:
            return
        if node.op_type in MOVES and node.input[0] in self.scales:
            self.quantise(result, *self.scales[node.input[0]])
        else:
            self.quantise(result, *scale_of(*self.ranges[result]))

    def product_inputs(self, node, inputs):
        axis = 1 if node.op_type == "MatMul" else 0
        weight = self.graph.constants[node.input[1]]
        others = tuple(i for i in range(weight.ndim) if i != axis)
        scale = (np.abs(weight).max(axis=others) / 127).astype(np.float32)
        shape = [-1 if i == axis else 1 for i in range(weight.ndim)]
        values = np.clip(np.rint(weight / scale.reshape(shape)), -127, 127).astype(np.int8)
        inputs[1] = self.dequantised(node.input[1], values, scale, axis)
        if len(inputs) > 2:
            factor = (scale * self.scales[node.input[0]][0]).astype(np.float32)
            bias = np.rint(self.graph.constants[node.input[2]] / factor).astype(np.int32)
            inputs[2] = self.dequantised(node.input[2], bias, factor, 0)
        return inputs

    def dequantised(self, name, values, scale, axis):
        if name + ".scale" in self.constants:  # several products have it; a bias in the scale of each one's input
            if np.array_equal(self.constants[name], values) and np.array_equal(self.constants[name + ".scale"], scale):
                return name + ".dq"
            name += f".{len(self.nodes)}"
        names = [self.constant(name, values), self.constant(name + ".scale", scale),
                 self.constant(name + ".zero", np.zeros(scale.shape, values.dtype))]
        self.nodes.append(helper.make_node("DequantizeLinear", names, [name + ".dq"], name=name + ".dequantize", axis=axis))
        return name + ".dq"


def quantise(graph, ranges):
    """The QDQ model, and the scale of each of its outputs; `ranges`: the smallest and largest element of each of
    names_to_calibrate."""
    quantiser = Quantiser(graph, ranges)
    model = quantiser.run()
    return model, {quantiser.read(name): float(quantiser.scales[name][0]) for name in graph.outputs}
