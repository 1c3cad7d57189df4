"""A quantised network under construction. It is built twice: as f32, where onnxruntime tells each tensor's range, and then with the
scales of these ranges. Everything random comes from one generator, in the same order both times."""
import dataclasses

import numpy as np
import onnx
from onnx import helper, mapping, numpy_helper

OPSET = 17


@dataclasses.dataclass
class Tensor:
    """Real values, and the 8-bit integers, scale and zero point that they come from: names."""
    real: str
    shape: tuple
    integers: str = ""
    scale: str = ""
    zero: str = ""
    kind: type = np.uint8

    @property
    def rank(self):
        return len(self.shape)


class Network:
    def __init__(self, seed, ranges=None):
        self.random, self.ranges, self.ranged = np.random.default_rng(seed), ranges, []
        self.nodes, self.initialisers, self.inputs, self.outputs = [], [], {}, []

    # --- numbers ---

    def integer(self, low, high):
        """From low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def choice(self, things):
        return things[self.integer(0, len(things) - 1)]

    def chance(self, probability):
        return bool(self.random.random() < probability)

    def uniform(self, low, high, *shape):
        return self.random.uniform(low, high, shape).astype(np.float32)

    # --- nodes ---

    def constant(self, value):
        name = f"c{len(self.initialisers)}"
        self.initialisers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def name_of(self, value):
        if value is None:
            return ""
        return value if isinstance(value, str) else self.constant(value)

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{i}" for i in range(outputs)]
        domain = "com.microsoft" if kind in MICROSOFT else ""
        self.nodes.append(helper.make_node(kind, [self.name_of(x) for x in inputs], names, name=f"{kind}{len(self.nodes)}",
                                           domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def input_array(self, value):
        name = f"x{len(self.inputs)}"
        self.inputs[name] = value
        return name

    # --- quantised tensors ---

    def kind(self):
        return self.choice([np.uint8, np.int8])

    def tensor(self, integers, scale, zero, kind, shape):
        real = self.op("DequantizeLinear", integers, scale, zero)
        return Tensor(real, tuple(int(d) for d in shape), integers, scale, zero, kind)

    def given(self, shape, kind=None):
        """An input of 8 bits, about in [-1, 1]."""
        kind = kind or self.kind()
        info = np.iinfo(kind)
        values = self.random.integers(info.min, info.max + 1, shape).astype(kind)
        scale, zero = self.uniform(0.005, 0.011), kind(info.min + self.integer(80, 170))
        return self.tensor(self.input_array(values), self.constant(scale[()]), self.constant(zero), kind, shape)

    def range_of(self, real, kind):
        """Scale and zero point, names; none when it runs as f32. The range is widened by chance: ranges of 8-bit tensors are whole steps,
        and between scales of which one is a simple fraction of the other every few elements lie exactly between two steps."""
        self.ranged.append(real)
        wider = self.uniform(1, 1.1)
        if self.ranges is None:
            return None
        low, high = (wider * bound for bound in self.ranges[len(self.ranged) - 1])
        low, high, info = min(low, 0.0), max(high, 1e-3), np.iinfo(kind)
        step = np.float32((high - low) / 255)
        zero = kind(np.clip(np.round(info.min - low / step), info.min, info.max))
        return self.constant(step), self.constant(zero)

    def quantised(self, real, shape):
        """Real values between QuantizeLinear and DequantizeLinear; the integers are an output."""
        kind = self.kind()
        found = self.range_of(real, kind)
        if not found:
            return Tensor(real, tuple(shape), kind=kind)
        integers = self.op("QuantizeLinear", real, *found)
        self.outputs.append(integers)
        return self.tensor(integers, *found, kind, shape)

    def operator(self, kind, real, integers, shape):
        """One node of 8 bits: integers(scale, zero) builds it, real() builds what it means of real values."""
        if self.ranges is None:
            name = real()
            self.range_of(name, kind)
            return Tensor(name, tuple(shape), kind=kind)
        found = self.range_of("", kind)
        result = integers(*found)
        self.outputs.append(result)
        return self.tensor(result, *found, kind, shape)

    def weights(self, shape, fan_in, axis=None, unsigned=False):
        """Integers, scales, zero points: constants' names; sums of `fan_in` products stay near one. With an axis, it may have a
        scale for each slice."""
        kind = np.uint8 if unsigned else np.int8
        zero = self.integer(100, 150) if unsigned else 0
        values = self.random.integers(0 if unsigned else -127, 256 if unsigned else 128, shape).astype(kind)
        step = np.float32(2.0 / 127 / np.sqrt(max(1, fan_in)))
        if axis is None or self.chance(0.4):
            return self.constant(values), self.constant(step), self.constant(kind(zero)), {}
        steps = step * self.uniform(0.5, 1.5, shape[axis])
        return self.constant(values), self.constant(steps), self.constant(np.full(shape[axis], zero, kind)), {"axis": axis}

    def value_of(self, constant):
        return next(numpy_helper.to_array(c) for c in self.initialisers if c.name == constant)

    def bias(self, x, scale, count):
        """i32 in steps of the product, and the steps: names."""
        values = self.uniform(-0.5, 0.5, count)
        step = np.asarray(self.value_of(scale) * (self.value_of(x.scale) if x.scale else np.float32(0.01)), np.float32)
        return self.constant(np.round(values / step).astype(np.int32)), self.constant(step)

    def used(self):
        """What the outputs need: nodes, inputs. A layer that did not come about leaves others behind."""
        needed, nodes = set(self.outputs), []
        for node in reversed(self.nodes):
            if needed.intersection(node.output):
                needed.update(node.input)
                nodes.insert(0, node)
        return nodes, {name: value for name, value in self.inputs.items() if name in needed}

    def model(self, types):
        def info(name, value):
            return helper.make_tensor_value_info(name, mapping.NP_TYPE_TO_TENSOR_TYPE[value.dtype], value.shape)
        outputs = [info(n, types[n]) if types else onnx.ValueInfoProto(name=n) for n in self.outputs]
        nodes, inputs = self.used()
        needed = {name for node in nodes for name in node.input}
        graph = helper.make_graph(nodes, "random", [info(n, v) for n, v in inputs.items()], outputs,
                                  [c for c in self.initialisers if c.name in needed])
        model = helper.make_model(graph, producer_name="npuforge",
                                  opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 8
        return model


MICROSOFT = {"QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearMul",
             "QLinearReduceMean", "QLinearSigmoid", "QLinearSoftmax", "QLinearWhere", "DynamicQuantizeMatMul", "MatMulIntegerToFloat"}
