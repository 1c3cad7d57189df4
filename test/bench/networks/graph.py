"""A float network under construction: nodes in order, weights drawn from one seeded generator."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """Values are known by name. Each method adds nodes and returns the name of their result."""

    def __init__(self, name, seed=0):
        self.name = name
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, {}, {}
        self.samples = {}  # an example of each input
        self.unquantised = set()  # results that stay f32 in the quantised form

    def input(self, name, shape, sample=None):
        self.inputs[name] = list(shape)
        self.samples[name] = np.asarray(self.random.standard_normal(shape) if sample is None else sample, np.float32)
        return name

    def output(self, value, shape):
        self.outputs[value] = list(shape)

    def constant(self, name, array):
        self.constants[name] = np.asarray(array)
        return name

    def node(self, op, inputs, name, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def weights(self, name, shape, fan_in, gain=2.0):
        """Normal numbers that keep the variance of what they multiply (gain 2: of what relu left of it)."""
        return self.constant(name, (self.random.standard_normal(shape) * np.sqrt(gain / fan_in)).astype(np.float32))

    def bias(self, name, count):
        return self.constant(name, (self.random.standard_normal(count) * 0.05).astype(np.float32))

    def conv(self, x, name, channels_in, channels_out, kernel, stride=1, groups=1, gain=2.0, pads=None, bias=True):
        fan_in = channels_in // groups * kernel * kernel
        inputs = [x, self.weights(name + ".weight", (channels_out, channels_in // groups, kernel, kernel), fan_in, gain)]
        if bias:
            inputs.append(self.bias(name + ".bias", channels_out))
        return self.node("Conv", inputs, name, kernel_shape=[kernel] * 2, strides=[stride] * 2, group=groups,
                         pads=[kernel // 2] * 4 if pads is None else pads)

    def relu(self, x, name):
        return self.node("Relu", [x], name)

    def relu6(self, x, name):
        for bound, value in (("relu6.low", 0), ("relu6.high", 6)):
            self.constant(bound, np.float32(value))
        return self.node("Clip", [x, "relu6.low", "relu6.high"], name)

    def dense(self, x, name, channels_in, channels_out, gain=2.0):
        """Of [1, channels_in]."""
        weight = self.weights(name + ".weight", (channels_out, channels_in), channels_in, gain)
        return self.node("Gemm", [x, weight, self.bias(name + ".bias", channels_out)], name, transB=1)

    def linear(self, x, name, channels_in, channels_out, gain=1.0):
        """Of the last dimension of a tensor of any rank, as exporters write it: MatMul and Add."""
        weight = self.weights(name + ".weight", (channels_in, channels_out), channels_in, gain)
        product = self.node("MatMul", [x, weight], name)
        return self.node("Add", [product, self.bias(name + ".bias", channels_out)], name + ".add")

    def reshape(self, x, name, shape):
        return self.node("Reshape", [x, self.constant(name + ".shape", np.array(shape, np.int64))], name)

    def model(self, more_outputs=()):
        """The network in f32; `more_outputs`: inner values that shall be outputs as well."""
        return make_model(self.name, self.nodes, self.constants, self.inputs, self.outputs, more_outputs)


def make_model(name, nodes, constants, inputs, outputs, more_outputs=()):
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in inputs.items()]
    results = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in outputs.items()]
    results += [helper.make_empty_tensor_value_info(n) for n in more_outputs if n not in outputs]
    graph = helper.make_graph(nodes, name, values, results, [numpy_helper.from_array(a, n) for n, a in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
