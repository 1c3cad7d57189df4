"""Matrix products: with constant weights, of two activations, quantised at run time."""
import numpy as np


def matmul(n, x):
    if x.rank < 2:
        return None
    inner, to = x.shape[-1], n.integer(1, 40)
    weights, scale, zero, along = n.weights([inner, to], inner, 1, unsigned=x.kind is np.uint8 and n.chance(0.3))
    result = (*x.shape[:-1], to)

    def real():
        return n.op("MatMul", x.real, n.op("DequantizeLinear", weights, scale, zero, **along))
    if n.chance(0.4):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearMatMul", x.integers, x.scale, x.zero, weights, scale, zero, s, z), result)
    y = real()
    if n.chance(0.5):
        y = n.op("Add", y, n.uniform(-0.5, 0.5, to))
    return n.quantised(n.op("Relu", y) if n.chance(0.3) else y, result)


def gemm(n, x):
    if x.rank != 2:
        return None
    turned = n.chance(0.5)
    inner, to = x.shape[1], n.integer(1, 40)
    weights, scale, zero, along = n.weights([to, inner] if turned else [inner, to], inner, 0 if turned else 1)
    bias, step = n.bias(x, scale, to) if n.chance(0.7) else (None, None)
    result = (x.shape[0], to)

    def real():
        w = n.op("DequantizeLinear", weights, scale, zero, **along)
        return n.op("Gemm", x.real, w, n.op("DequantizeLinear", bias, step, None, axis=0) if bias else None, transB=int(turned))
    if n.chance(0.5):
        return n.operator(x.kind, real, lambda s, z: n.op("QGemm", x.integers, x.scale, x.zero, weights, scale, zero, bias, s, z,
                                                  transB=int(turned)), result)
    return n.quantised(real(), result)


def product_of_two(n, x):
    """The other operand is an input; it may have fewer dimensions, or ones among them. (No i8 by u8: onnxruntime has none.)"""
    if x.rank < 2:
        return None
    to = n.integer(1, 20)
    before = [d if n.chance(0.7) else 1 for d in x.shape[:-2]]
    other = n.given([*before[n.integer(0, len(before)):], x.shape[-1], to], np.int8 if x.kind is np.int8 else None)
    result = (*x.shape[:-1], to)

    def real():
        return n.op("MatMul", x.real, other.real)
    if n.chance(0.4):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearMatMul", x.integers, x.scale, x.zero, other.integers, other.scale, other.zero,
                                                  s, z), result)
    return n.quantised(real(), result)


def dynamic_matmul(n, x):
    """As dynamic quantisation writes it, and as onnxruntime fuses that; of an f32 input."""
    if x.rank < 2:
        return None
    inner, to = x.shape[-1], n.integer(1, 40)
    form = n.choice(["integer", "to float", "dynamic"])
    weights, scale, zero, _ = n.weights([inner, to], inner, None if form == "integer" else 1, unsigned=n.chance(0.3))
    bias, values = n.uniform(-0.5, 0.5, to), n.input_array(n.uniform(-1, 1, *x.shape))
    if form == "dynamic":
        y = n.op("DynamicQuantizeMatMul", values, weights, scale, zero, bias)
    else:
        q, step, place = n.op("DynamicQuantizeLinear", values, outputs=3)
        if form == "to float":
            y = n.op("MatMulIntegerToFloat", q, weights, step, scale, place, zero, bias)
        else:
            y = n.op("Cast", n.op("MatMulInteger", q, weights, place, zero), to=1)
            y = n.op("Add", n.op("Mul", y, n.op("Mul", step, scale)), bias)
    return n.quantised(y, (*x.shape[:-1], to))


def attention(n, x):
    """Softmax of products between dequantize and quantize."""
    if x.rank < 2 or x.shape[-1] > 64 or x.shape[-2] > 64:
        return None
    key = n.given([*x.shape[:-1], x.shape[-1]])
    turned = n.op("Transpose", key.real, perm=[*range(x.rank - 2), x.rank - 1, x.rank - 2])
    scores = n.quantised(n.op("MatMul", x.real, turned), (*x.shape[:-1], x.shape[-2]))
    weights = n.quantised(n.op("Softmax", scores.real, axis=-1), scores.shape)
    return n.quantised(n.op("MatMul", weights.real, key.real), x.shape)


ALL = [matmul, matmul, gemm, gemm, product_of_two, dynamic_matmul, attention]
