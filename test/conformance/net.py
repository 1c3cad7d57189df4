"""A network under construction, for make_networks.py and make_exported.py."""
import numpy as np
import onnx
from onnx import helper, numpy_helper

from make_cases import TYPES


class Net:
    def __init__(self, ranges=None, version=17):
        self.version = version
        self.nodes, self.initialisers, self.inputs, self.outputs = [], [], {}, []
        self.ranges, self.ranged, self.random = ranges, [], np.random.default_rng(7)

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [f"t{len(self.nodes)}_{i}" for i in range(outputs)]
        inputs = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        self.nodes.append(helper.make_node(kind, inputs, names, name=f"{kind}{len(self.nodes)}", domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value):
        if value is None:
            return ""
        name = f"c{len(self.initialisers)}"
        self.initialisers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def input(self, value):
        name = f"x{len(self.inputs)}"
        self.inputs[name] = value
        return name

    def real(self, *shape, low=-1.0, high=1.0):
        return self.input(self.random.uniform(low, high, shape).astype(np.float32))

    def output(self, *names):
        self.outputs += names

    def scale(self, x, kind, symmetric=False):
        """That of x's range, of which there is none yet when it runs as f32."""
        self.ranged.append(x)
        if self.ranges is None:
            return None
        low, high = self.ranges[len(self.ranged) - 1]
        low, high, info = min(low, 0.0), max(high, 1e-3), np.iinfo(kind)
        if symmetric:
            return np.float32(max(-low, high) / 127), kind(0 if info.min else 128)
        step = np.float32((high - low) / 255)
        return step, kind(np.clip(np.round(info.min - low / step), info.min, info.max))

    def quantise(self, x, kind=np.int8, symmetric=False, out=False):
        """DequantizeLinear(QuantizeLinear(x)); out: x as it is quantised is an output, too."""
        found = self.scale(x, kind, symmetric)
        if found is None:
            return x
        q = self.op("QuantizeLinear", x, *found)
        if out:
            self.output(q)
        return self.op("DequantizeLinear", q, *found)

    def end(self, x, kind=np.int8):
        """A quantised output."""
        found = self.scale(x, kind)
        self.output(x if found is None else self.op("QuantizeLinear", x, *found))

    def weights(self, *shape, axis=None, kind=np.int8, zero=0, bits=7):
        """Quantised weights, with a scale for each slice of `axis`."""
        span = 2 ** bits - 1
        low, high = (-span, span + 1) if np.iinfo(kind).min else (0, 256)
        values = self.random.integers(low, high, shape).astype(kind)
        fan = int(np.prod(shape)) // max(shape[0], shape[-1])
        step = np.float32(2.0 / span / np.sqrt(fan))
        if axis is None:
            return self.op("DequantizeLinear", values, step, kind(zero))
        count = shape[axis]
        scales = (step * self.random.uniform(0.5, 1.5, count)).astype(np.float32)
        return self.op("DequantizeLinear", values, scales, np.full(count, zero, kind), axis=axis)

    def real_weights(self, *shape):
        """f32; sums of products with them stay near one."""
        return (self.random.uniform(-1.7, 1.7, shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)

    def bias(self, count, scale=0.1):
        return self.random.uniform(-scale, scale, count).astype(np.float32)

    def step(self, x):
        """The scale of a tensor behind DequantizeLinear, or of what it was before it was moved."""
        made = next(node for node in self.nodes if x in node.output)
        if made.op_type != "DequantizeLinear":
            return self.step(made.input[0])
        return next(numpy_helper.to_array(c) for c in self.initialisers if c.name == made.input[1])

    def whole_bias(self, x, weights, count):
        """As quantisers write it: i32, in steps of the product."""
        bias = self.bias(count)
        if self.ranges is None or self.step(x).ndim:
            return bias
        step = (self.step(x) * self.step(weights)).astype(np.float32)
        whole_steps = np.round(bias / step).astype(np.int32)
        return self.op("DequantizeLinear", whole_steps, step, **({"axis": 0} if step.ndim else {}))

    def conv(self, x, channels, to, kernel=3, **attributes):
        dims = attributes.pop("dims", 2)
        weights = self.weights(to, channels // attributes.get("group", 1), *[kernel] * dims, axis=0)
        attributes.setdefault("pads", [kernel // 2] * 2 * dims)
        return self.op("Conv", x, weights, self.whole_bias(x, weights, to), **attributes)

    def gemm(self, x, inner, to, **kind):
        weights = self.weights(inner, to, **kind)
        return self.op("Gemm", x, weights, self.whole_bias(x, weights, to))

    def model(self, name, types):
        def info(n, value):
            return helper.make_tensor_value_info(n, TYPES[str(value.dtype)], value.shape)
        outputs = [info(n, types[n]) if types else onnx.ValueInfoProto(name=n) for n in self.outputs]
        graph = helper.make_graph(self.nodes, name, [info(n, v) for n, v in self.inputs.items()], outputs, self.initialisers)
        model = helper.make_model(graph, producer_name="npuforge",
                                  opset_imports=[helper.make_opsetid("", self.version), helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 8
        return model
