"""Convolutions and pools, in both forms: QDQ, and one node of 8 bits."""
import numpy as np


def window(n, extents, largest=3):
    """Attributes of a window over these extents, and what it leaves of them; none if it leaves nothing."""
    kernel = [n.integer(1, min(largest, d)) for d in extents]
    strides = [n.integer(1, 2) for _ in extents]
    before, behind = ([n.integer(0, k - 1) for k in kernel] for _ in range(2))
    left = [(d + a + b - k) // s + 1 for d, a, b, k, s in zip(extents, before, behind, kernel, strides)]
    return {"kernel_shape": kernel, "strides": strides, "pads": before + behind}, left


def conv(n, x):
    if x.rank < 3:
        return None
    channels = x.shape[1]
    groups = n.choice([1, 1, 1, channels] + ([2] if channels % 2 == 0 else []))
    to = groups * n.integer(1, 20 if groups == 1 else 3)
    attributes, left = window(n, x.shape[2:])
    shape, kernel = [to, channels // groups, *attributes["kernel_shape"]], attributes["kernel_shape"]
    weights, scale, zero, along = n.weights(shape, int(np.prod(shape[1:])), 0, unsigned=x.kind is np.uint8 and n.chance(0.2))
    bias, step = n.bias(x, scale, to) if n.chance(0.7) else (None, None)
    attributes, result = {**attributes, "group": groups}, (x.shape[0], to, *left)

    def real():
        w = n.op("DequantizeLinear", weights, scale, zero, **along)
        b = n.op("DequantizeLinear", bias, step, None, axis=0) if bias else None
        return n.op("Conv", x.real, w, b, **attributes)
    if len(kernel) == 2 and n.chance(0.4):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearConv", x.integers, x.scale, x.zero, weights, scale, zero, s, z, bias,
                                                  **attributes), result)
    y = real()
    activation = n.choice(["", "Relu", "Clip", "HardSwish"])
    if activation == "Clip":
        y = n.op("Clip", y, np.float32(-0.25), np.float32(1.25))
    elif activation:
        y = n.op(activation, y)
    return n.quantised(y, result)


def max_pool(n, x):
    if x.rank < 3:
        return None
    attributes, left = window(n, x.shape[2:])
    return n.quantised(n.op("MaxPool", x.real, **attributes), (*x.shape[:2], *left))


def average_pool(n, x):
    if x.rank < 3:
        return None
    attributes, left = window(n, x.shape[2:])
    attributes["count_include_pad"] = n.integer(0, 1)
    result = (*x.shape[:2], *left)

    def real():
        return n.op("AveragePool", x.real, **attributes)
    if x.rank == 4 and n.chance(0.5):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearAveragePool", x.integers, x.scale, x.zero, s, z, **attributes), result)
    return n.quantised(real(), result)


def global_average_pool(n, x):
    if x.rank != 4:
        return None
    result = (*x.shape[:2], 1, 1)

    def real():
        return n.op("GlobalAveragePool", x.real)
    if n.chance(0.5):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearGlobalAveragePool", x.integers, x.scale, x.zero, s, z), result)
    return n.quantised(real(), result)


def conv_transpose(n, x):
    if x.rank != 4:
        return None
    to, kernel, stride = n.integer(1, 9), n.integer(1, 3), n.integer(1, 2)
    weights, scale, zero, along = n.weights([x.shape[1], to, kernel, kernel], x.shape[1] * kernel, 1)
    w = n.op("DequantizeLinear", weights, scale, zero, **along)
    y = n.op("ConvTranspose", x.real, w, strides=[stride, stride])
    return n.quantised(y, (x.shape[0], to, *[(d - 1) * stride + kernel for d in x.shape[2:]]))


def dynamic_conv(n, x):
    """ConvInteger of an f32 input that is quantised at run time; f32 behind it."""
    if x.rank != 4:
        return None
    attributes, left = window(n, x.shape[2:])
    to = n.integer(1, 18)
    shape = [to, x.shape[1], *attributes["kernel_shape"]]
    weights, scale, zero, _ = n.weights(shape, int(np.prod(shape[1:])))
    values = n.input_array(n.uniform(-1, 1, *x.shape))
    q, step, place = n.op("DynamicQuantizeLinear", values, outputs=3)
    y = n.op("Cast", n.op("ConvInteger", q, weights, place, zero, **attributes), to=1)
    return n.quantised(n.op("Mul", y, n.op("Mul", step, scale)), (x.shape[0], to, *left))


ALL = [conv, conv, conv, conv, max_pool, average_pool, global_average_pool, conv_transpose, dynamic_conv]
