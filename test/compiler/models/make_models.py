#!/usr/bin/env python3
"""Writes the small QDQ models of the compiler's tests and an input for each (needs Debian's python3-onnx).

make_models.py; then expect.mjs runs them in onnxruntime and writes the expected outputs. All files are in the repository.
Scales have no simple ratios: exact ties of rounding would be broken by each interpreter's floating-point noise.
"""
import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

HERE = pathlib.Path(__file__).resolve().parent / "Inputs"


class Model:
    """A QDQ graph under construction: every value that is returned is dequantised f32."""

    def __init__(self, name, shape, activation=np.int8, seed=0):
        self.name, self.shape, self.activation = name, shape, activation
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.count, self.outputs, self.opset = [], [], 0, [], 13
        self.value = self.quantised("x", 0.05, 128 if activation == np.uint8 else -7)

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(array), name))
        return name

    def node(self, op, inputs, **attributes):
        self.count += 1
        output = f"{op}_{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def quantised(self, value, scale, zero, kind=None):
        parameters = [self.constant(np.float32(scale)), self.constant((kind or self.activation)(zero))]
        return self.node("DequantizeLinear", [self.node("QuantizeLinear", [value] + parameters)] + parameters)

    def weights(self, shape, axis=0, per_channel=True, kind=np.int8):
        outputs = shape[axis] if per_channel else 1
        zero = 128 if kind == np.uint8 else 0
        values = (self.random.integers(-127, 128, shape) + zero).astype(kind)
        scales = self.random.uniform(0.002, 0.02, outputs).astype(np.float32)
        zeros = np.full(outputs, zero, kind)
        if not per_channel:
            scales, zeros = scales[0], zeros[0]
        inputs = [self.constant(values), self.constant(scales), self.constant(zeros)]
        return self.node("DequantizeLinear", inputs, **({"axis": axis} if per_channel else {}))

    def bias(self, values, weights, input_scale):
        """Integers in steps of the accumulator, as quantisers write them: i32 behind a dequantize."""
        node = next(node for node in self.nodes if node.output[0] == weights)
        scales = next(numpy_helper.to_array(c) for c in self.constants if c.name == node.input[1])
        inputs = [self.constant(np.array(values, np.int32)), self.constant(scales * np.float32(input_scale)),
                  self.constant(np.zeros(scales.shape, np.int32))]
        return self.node("DequantizeLinear", inputs, **({"axis": 0} if scales.ndim else {}))

    def layer(self, op, *inputs, scale=0.1, zero=3, then=None, **attributes):
        value = self.node(op, [self.value, *inputs], **attributes)
        if then:
            value = self.node(then[0], [value] + [self.constant(np.float32(bound)) for bound in then[1:]])
        self.value = self.quantised(value, scale, zero)
        return self.value

    def branch(self, *ops, scale=0.0473, zero=-11):
        """One more output: operators in a chain from the model's input; each is (name, other inputs, attributes)."""
        value = self.value
        for op, inputs, attributes in ops:
            value = self.node(op, [value if i is None else i for i in inputs], **attributes)
        self.outputs.append(self.quantised(value, scale, zero))

    def number(self, value):
        return self.constant(np.float32(value))

    def save(self):
        graph = helper.make_graph(
            self.nodes, self.name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self.outputs or [self.value]],
            self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], producer_name="npuforge")
        model.ir_version = 8
        HERE.mkdir(exist_ok=True)
        save(model, str(HERE / f"{self.name}.onnx"))
        x = self.random.normal(0, 2, self.shape).astype("<f4")
        x.tofile(HERE / f"{self.name}.x.raw")


def conv_unsigned():
    """u8 activations and weights, stride, uneven padding, relu, bias."""
    m = Model("conv_unsigned", [1, 3, 9, 9], np.uint8, 1)
    w = m.weights([5, 3, 3, 3], kind=np.uint8, per_channel=False)
    m.layer("Conv", w, m.bias([-900, -400, 0, 400, 5000], w, 0.05), strides=[2, 2], pads=[0, 1, 1, 0],
            then=("Relu",), scale=0.06, zero=0)
    m.layer("Conv", m.weights([4, 5, 1, 1]), scale=0.09, zero=70)
    return m


def depthwise():
    """Depthwise and grouped convolutions, dilation, clip."""
    m = Model("depthwise", [1, 6, 8, 8], np.int8, 2)
    m.layer("Conv", m.weights([6, 1, 3, 3]), group=6, pads=[1, 1, 1, 1], then=("Clip", 0, 6), scale=6 / 255, zero=-128)
    m.layer("Conv", m.weights([4, 3, 3, 3]), group=2, pads=[2, 2, 2, 2], dilations=[2, 2], scale=0.11)
    return m


def residual():
    """Adds of tensors and constants, pools, global average, flatten, Gemm."""
    m = Model("residual", [1, 4, 8, 8], np.int8, 3)
    start = m.value
    m.layer("Conv", m.weights([4, 4, 3, 3]), pads=[1, 1, 1, 1], then=("Relu",), scale=0.09137, zero=-128)
    m.layer("Add", start, then=("Relu",), scale=0.10317, zero=-100)
    m.layer("Add", m.weights([4, 1, 1], per_channel=False), scale=0.11173, zero=-90)
    m.layer("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], scale=0.11173, zero=-90)
    m.layer("AveragePool", kernel_shape=[2, 2], strides=[1, 1], pads=[1, 1, 0, 0], scale=0.06113, zero=-80)
    m.layer("GlobalAveragePool", scale=0.041327, zero=-60)
    m.layer("Flatten", axis=1, scale=0.041327, zero=-60)
    w = m.weights([10, 4])
    m.layer("Gemm", w, m.bias(range(-1000, 1000, 200), w, 0.041327), transB=1, scale=0.0323)
    return m


def channels_last():
    """A transpose and a reshape before MatMul, a product quantised by itself, then its bias."""
    m = Model("channels_last", [1, 3, 4, 5], np.int8, 4)
    m.layer("Transpose", perm=[0, 2, 3, 1], scale=0.05, zero=-7)
    m.layer("Reshape", m.constant(np.array([1, 60], np.int64)), scale=0.05, zero=-7)
    m.layer("MatMul", m.weights([60, 8], per_channel=False), scale=0.2, zero=5)
    m.layer("Add", m.weights([8], per_channel=False), scale=0.21, zero=-11)
    m.layer("MatMul", m.weights([8, 3], axis=1), scale=0.4, zero=5)
    return m


def activations():
    """Every element-wise function of one operand, each an output of its own."""
    m = Model("activations", [1, 5, 6, 8], np.int8, 5)
    m.opset = 20
    for op, attributes in (("HardSwish", {}), ("HardSigmoid", {"alpha": 0.2, "beta": 0.5}), ("Sigmoid", {}), ("Tanh", {}),
                           ("Elu", {"alpha": 0.7}), ("LeakyRelu", {"alpha": 0.1}), ("Neg", {}), ("Abs", {}), ("Exp", {}),
                           ("Erf", {}), ("Gelu", {}), ("Gelu", {"approximate": "tanh"}), ("Softplus", {}), ("Mish", {}),
                           ("Softsign", {}), ("Selu", {})):
        m.branch((op, [None], attributes))
    m.branch(("Abs", [None], {}), ("Sqrt", [None], {}))
    m.branch(("Exp", [None], {}), ("Add", [None, m.number(0.5)], {}), ("Log", [None], {}))
    m.branch(("Exp", [None], {}), ("Add", [None, m.number(0.5)], {}), ("Reciprocal", [None], {}), scale=0.0091)
    return m


def chains():
    """Operators of two operands, constants, several operators between one dequantize and one quantize."""
    m = Model("chains", [1, 6, 5, 7], np.int8, 6)
    m.opset = 14
    x = m.value
    y = m.quantised(m.node("Add", [x, m.number(0.3)]), 0.0413, 9)
    channels = m.constant(m.random.uniform(-2, 2, [1, 6, 1, 1]).astype(np.float32))
    pooled = m.quantised(m.node("GlobalAveragePool", [x]), 0.0067, 3)
    m.value = x
    m.branch(("Mul", [None, y], {}), scale=0.0871)
    m.branch(("Sub", [y, None], {}))
    m.branch(("Min", [None, y, m.number(0.7)], {}))
    m.branch(("Max", [y, None], {}))
    m.branch(("Mul", [None, channels], {}))
    m.branch(("Sub", [channels, None], {}))
    m.branch(("Mul", [None, pooled], {}), scale=0.0031)
    m.branch(("Mul", [None, m.weights([6, 5, 7], per_channel=False)], {}))
    m.branch(("Div", [None, m.number(3.7)], {}), ("Clip", [None, m.number(-1.1), m.number(0.9)], {}), scale=0.0113)
    m.branch(("Add", [None, m.number(3)], {}), ("Clip", [None, m.number(0), m.number(6)], {}), ("Mul", [x, None], {}),
             ("Div", [None, m.number(6)], {}))
    m.branch(("Sigmoid", [None], {}), ("Mul", [None, x], {}))
    m.branch(("Div", [None, m.number(1.4142135)], {}), ("Erf", [None], {}), ("Add", [None, m.number(1)], {}),
             ("Mul", [x, None], {}), ("Mul", [None, m.number(0.5)], {}))
    m.branch(("Pow", [None, m.number(2)], {}), ("Add", [None, y], {}), ("Relu", [None], {}), scale=0.0611)
    m.branch(("PRelu", [None, m.constant(m.random.uniform(0, 0.5, [6, 1, 1]).astype(np.float32))], {}))
    return m


if __name__ == "__main__":
    for make in (conv_unsigned, depthwise, residual, channels_last, activations, chains):
        make().save()
