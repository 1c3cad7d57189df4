"""Networks whose control flow depends on data, with random weights: models and example inputs by name.

Sizes are the published ones: SkipNet (Wang et al., ECCV 2018) and BlockDrop (Wu et al., CVPR 2018) as they are for CIFAR-10 (residual
networks of 74 and 110 layers, 32 x 32 images), translation with LSTMs of 256 units as in Cocktailer (Zhang et al., OSDI 2023), and an
LSTM over 100 steps.
"""
import sys
import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "networks"))
from graph import Graph  # noqa: E402

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


class Flow(Graph):
    """A graph with control flow: bodies see the values around them."""

    def body(self):
        inner = Flow(self.name, 0)
        inner.random, inner.constants = self.random, self.constants
        return inner

    def make(self, inputs, outputs):
        infos = [[helper.make_tensor_value_info(n, t, s) for n, t, s in each] for each in (inputs, outputs)]
        return helper.make_graph(self.nodes, self.name, infos[0], infos[1])

    def several(self, op, inputs, outputs, name, **attributes):
        self.nodes.append(helper.make_node(op, inputs, outputs, name=name, **attributes))
        return outputs

    def number(self, name, value):
        return self.constant(name, np.asarray(value))

    def model_of(self, inputs, outputs):
        graph = self.make(inputs, outputs)
        graph.initializer.extend(numpy_helper.from_array(a, n) for n, a in self.constants.items())
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def lstm_weights(g, name, inputs, hidden):
    scale = 1 / np.sqrt(hidden)
    draw = lambda shape: g.random.uniform(-scale, scale, shape).astype(np.float32)
    return [g.constant(f"{name}.{kind}", draw(shape)) for kind, shape in
            (("w", (1, 4 * hidden, inputs)), ("r", (1, 4 * hidden, hidden)), ("b", (1, 8 * hidden)))]


def lstm_step(g, name, x, weights, h, c, hidden):
    """One step over [1, 1, inputs]: h and c, [1, 1, hidden]."""
    _, h, c = g.several("LSTM", [x, *weights, "", h, c], [f"{name}.y", f"{name}.h", f"{name}.c"], name, hidden_size=hidden)
    return h, c


def greedy(g, name, logits, table, size, hidden):
    """The best word's number and its row of the table as the next input, [1, 1, hidden]."""
    best = g.node("ArgMax", [logits], f"{name}.best", axis=2, keepdims=0)  # [1, 1]
    row = g.node("Gather", [table, best], f"{name}.row", axis=0)  # [1, 1, hidden]
    return best, row


def decoder(g, name, h, c, hidden, words, most):
    """Words one by one, each from the one before, until the end's number comes or there are `most`: the loop's results."""
    table = g.constant(f"{name}.table", (g.random.standard_normal((words, hidden)) * 0.5).astype(np.float32))
    weights = lstm_weights(g, name, hidden, hidden)
    out = g.constant(f"{name}.out", (g.random.standard_normal((hidden, words)) * 0.3).astype(np.float32))
    bias = g.random.standard_normal(words).astype(np.float32) * 0.1
    g.constant(f"{name}.bias", bias)
    start = g.constant(f"{name}.start", np.zeros((1, 1, hidden), np.float32))
    zero = g.constant(f"{name}.zero", np.zeros((1, 1), np.int64))
    g.constant("one", np.int64(1))
    body = g.body()
    h2, c2 = lstm_step(body, f"{name}.cell", "x_in", weights, "h_in", "c_in", hidden)
    logits = body.node("Add", [body.node("MatMul", [h2, out], f"{name}.words"), f"{name}.bias"], f"{name}.logits")
    best, row = greedy(body, name, logits, table, words, hidden)
    total = body.node("Add", ["sum_in", best], f"{name}.sum")
    goes = body.node("Not", [body.node("Equal", [best, body.constant("end", np.int64(0))], f"{name}.ends")], f"{name}.goes")
    goes = body.node("Reshape", [goes, body.constant("scalar", np.zeros(0, np.int64))], f"{name}.on")
    state = [1, 1, hidden]
    graph = body.make([("turn", INT64, []), ("go", BOOL, []), ("x_in", FLOAT, state), ("h_in", FLOAT, state), ("c_in", FLOAT, state),
                       ("sum_in", INT64, [1, 1])],
                      [(goes, BOOL, []), (row, FLOAT, state), (h2, FLOAT, state), (c2, FLOAT, state), (total, INT64, [1, 1])])
    return g.several("Loop", [g.number("most", np.int64(most)), "", start, h, c, zero],
                     [f"{name}.{n}" for n in ("x", "hn", "cn", "checksum")], name, body=graph)


def seq2seq():
    """An encoder over as many steps as an input says, and a decoder until its own end."""
    hidden, steps, words = 256, 32, 1000
    g = Flow("seq2seq", 3)
    weights = lstm_weights(g, "encoder", hidden, hidden)
    g.constant("state", np.zeros((1, 1, hidden), np.float32))
    body = g.body()
    x = body.node("Gather", ["sentence", "i"], "encoder.word", axis=0)  # [1, hidden]
    x = body.node("Reshape", [x, body.constant("state.shape", np.array([1, 1, hidden], np.int64))], "encoder.x")
    h, c = lstm_step(body, "encoder.cell", x, weights, "eh_in", "ec_in", hidden)
    body.node("Identity", ["ego"], "egoes")
    state = [1, 1, hidden]
    graph = body.make([("i", INT64, []), ("ego", BOOL, []), ("eh_in", FLOAT, state), ("ec_in", FLOAT, state)],
                      [("egoes", BOOL, []), (h, FLOAT, state), (c, FLOAT, state)])
    h, c = g.several("Loop", ["length", "", "state", "state"], ["encoder.hn", "encoder.cn"], "encoder", body=graph)
    x, hn, _, checksum = decoder(g, "decoder", h, c, hidden, words, 24)
    model = g.model_of([("sentence", FLOAT, [steps, 1, hidden]), ("length", INT64, [])],
                       [(hn, FLOAT, state), (checksum, INT64, [1, 1])])
    return model, {"sentence": g.random.standard_normal((steps, 1, hidden)).astype(np.float32), "length": np.int64(19)}


def decode():
    """The decoder alone: short steps, each of which decides about the next one."""
    hidden = 64
    g = Flow("decode", 5)
    state = [1, 1, hidden]
    _, hn, _, checksum = decoder(g, "decoder", "h0", "c0", hidden, 96, 64)
    model = g.model_of([("h0", FLOAT, state), ("c0", FLOAT, state)], [(hn, FLOAT, state), (checksum, INT64, [1, 1])])
    return model, {n: g.random.standard_normal(state).astype(np.float32) for n in ("h0", "c0")}


def residual(g, name, x, channels_in, channels, stride):
    """x + two convolutions of it, batch normalisations folded; the shortcut of a wider block is a 1 x 1 convolution."""
    y = g.relu(g.conv(x, f"{name}.a", channels_in, channels, 3, stride), f"{name}.relu")
    y = g.conv(y, f"{name}.b", channels, channels, 3, gain=0.1)
    if stride != 1 or channels_in != channels:
        x = g.conv(x, f"{name}.short", channels_in, channels, 1, stride, gain=1.0, pads=[0] * 4)
    return g.relu(g.node("Add", [x, y], f"{name}.add"), f"{name}.out")


def blocks_of(per_stage):
    """Name, channels in and out, stride and edge length of each residual block of a CIFAR network."""
    before, edge = 16, 32
    for stage, channels in enumerate((16, 32, 64)):
        for index in range(per_stage):
            stride = 2 if stage > 0 and index == 0 else 1
            edge //= stride
            yield f"s{stage}.{index}", before, channels, stride, edge
            before = channels


def skippable(g, name, x, condition, channels, edge):
    """The block where the condition holds, else what goes into it."""
    shape, arms = [1, channels, edge, edge], {}
    for attribute in ("then_branch", "else_branch"):
        arm = g.body()
        y = residual(arm, name, x, channels, channels, 1) if attribute == "then_branch" else arm.node("Identity", [x], f"{name}.skip")
        arms[attribute] = arm.make([], [(y, FLOAT, shape)])
    return g.node("If", [condition], f"{name}.if", **arms)


def stem(g):
    return g.relu(g.conv("image", "stem", 3, 16, 3), "stem.relu")


def image_model(g, y):
    pooled = g.node("Flatten", [g.node("GlobalAveragePool", [y], "pool")], "features")
    y = g.dense(pooled, "classes", 64, 10, gain=1.0)
    model = g.model_of([("image", FLOAT, [1, 3, 32, 32])], [(y, FLOAT, [1, 10])])
    return model, {"image": g.random.standard_normal((1, 3, 32, 32)).astype(np.float32)}


def skipnet():
    """ResNet-74; before each block a recurrent gate (a pooled projection to 10 values and an LSTM of 10 units) decides about it."""
    g = Flow("skipnet", 7)
    weights = lstm_weights(g, "gate", 10, 10)
    h = c = g.constant("gate.state", np.zeros((1, 1, 10), np.float32))
    g.constant("gate.shape", np.array([1, 1, 10], np.int64))
    g.constant("scalar", np.zeros(0, np.int64))
    g.constant("half", np.float32(0))
    x = stem(g)
    for name, channels_in, channels, stride, edge in blocks_of(12):
        if stride != 1 or channels_in != channels:
            x = residual(g, name, x, channels_in, channels, stride)
            continue
        pooled = g.node("Flatten", [g.node("GlobalAveragePool", [x], f"{name}.pool")], f"{name}.flat")
        row = g.node("Reshape", [g.dense(pooled, f"{name}.project", channels, 10), "gate.shape"], f"{name}.row")
        h, c = lstm_step(g, f"{name}.gate", row, weights, h, c, 10)
        value = g.linear(h, f"{name}.value", 10, 1, gain=40.0)
        go = g.node("Reshape", [g.node("Greater", [value, "half"], f"{name}.go"), "scalar"], f"{name}.goes")
        x = skippable(g, name, x, go, channels, edge)
    return image_model(g, x)


def blockdrop():
    """ResNet-110 and a policy network, ResNet-8, that decides about all blocks before the first one runs."""
    g = Flow("blockdrop", 11)
    y = g.relu(g.conv("image", "policy.stem", 3, 16, 3), "policy.relu")
    for name, channels_in, channels, stride, _ in blocks_of(1):
        y = residual(g, f"policy.{name}", y, channels_in, channels, stride)
    pooled = g.node("Flatten", [g.node("GlobalAveragePool", [y], "policy.pool")], "policy.features")
    all_blocks = list(blocks_of(18))
    policy = g.node("Greater", [g.dense(pooled, "policy.value", 64, len(all_blocks), gain=2.0), g.number("zero", np.float32(0))], "policy")
    g.constant("scalar", np.zeros(0, np.int64))
    g.constant("columns", np.array([1], np.int64))
    x = stem(g)
    for index, (name, channels_in, channels, stride, edge) in enumerate(all_blocks):
        if stride != 1 or channels_in != channels:
            x = residual(g, name, x, channels_in, channels, stride)
            continue
        first, last = (g.constant(f"{name}.{n}", np.array([v], np.int64)) for n, v in (("from", index), ("to", index + 1)))
        go = g.node("Reshape", [g.node("Slice", ["policy", first, last, "columns"], f"{name}.go"), "scalar"], f"{name}.goes")
        x = skippable(g, name, x, go, channels, edge)
    return image_model(g, x)


def lstm():
    """A recurrence of 100 steps as a network of any length has it: an input says how many there are."""
    hidden, steps = 64, 100
    g = Flow("lstm", 13)
    weights = lstm_weights(g, "cell", hidden, hidden)
    g.constant("state", np.zeros((1, 1, hidden), np.float32))
    body = g.body()
    x = body.node("Gather", ["sequence", "i"], "step.row", axis=0)
    x = body.node("Reshape", [x, body.constant("state.shape", np.array([1, 1, hidden], np.int64))], "step.x")
    h, c = lstm_step(body, "step", x, weights, "h_in", "c_in", hidden)
    body.node("Identity", ["go"], "goes")
    state = [1, 1, hidden]
    graph = body.make([("i", INT64, []), ("go", BOOL, []), ("h_in", FLOAT, state), ("c_in", FLOAT, state)],
                      [("goes", BOOL, []), (h, FLOAT, state), (c, FLOAT, state)])
    hn, _ = g.several("Loop", ["length", "", "state", "state"], ["hn", "cn"], "loop", body=graph)
    model = g.model_of([("sequence", FLOAT, [steps, 1, hidden]), ("length", INT64, [])], [(hn, FLOAT, state)])
    return model, {"sequence": g.random.standard_normal((steps, 1, hidden)).astype(np.float32), "length": np.int64(100)}


NETWORKS = {f.__name__: f for f in (lstm, seq2seq, decode, skipnet, blockdrop)}
