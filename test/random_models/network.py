"""A network under construction: values with their shapes, nodes, constants. Everything random comes from one generator."""
import numpy as np
import onnx
from onnx import TensorProto, helper, mapping, numpy_helper

OPSET = 17
LARGEST = 20000  # elements of a value


class Value:
    def __init__(self, name, shape):
        self.name, self.shape = name, tuple(int(d) for d in shape)

    @property
    def rank(self):
        return len(self.shape)


class Network:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.initialisers, self.inputs, self.values = [], [], {}, []

    # --- numbers ---

    def integer(self, low, high):
        """From low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def choice(self, things):
        return things[self.integer(0, len(things) - 1)]

    def chance(self, probability):
        return bool(self.random.random() < probability)

    # --- values ---

    def input_array(self, array):
        name = f"x{len(self.inputs)}"
        self.inputs[name] = array
        return Value(name, array.shape)

    def input(self, shape):
        return self.input_array(self.random.uniform(-1, 1, shape).astype(np.float32))

    def input_integers(self, low, high, shape):
        """From low to high, both included."""
        return self.input_array(np.array(self.random.integers(low, high + 1, shape)))

    def constant(self, array):
        name = f"c{len(self.initialisers)}"
        self.initialisers.append(numpy_helper.from_array(np.array(array), name))
        return Value(name, np.shape(array))

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def real(self, *shape, low=-1.0, high=1.0):
        return self.constant(self.random.uniform(low, high, shape).astype(np.float32))

    def weights(self, fan_in, *shape):
        """Sums of `fan_in` products with these stay near one."""
        size = 1.7 / max(1, fan_in) ** 0.5
        return self.real(*shape, low=-size, high=size)

    def node(self, op, inputs, shape, outputs=1, **attributes):
        """The first of the node's outputs, with this shape; inputs may be None."""
        number = len(self.nodes)
        names = [f"v{number}"] + [f"v{number}_{i}" for i in range(1, outputs)]
        self.nodes.append(helper.make_node(op, [v.name if v else "" for v in inputs], names, name=f"{op}_{number}", **attributes))
        return Value(names[0], shape)

    def keep(self, value):
        """Later nodes may read it, too."""
        self.values.append(value)
        return value

    def earlier(self, accept):
        found = [v for v in self.values if accept(v)]
        return self.choice(found) if found else None

    def model(self, outputs):
        given = [helper.make_tensor_value_info(n, mapping.NP_TYPE_TO_TENSOR_TYPE[v.dtype], v.shape) for n, v in self.inputs.items()]
        results = [helper.make_tensor_value_info(v.name, TensorProto.FLOAT, v.shape) for v in outputs]
        graph = helper.make_graph(self.nodes, "random", given, results, self.initialisers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="npuforge")
        model.ir_version = 8
        return model


def size(shape):
    return int(np.prod(shape, dtype=np.int64))


def save(model, data, outputs, folder):
    """As ONNX's own test data."""
    place = folder / "test_data_set_0"
    place.mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
    for kind, values in (("input", data), ("output", outputs)):
        for i, value in enumerate(values):
            (place / f"{kind}_{i}.pb").write_bytes(numpy_helper.from_array(value).SerializeToString())
