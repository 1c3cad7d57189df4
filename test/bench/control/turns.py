"""What a turn of a loop costs besides its body: the same turns as a loop and as a network without one.

The difference of the cycles that one more turn takes in both is control: counting, deciding, and whatever the loop's code cannot
do that straight code can.
"""
import numpy as np

from networks import BOOL, FLOAT, INT64, Flow, lstm_step, lstm_weights


def element_wise(g, name, values, hidden):
    """Two layers: a product, and a map with its own input."""
    matrix = g.constant("turn.matrix", (np.random.default_rng(3).standard_normal((hidden, hidden)) / hidden).astype(np.float32))
    y = g.node("Add", [g.node("MatMul", [values[0], matrix], f"{name}.product"), "x"], f"{name}.sum")
    return [g.node("Tanh", [g.node("Mul", [y, values[0]], f"{name}.scaled")], f"{name}.next")]


def recurrent(g, name, values, hidden):
    if "cell.w" not in g.constants:
        lstm_weights(g, "cell", hidden, hidden)
    return list(lstm_step(g, name, values[0], ["cell.w", "cell.r", "cell.b"], *values, hidden))


# How a body is made, how many values it carries, their shape, the width, what else it reads.
BODIES = {"product and map, 32": (element_wise, 1, [1, 32], 32, ["x"]), "LSTM, 32": (recurrent, 2, [1, 1, 32], 32, []),
          "LSTM, 256": (recurrent, 2, [1, 1, 256], 256, [])}


def decided(g, name, value):
    """Does the data let the loop go on? It always does."""
    low = g.node("ReduceMin", [value], f"{name}.low", keepdims=0)
    return g.node("Greater", [low, g.constant("turn.limit", np.float32(-1e30))], f"{name}.goes")


def network(body, turns, form):
    """`form`: counted, decided (by data), given (an input says how many); or straight, straight-decided: without a loop."""
    make, carried, shape, hidden, others = BODIES[body]
    g = Flow("turns", 17)
    names = [f"v{i}" for i in range(carried)]
    inputs = [(n, FLOAT, shape) for n in others + names]
    samples = {n: g.random.uniform(-1, 1, shape).astype(np.float32) for n, _, _ in inputs}
    if form.startswith("straight"):
        values, flags = names, []
        for turn in range(turns):
            values = make(g, f"t{turn}", values, hidden)
            if form == "straight-decided":
                flags.append(decided(g, f"t{turn}", values[0]))
        outputs = [(v, FLOAT, shape) for v in values] + [(f, BOOL, []) for f in flags]
        return g.model_of(inputs, outputs), samples
    inner = g.body()
    values = make(inner, "turn", [n + ".in" for n in names], hidden)
    goes = decided(inner, "turn", values[0]) if form == "decided" else inner.node("Identity", ["go"], "goes")
    graph = inner.make([("i", INT64, []), ("go", BOOL, [])] + [(n + ".in", FLOAT, shape) for n in names],
                       [(goes, BOOL, [])] + [(v, FLOAT, shape) for v in values])
    count = "count"
    if form == "given":
        inputs.append(("count", INT64, []))
        samples["count"] = np.int64(turns)
    else:
        g.number("count", np.int64(turns))
    outputs = g.several("Loop", [count, "", *names], [f"{n}.out" for n in names], "loop", body=graph)
    return g.model_of(inputs, [(v, FLOAT, shape) for v in outputs]), samples
