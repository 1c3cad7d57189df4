"""Normalisations, reductions, windows: see operators.py."""
from network import LARGEST, size


def softmax(n, x):
    return n.node(n.choice(["Softmax", "LogSoftmax"]), [x], x.shape, axis=n.integer(-x.rank, x.rank - 1)) if x.rank else None


def reduce(n, x):
    if x.rank < 2:
        return None
    axes = sorted(set(n.integer(0, x.rank - 1) for _ in range(n.integer(1, 2))))
    op = n.choice(["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceSumSquare", "ReduceSum"])
    keep = n.chance(0.6)
    shape = [1 if d in axes else s for d, s in enumerate(x.shape) if keep or d not in axes]
    scaled = n.node("Mul", [x, n.constant(n.random.uniform(0.1, 0.3, ()).astype("f"))], x.shape)
    if op == "ReduceSum":
        return n.node(op, [scaled, n.ints(*axes)], shape, keepdims=int(keep))
    return n.node(op, [scaled], shape, axes=axes, keepdims=int(keep))


def spread(n, x):
    """Different numbers: what is divided by its deviation must have one, or rounding alone decides the quotient."""
    return n.node("Add", [x, n.real(*x.shape)], x.shape)


def layer_norm(n, x):
    if x.rank < 1 or x.shape[-1] < 3:
        return None
    axis = n.integer(max(0, x.rank - 2), x.rank - 1)
    shape = x.shape[axis:]
    return n.node("LayerNormalization", [spread(n, x), n.real(*shape)] + ([n.real(*shape)] if n.chance(0.7) else []), x.shape, axis=axis)


def channel_norm(n, x):
    if x.rank < 3 or size(x.shape[2:]) < 3:
        return None
    c = x.shape[1]
    op = n.choice(["BatchNormalization", "InstanceNormalization", "LRN", "MeanVarianceNormalization"])
    if op == "LRN":
        return n.node(op, [x], x.shape, size=n.choice([1, 3, 5])) if x.rank == 4 else None
    if op == "MeanVarianceNormalization":
        return n.node(op, [spread(n, x)], x.shape) if x.rank == 4 else None
    more = [n.real(c), n.real(c, low=0.5, high=1.5)] if op == "BatchNormalization" else []
    return n.node(op, [spread(n, x), n.real(c), n.real(c)] + more, x.shape)


def window(n, extents, largest=4):
    """Kernel, strides, dilations, pads, and the results' extents."""
    k, s, d, begin, end, out = [], [], [], [], [], []
    for extent in extents:
        kernel, dilation = n.integer(1, largest), n.choice([1, 1, 1, 2, 3])
        reach = (kernel - 1) * dilation + 1
        pads = [n.integer(0, kernel - 1), n.integer(0, kernel - 1)]
        if extent + sum(pads) < reach:
            kernel, dilation, reach, pads = 1, 1, 1, [0, 0]
        stride = n.choice([1, 1, 2, 3])
        for values, value in ((k, kernel), (s, stride), (d, dilation), (begin, pads[0]), (end, pads[1])):
            values.append(value)
        out.append((extent + sum(pads) - reach) // stride + 1)
    return {"kernel_shape": k, "strides": s, "dilations": d, "pads": begin + end}, out


def conv(n, x):
    if not 3 <= x.rank <= 5:
        return None
    channels, (attributes, out) = x.shape[1], window(n, x.shape[2:])
    groups = n.choice([1, 1, channels] + [g for g in range(1, channels + 1) if channels % g == 0])
    outputs = groups * n.choice([1, 1, 2, 3]) if groups > 1 else n.choice([1, 3, 8, 16, 17, 33])
    if size(out) * outputs * x.shape[0] > LARGEST:
        return None
    kernel = attributes["kernel_shape"]
    inputs = [x, n.weights(channels // groups * size(kernel), outputs, channels // groups, *kernel)]
    return n.node("Conv", inputs + ([n.real(outputs)] if n.chance(0.6) else []), [x.shape[0], outputs] + out, group=groups, **attributes)


def conv_transpose(n, x):
    if not 3 <= x.rank <= 5:
        return None
    channels = x.shape[1]
    groups = n.choice([1, 1] + [g for g in range(1, channels + 1) if channels % g == 0])
    each = n.choice([1, 2, 5])
    kernel = [n.integer(1, 3) for _ in x.shape[2:]]
    strides = [n.integer(1, 3) for _ in kernel]
    pads = [n.integer(0, k - 1) // 2 for k in kernel] * 2
    more = [n.integer(0, s - 1) for s in strides]
    out = [(e - 1) * s + k - 2 * p + m for e, s, k, p, m in zip(x.shape[2:], strides, kernel, pads, more)]
    if min(out) < 1 or size(out) * groups * each * x.shape[0] > LARGEST:
        return None
    weights = n.weights(channels // groups * size(kernel), channels, each, *kernel)
    return n.node("ConvTranspose", [x, weights], [x.shape[0], groups * each] + out, group=groups, kernel_shape=kernel, strides=strides,
                  pads=pads, output_padding=more)


def pool(n, x):
    if not 3 <= x.rank <= 5:
        return None
    attributes, out = window(n, x.shape[2:])
    op = n.choice(["MaxPool", "AveragePool"])
    if op == "AveragePool":
        attributes["count_include_pad"] = n.integer(0, 1)
        if any(d > 1 for d in attributes.pop("dilations")):
            return None
    return n.node(op, [x], [*x.shape[:2]] + out, **attributes)


def global_pool(n, x):
    if x.rank < 3:
        return None
    return n.node(n.choice(["GlobalAveragePool", "GlobalMaxPool"]), [x], list(x.shape[:2]) + [1] * (x.rank - 2))
