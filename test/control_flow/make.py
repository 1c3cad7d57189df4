#!/usr/bin/env python3
"""Random networks of branches and loops, nested, with onnxruntime's outputs, as folders of ONNX's test data.

make.py FOLDER ORT [--count N] [--seed S]: flow_S, flow_S+1, ... below FOLDER; those that are there stay. ORT is the folder that has
node_modules/onnxruntime-node 1.30. A network depends on its seed alone. Needs Debian's python3-onnx.
"""
import argparse
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "conformance"))
from make_cases import computed  # noqa: E402

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
DATA_SETS = 3


class Names:
    """Names that are unique in a model, and its numbers."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.next = 0

    def fresh(self, stem):
        self.next += 1
        return f"{stem}_{self.next}"

    def pick(self, *things):
        return things[int(self.random.integers(0, len(things)))]

    def whole(self, low, high):
        """From low to high, both included."""
        return int(self.random.integers(low, high + 1))


class Graph:
    """A graph under construction, which sees the values of the graphs around it."""

    def __init__(self, names, shape):
        self.names, self.shape, self.nodes, self.initialisers = names, shape, [], []

    def op(self, kind, *inputs, outputs=1, **attributes):
        made = [self.names.fresh(kind) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), made, name=made[0] + "_node", **attributes))
        return made[0] if outputs == 1 else made

    def constant(self, array):
        name = self.names.fresh("c")
        self.initialisers.append(numpy_helper.from_array(np.array(array), name))
        return name

    def real(self, *shape, size=1.0):
        return self.constant(self.names.random.uniform(-size, size, shape).astype(np.float32))

    def number(self, value):
        return self.constant(np.float32(value))

    def above(self, value, limit):
        """Is the mean above a number? A scalar."""
        return self.op("Greater", self.op("ReduceMean", value, keepdims=0), self.number(limit))

    def finish(self, inputs, outputs):
        infos = [[helper.make_tensor_value_info(n, t, s) for n, t, s in each] for each in (inputs, outputs)]
        return helper.make_graph(self.nodes, self.names.fresh("graph"), infos[0], infos[1], self.initialisers)

    def inside(self):
        return Graph(self.names, self.shape)


class Flow:
    """Pieces of a network: each makes a value [rows, columns] of one."""

    def __init__(self, seed):
        self.names = Names(seed)
        self.shape = [self.names.whole(1, 5), self.names.pick(3, 8, 16, 21)]
        self.counts = []  # inputs that are numbers of turns

    def piece(self, g, x, depth):
        plain = [self.elements, self.product]
        flow = [self.branch, self.counted, self.until, self.scan, self.numbered, self.swapped, self.given]
        return self.names.pick(*(flow if depth > 0 else plain))(g, x, depth - 1)

    def elements(self, g, x, _):
        y = g.op("Add", g.op("Mul", x, g.real(self.shape[1])), g.real(self.shape[1], size=0.5))
        return g.op(self.names.pick("Tanh", "Sigmoid", "Relu", "Abs"), y)

    def product(self, g, x, _):
        return g.op("MatMul", x, g.real(self.shape[1], self.shape[1], size=1.5 / self.shape[1] ** 0.5))

    def chain(self, g, x, depth):
        for level in [depth, 0][: self.names.whole(1, 2)]:
            x = self.piece(g, x, level)
        return x

    def branch(self, g, x, depth):
        arms = {}
        for name in ("then_branch", "else_branch"):
            arm = g.inside()
            y = self.names.pick(lambda: self.chain(arm, x, depth), lambda: arm.op("Identity", x))()
            arms[name] = arm.finish([], [(y, FLOAT, self.shape)])
        return g.op("If", g.above(x, self.names.random.uniform(-0.2, 0.4)), **arms)

    def loop(self, g, count, condition, carried, make, collect=()):
        """`make(body, number, names)` gives the condition to go on ("" for the one before), the carried values, the collected."""
        body, number, go = g.inside(), self.names.fresh("i"), self.names.fresh("go")
        names = [self.names.fresh("carried") for _ in carried]
        goes_on, values, collected = make(body, number, names)
        goes_on = goes_on or body.op("Identity", go)
        inputs = [(number, INT64, []), (go, BOOL, [])] + [(n, FLOAT, self.shape) for n in names]
        outputs = [(goes_on, BOOL, [])] + [(v, FLOAT, self.shape) for v in values] + [(v, FLOAT, s) for v, s in zip(collected, collect)]
        graph = body.finish(inputs, outputs)
        made = g.op("Loop", count, condition, *carried, outputs=len(carried) + len(collect), body=graph)
        return [made] if isinstance(made, str) else made

    def counted(self, g, x, depth):
        """A known number of turns, none among them, with all values collected."""
        turns = g.constant(np.int64(self.names.pick(0, 1, 2, 3, 6)))

        def make(body, _, names):
            y = self.chain(body, names[0], depth)
            return "", [y], [body.op("ReduceMax", y, axes=[1], keepdims=0)]

        y, rows = self.loop(g, turns, "", [x], make, [[self.shape[0]]])
        return g.op("Add", y, g.op("ReduceSum", rows, keepdims=0))

    def until(self, g, x, depth):
        """Ends when the data says so, perhaps before the first turn."""
        limit = self.names.random.uniform(0.02, 0.3)

        def make(body, _, names):
            y = body.op("Mul", self.chain(body, names[0], depth), body.number(0.6))
            return body.above(body.op("Abs", y), limit), [y], []

        count = self.names.pick("", g.constant(np.int64(9)))
        limited = g.op("Clip", x, g.number(-1), g.number(1))
        start = self.names.pick("", g.above(g.op("Abs", x), limit))
        if not count and not start:
            count = g.constant(np.int64(7))
        return self.loop(g, count, start, [limited], lambda *a: self.bounded(make, *a), [])[0]

    @staticmethod
    def bounded(make, body, number, names):
        """Values become smaller in each turn, so every loop ends."""
        goes_on, values, collected = make(body, number, names)
        early = body.op("Less", number, body.constant(np.int64(20)))
        return body.op("And", goes_on, early), values, collected

    def given(self, g, x, depth):
        """As many turns as an input says."""
        count = self.names.fresh("count")
        self.counts.append(count)
        return self.loop(g, count, "", [x], lambda body, _, names: ("", [self.chain(body, names[0], depth)], []))[0]

    def numbered(self, g, x, depth):
        """The turn's number is data."""

        def make(body, number, names):
            real = body.op("Mul", body.op("Cast", number, to=FLOAT), body.number(0.125))
            return "", [self.chain(body, body.op("Add", names[0], real), depth)], []

        return self.loop(g, g.constant(np.int64(self.names.whole(2, 5))), "", [x], make)[0]

    def swapped(self, g, x, depth):
        """Two values change places."""

        def make(body, _, names):
            return "", [names[1], body.op("Mul", body.op("Add", names[0], names[1]), body.number(0.5))], []

        y, z = self.loop(g, g.constant(np.int64(self.names.whole(1, 5))), "", [x, self.chain(g, x, depth)], make)
        return g.op("Sub", y, z)

    def scan(self, g, x, depth):
        """Row by row, or column by column, from either end."""
        body, axis = g.inside(), self.names.whole(0, 1)
        width = self.shape[1 - axis]
        state, row = self.names.fresh("state"), self.names.fresh("row")
        new = body.op("Tanh", body.op("Add", body.op("Mul", state, body.real(width)), row))
        y = body.op("Identity", new)
        graph = body.finish([(state, FLOAT, [width]), (row, FLOAT, [width])], [(new, FLOAT, [width]), (y, FLOAT, [width])])
        made = g.op("Scan", g.constant(np.zeros(width, np.float32)), x, outputs=2, num_scan_inputs=1, scan_input_axes=[axis],
                    scan_output_axes=[axis], scan_input_directions=[self.names.whole(0, 1)],
                    scan_output_directions=[self.names.whole(0, 1)], body=graph)
        return self.chain(g, made[1], min(depth, 0))


def network(seed):
    flow = Flow(seed)
    g = Graph(flow.names, flow.shape)
    y = "x"
    for _ in range(flow.names.whole(1, 3)):
        y = flow.piece(g, y, flow.names.whole(1, 3))
    y = g.op("Identity", y)
    graph = g.finish([("x", FLOAT, flow.shape)] + [(c, INT64, []) for c in flow.counts], [(y, FLOAT, flow.shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="npuforge")
    model.ir_version = 8
    random = flow.names.random
    data = [{"x": random.uniform(-1, 1, flow.shape).astype(np.float32) * np.float32(1 + index)} for index in range(DATA_SETS)]
    for index, values in enumerate(data):
        values.update({c: np.array(random.integers(0, 5) if index else 0, np.int64) for c in flow.counts})
    return model, data


def save(model, data, outputs, folder):
    for index, (inputs, results) in enumerate(zip(data, outputs)):
        place = folder / f"test_data_set_{index}"
        place.mkdir(parents=True)
        for kind, values in (("input", inputs.values()), ("output", results.values())):
            for i, value in enumerate(values):
                (place / f"{kind}_{i}.pb").write_bytes(numpy_helper.from_array(value).SerializeToString())
    onnx.save(model, folder / "model.onnx")


def write_all(prefix, network, count, description):
    """The program of a file that makes networks: folders PREFIX_SEED from the models and data that `network` gives for a seed."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("ort", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        folder = arguments.folder / f"{prefix}_{seed}"
        if folder.exists():
            continue
        model, data = network(seed)
        outputs = [computed(model, values, arguments.ort) for values in data]
        for answer in outputs:
            if isinstance(answer, str):
                sys.exit(f"seed {seed}: {answer}")
        save(model, data, outputs, folder)


if __name__ == "__main__":
    write_all("flow", network, 60, __doc__)
