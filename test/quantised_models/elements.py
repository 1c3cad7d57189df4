"""Sums, activations, normalisation, reductions."""
import numpy as np


def other_for(n, x):
    """An input that broadcasts to the tensor's shape."""
    shape = [d if n.chance(0.7) else 1 for d in x.shape]
    return n.given(shape[n.integer(0, len(shape) - 1):], x.kind)


def binary(n, x):
    kind = n.choice(["Add", "Add", "Mul", "Sub", "Max"])
    other = x if kind == "Mul" and n.chance(0.2) else other_for(n, x)
    operands = [x, other] if kind == "Sub" or n.chance(0.7) else [other, x]

    def real():
        return n.op(kind, *[o.real for o in operands])
    if kind in ("Add", "Mul") and n.chance(0.5):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinear" + kind, *[i for o in operands for i in (o.integers, o.scale, o.zero)], s, z),
                          x.shape)
    y = real()
    return n.quantised(n.op("Relu", y) if n.chance(0.3) else y, x.shape)


def leaky_relu(n, x):
    alpha = float(n.uniform(0.01, 0.5))

    def real():
        return n.op("LeakyRelu", x.real, alpha=alpha)
    if n.chance(0.5):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearLeakyRelu", x.integers, x.scale, x.zero, s, z, alpha=alpha), x.shape)
    return n.quantised(real(), x.shape)


def sigmoid(n, x):
    def real():
        return n.op("Sigmoid", x.real)
    if n.chance(0.5):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearSigmoid", x.integers, x.scale, x.zero, s, z), x.shape)
    return n.quantised(real(), x.shape)


def activation(n, x):
    kind = n.choice(["Tanh", "HardSwish", "HardSigmoid", "Elu", "Erf", "Relu", "PRelu", "Clip", "Abs", "Neg", "Exp", "Softplus"])
    if kind == "PRelu":
        return n.quantised(n.op(kind, x.real, n.uniform(0, 0.5, *([x.shape[1], *[1] * (x.rank - 2)] if x.rank > 1 else [1]))), x.shape)
    if kind == "Clip":
        return n.quantised(n.op(kind, x.real, np.float32(-0.3), np.float32(0.7)), x.shape)
    return n.quantised(n.op(kind, x.real), x.shape)


def softmax(n, x):
    axis = n.integer(0, x.rank - 1)
    kind = n.choice(["Softmax", "Softmax", "LogSoftmax"])
    return n.quantised(n.op(kind, x.real, axis=axis), x.shape)


def where(n, x):
    mask = n.input_array(n.random.integers(0, 2, x.shape).astype(bool))
    other = other_for(n, x)

    def real():
        return n.op("Where", mask, x.real, other.real)
    if n.chance(0.5):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearWhere", mask, x.integers, x.scale, x.zero, other.integers, other.scale,
                                                  other.zero, s, z), x.shape)
    return n.quantised(real(), x.shape)


def layer_norm(n, x):
    if x.shape[-1] < 4:
        return None
    parameters = n.uniform(0.5, 1.5, x.shape[-1]), n.uniform(-0.5, 0.5, x.shape[-1])
    return n.quantised(n.op("LayerNormalization", x.real, *parameters, axis=-1), x.shape)


def instance_norm(n, x):
    if x.rank < 3 or np.prod(x.shape[2:]) < 4:
        return None
    return n.quantised(n.op("InstanceNormalization", x.real, n.uniform(0.5, 1.5, x.shape[1]), n.uniform(-0.5, 0.5, x.shape[1])), x.shape)


def reduce(n, x):
    axes = sorted({n.integer(0, x.rank - 1) for _ in range(n.integer(1, 2))})
    keep = n.integer(0, 1)
    shape = [1 if i in axes else d for i, d in enumerate(x.shape) if keep or i not in axes]
    if not shape:
        return None
    kind = n.choice(["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2"])
    return n.quantised(n.op(kind, x.real, axes=axes, keepdims=keep), shape)


ALL = [binary, binary, binary, leaky_relu, sigmoid, activation, activation, softmax, where, layer_norm, instance_norm, reduce]
