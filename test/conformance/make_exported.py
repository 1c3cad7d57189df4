#!/usr/bin/env python3
"""Writes cases/exported/: forms that exporters of PyTorch and TensorFlow write, operators of opsets 18 to 22 among them.

make_exported.py FOLDER writes those that are not there; FOLDER as for make_cases.py. A case is a function over a Net, of a version of the operators.
"""
import sys

import numpy as np
from onnx import numpy_helper

from make_cases import HERE, computed, save
from make_networks import Net

EXPORTED = {}


def exported(version):
    def register(make):
        assert make.__name__ not in EXPORTED, make.__name__
        EXPORTED[make.__name__] = (make, version)
        return make
    return register


def ints(*values):
    return np.int64(values)


def write(name, folder):
    make, version = EXPORTED[name]
    net = Net(version=version)
    make(net)
    outputs = computed(net.model(name, {}), net.inputs, folder)
    if isinstance(outputs, str):
        print(name, "REFUSED:", outputs)
        return
    save(HERE / "cases" / "exported" / name, net.model(name, outputs), net.inputs.values(), [outputs[n] for n in net.outputs])


# --- reductions, selections ------------------------------------------------------------------------------------------


@exported(18)
def reduce_axes_input(net):
    x = net.real(2, 3, 4, 5)
    for kind in ("ReduceMax", "ReduceMin", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceSumSquare"):
        net.output(net.op(kind, x, ints(1, -1), keepdims=0))
    net.output(net.op("ReduceLogSum", net.op("Abs", x), ints(2)), net.op("ReduceProd", x, ints(-2)))
    net.output(net.op("ReduceMean", x, ints(), noop_with_empty_axes=1), net.op("ReduceMax", x, keepdims=0))


@exported(20)
def reduce_truths(net):
    x = net.op("Greater", net.real(3, 4, 5), np.float32(0.5))
    net.output(net.op("ReduceMax", x, ints(1)), net.op("ReduceMin", x, ints(2), keepdims=0))


@exported(18)
def split_num_outputs(net):
    x = net.real(2, 7, 3)
    net.output(*net.op("Split", x, axis=1, num_outputs=3, outputs=3))
    net.output(*net.op("Split", x, ints(3, 0, 4), axis=-2, outputs=3))


@exported(18)
def top_k_forms(net):
    x = net.real(3, 8)
    net.output(*net.op("TopK", x, ints(3), axis=-1, outputs=2), *net.op("TopK", x, ints(2), axis=0, largest=0, outputs=2))
    net.output(net.op("ArgMax", net.op("Round", x), axis=1, select_last_index=1, keepdims=0))


@exported(18)
def scatter_largest(net):
    x = net.real(4, 5)
    rows = net.input(ints([0, 2, 2], [1, 1, 0]))
    for kind in ("max", "min", "add", "mul"):
        net.output(net.op("ScatterElements", x, rows, net.real(2, 3), axis=0, reduction=kind))
        net.output(net.op("ScatterND", x, net.input(ints([1], [3], [1])), net.real(3, 5), reduction=kind))


@exported(17)
def gather_nd_batches(net):
    x = net.real(2, 3, 4, 5)
    net.output(net.op("GatherND", x, net.input(ints([[1], [-2]], [[0], [2]])), batch_dims=1))
    net.output(net.op("GatherND", x, net.input(ints([[3, 1], [0, -1], [2, 2]], [[1, 0], [3, 4], [-4, 0]])
                                               .reshape(2, 1, 3, 2).repeat(3, 1)), batch_dims=2))


@exported(17)
def compress_known(net):
    x = net.real(3, 4)
    net.output(net.op("Compress", x, np.bool_([True, False, True]), axis=0), net.op("Compress", x, np.bool_([False, True, True])))


@exported(17)
def mask_of_lengths(net):
    """Positions below each length."""
    lengths, x = net.input(ints(3, 5)), net.real(2, 5, 4)
    mask = net.op("Less", net.op("Range", ints(0).reshape(()), ints(5).reshape(()), ints(1).reshape(())), net.op("Unsqueeze", lengths, ints(1)))
    mask = net.op("Cast", net.op("Unsqueeze", mask, ints(-1)), to=1)
    total = net.op("ReduceSum", net.op("Mul", x, mask), ints(1), keepdims=0)
    net.output(net.op("Div", total, net.op("Clip", net.op("ReduceSum", mask, ints(1), keepdims=0), np.float32(1e-9))))


# --- shapes, moves ---------------------------------------------------------------------------------------------------


@exported(19)
def pad_axes_wrap(net):
    x = net.real(2, 3, 4)
    net.output(net.op("Pad", x, ints(1, 2), np.float32(0.5), ints(-1)), net.op("Pad", x, ints(2, 0, 1, 3), None, ints(2, 0), mode="wrap"))
    net.output(net.op("Pad", x, ints(1, 0, 0, 2), None, ints(1, 2), mode="reflect"))
    net.output(net.op("Pad", x, ints(0, -1, 0, 0, -1, 2), mode="edge"))


@exported(19)
def shapes_of_parts(net):
    x = net.real(2, 3, 4, 5)
    shape = net.op("Shape", x, start=1, end=-1)
    product = net.op("ReduceProd", shape, keepdims=1)
    y = net.op("Reshape", x, net.op("Concat", ints(0), product, ints(-1), axis=0), allowzero=0)
    net.output(net.op("Expand", net.op("ReduceMean", y, ints(1)), net.op("Shape", y)), net.op("CastLike", y, np.int32([0])))


@exported(17)
def windows_of_image(net):
    """Swin's partition, its shift, and back."""
    x = net.real(2, 8, 8, 6)
    halves = [net.op("Slice", x, ints(2), ints(2**63 - 1), ints(1)), net.op("Slice", x, ints(0), ints(2), ints(1))]
    y = net.op("Concat", *halves, axis=1)
    y = net.op("Transpose", net.op("Reshape", y, ints(2, 2, 4, 2, 4, 6)), perm=[0, 1, 3, 2, 4, 5])
    y = net.op("Softmax", net.op("Reshape", y, ints(-1, 16, 6)), axis=1)
    y = net.op("Transpose", net.op("Reshape", y, ints(2, 2, 2, 4, 4, 6)), perm=[0, 1, 3, 2, 4, 5])
    net.output(net.op("Add", x, net.op("Reshape", y, ints(2, 8, 8, 6))))


@exported(18)
def patches(net):
    """Unfold: rows and columns by gather, as PyTorch writes it; and Col2Im back."""
    x = net.real(1, 3, 6, 6)
    padded = net.op("Pad", x, ints(0, 0, 1, 1, 0, 0, 1, 1))
    places = ints([0, 2, 4], [1, 3, 5], [2, 4, 6])
    y = net.op("Gather", net.op("Gather", padded, places, axis=2), places, axis=4)
    y = net.op("Reshape", net.op("Transpose", y, perm=[0, 1, 2, 4, 3, 5]), ints(1, 27, 9))
    net.output(y, net.op("Col2Im", y, ints(6, 6), ints(3, 3), pads=[1, 1, 1, 1], strides=[2, 2]))


@exported(17)
def einsum_forms(net):
    a, b = net.real(2, 3, 4, 5), net.real(2, 3, 6, 5)
    net.output(net.op("Einsum", a, b, equation="bhid,bhjd->bhij"), net.op("Einsum", a, net.real(5, 7), equation="...d,de->...e"))
    net.output(net.op("Einsum", net.real(4, 4), equation="ii->i"), net.op("Einsum", net.real(2, 3), net.real(4), equation="ab,c->cab"))
    net.output(net.op("Einsum", net.real(2, 3), net.real(3, 4), net.real(4, 2), equation="ab,bc,ca->"))


# --- element by element ----------------------------------------------------------------------------------------------


@exported(20)
def activations(net):
    x = net.real(3, 17, low=-4, high=4)
    net.output(net.op("Mish", x), net.op("Gelu", x), net.op("Gelu", x, approximate="tanh"), net.op("HardSwish", x),
               net.op("ThresholdedRelu", x, alpha=0.5), net.op("Shrink", x, lambd=1.0, bias=0.3), net.op("Celu", x, alpha=0.7))


@exported(18)
def bits(net):
    a, b = (net.input(net.random.integers(-2000, 2000, (3, 5)).astype(np.int32)) for _ in range(2))
    net.output(net.op("BitwiseAnd", a, b), net.op("BitwiseOr", a, b), net.op("BitwiseXor", a, b), net.op("BitwiseNot", a))


@exported(20)
def special_numbers(net):
    x = net.input(np.float32([[1, np.inf, -np.inf], [np.nan, 0, -3]]))
    net.output(net.op("IsInf", x, detect_negative=0), net.op("IsNaN", x), net.op("Where", net.op("IsNaN", x), np.float32(0), x))


@exported(17)
def whole_quotients(net):
    """The floor of quotients that are whole numbers."""
    n = net.input(np.arange(1, 2001, dtype=np.float32))
    d = net.input(net.random.integers(1, 300, 2000).astype(np.float32))
    product = net.op("Mul", n, d)
    net.output(net.op("Floor", net.op("Div", product, d)), net.op("Ceil", net.op("Div", product, n)))
    net.output(net.op("Floor", net.op("Div", net.op("Mul", n, np.float32(49)), np.float32(49))))
    net.output(net.op("Mod", product, d, fmod=1), net.op("Round", net.op("Div", n, np.float32(10))))


@exported(17)
def quotients_far_out(net):
    x = net.input(np.float32([1e-38, 3e38, 1e30, 7e-30, -2e20, 5]))
    net.output(net.op("Div", x, net.input(np.float32([2e-38, 1.5e38, 1e-3, 1e10, 4e37, 1e-38]))))
    net.output(net.op("Reciprocal", net.input(np.float32([2e-38, 1e38, 3, -7]))))


@exported(17)
def variadic(net):
    a, b, c = net.real(2, 3, 4), net.real(3, 1), net.real(4)
    for kind in ("Sum", "Mean", "Max", "Min"):
        net.output(net.op(kind, a, b, c), net.op(kind, a))


# --- attention -------------------------------------------------------------------------------------------------------


@exported(17)
def causal_attention(net):
    """scaled_dot_product_attention as PyTorch 2 writes it, with a mask from Trilu."""
    q, k, v = net.real(2, 3, 9, 8), net.real(2, 3, 9, 8), net.real(2, 3, 9, 8)
    ones = net.op("ConstantOfShape", ints(9, 9), value=numpy_helper.from_array(np.float32([1])))
    mask = net.op("Cast", net.op("Trilu", ones, upper=0), to=9)
    bias = net.op("Where", mask, np.float32(0), np.float32(-np.inf))
    root = net.op("Sqrt", net.op("Sqrt", net.op("Cast", net.op("Slice", net.op("Shape", q), ints(-1), ints(2**63 - 1)), to=1)))
    root = net.op("Div", np.float32([1]), root)
    scores = net.op("MatMul", net.op("Mul", q, root), net.op("Mul", net.op("Transpose", k, perm=[0, 1, 3, 2]), root))
    weights = net.op("Softmax", net.op("Add", scores, bias), axis=-1)
    weights = net.op("Where", net.op("IsNaN", weights), np.float32(0), weights)
    net.output(net.op("MatMul", weights, v))


@exported(18)
def rotary_attention(net):
    """Llama's: rotary embedding, keys shared by two heads, root-mean-square normalisation."""
    x = net.real(1, 6, 32)
    square = net.op("ReduceMean", net.op("Pow", x, np.float32(2)), ints(-1))
    y = net.op("Mul", net.op("Div", x, net.op("Sqrt", net.op("Add", square, np.float32(1e-6)))), net.bias(32, 1.0))

    def heads(count):
        z = net.op("MatMul", y, net.random.uniform(-0.3, 0.3, (32, count * 8)).astype(np.float32))
        return net.op("Transpose", net.op("Reshape", z, ints(1, 6, count, 8)), perm=[0, 2, 1, 3])

    positions = net.input(ints([0, 1, 2, 3, 4, 5]))
    angles = net.op("MatMul", net.op("Cast", net.op("Unsqueeze", positions, ints(2)), to=1),
                    (10000.0 ** (-np.arange(0, 8, 2) / 8)).astype(np.float32).reshape(1, 1, 4))
    angles = net.op("Unsqueeze", net.op("Concat", angles, angles, axis=-1), ints(1))
    cos, sin = net.op("Cos", angles), net.op("Sin", angles)

    def turned(z):
        a, b = net.op("Split", z, axis=-1, num_outputs=2, outputs=2)
        return net.op("Add", net.op("Mul", z, cos), net.op("Mul", net.op("Concat", net.op("Neg", b), a, axis=-1), sin))

    def shared(z):
        z = net.op("Expand", net.op("Unsqueeze", z, ints(2)), ints(1, 2, 2, 6, 8))
        return net.op("Reshape", z, ints(1, 4, 6, 8))

    q, k, v = turned(heads(4)), shared(turned(heads(2))), shared(heads(2))
    scores = net.op("Mul", net.op("MatMul", q, net.op("Transpose", k, perm=[0, 1, 3, 2])), np.float32(8 ** -0.5))
    mask = np.triu(np.full((6, 6), np.finfo(np.float32).min, np.float32), 1)
    z = net.op("MatMul", net.op("Softmax", net.op("Add", scores, mask), axis=-1), v)
    z = net.op("Reshape", net.op("Transpose", z, perm=[0, 2, 1, 3]), ints(0, 0, -1))
    gate = net.op("MatMul", z, net.random.uniform(-0.3, 0.3, (32, 40)).astype(np.float32))
    net.output(net.op("Mul", gate, net.op("Sigmoid", gate)), net.op("Add", x, z))


@exported(17)
def decoder_step(net):
    """One token: what was kept of the earlier ones comes in and goes out."""
    past, x, position = net.real(1, 2, 7, 8), net.real(1, 2, 1, 8), net.input(ints(5))
    kept = net.op("Concat", past, x, axis=2)
    written = net.op("ScatterND", net.op("Transpose", past, perm=[2, 0, 1, 3]), net.op("Unsqueeze", position, ints(1)),
                     net.op("Transpose", x, perm=[2, 0, 1, 3]))
    allowed = net.op("LessOrEqual", np.arange(8), net.op("Unsqueeze", position, ints(0)))
    scores = net.op("MatMul", x, net.op("Transpose", kept, perm=[0, 1, 3, 2]))
    scores = net.op("Where", net.op("Unsqueeze", allowed, ints(0)), scores, np.float32(-3.4e38))
    net.output(kept, written, net.op("MatMul", net.op("Softmax", scores, axis=3), kept))


# --- normalisations, images ------------------------------------------------------------------------------------------


@exported(18)
def norms(net):
    x = net.real(2, 6, 3, 4)
    net.output(net.op("GroupNormalization", x, net.bias(3, 1.0), net.bias(3, 1.0), num_groups=3, epsilon=1e-4))
    net.output(*net.op("LayerNormalization", x, net.bias(4, 1.0), net.bias(4, 1.0), axis=-1, outputs=3))
    net.output(net.op("BatchNormalization", x, *(net.bias(6, 1.0) for _ in range(3)), np.abs(net.bias(6, 1.0)) + np.float32(0.1)))


@exported(17)
def group_norm_by_instance(net):
    """PyTorch's GroupNorm before opset 18."""
    x = net.real(2, 6, 5, 4)
    y = net.op("InstanceNormalization", net.op("Reshape", x, ints(0, 3, -1)), np.ones(3, np.float32), np.zeros(3, np.float32))
    y = net.op("Reshape", y, net.op("Shape", x))
    y = net.op("Add", net.op("Mul", y, net.bias(6, 1.0).reshape(6, 1, 1)), net.bias(6, 1.0).reshape(6, 1, 1))
    net.output(net.op("Mul", y, net.op("Sigmoid", y)))


@exported(18)
def resize_forms(net):
    x, line, volume = net.real(1, 2, 6, 7), net.real(1, 2, 9), net.real(1, 1, 3, 4, 5)
    net.output(net.op("Resize", x, None, np.float32([1, 1, 2, 2]), mode="cubic", cubic_coeff_a=-0.75, coordinate_transformation_mode="align_corners"))
    net.output(net.op("Resize", x, None, np.float32([1, 1, 0.5, 0.6]), mode="cubic", exclude_outside=1))
    net.output(net.op("Resize", x, np.float32([0, 0, 0.1, 0.15, 1, 1, 0.8, 1.1]), None, ints(1, 2, 5, 6), mode="linear",
                      coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=3.0))
    net.output(net.op("Resize", line, None, np.float32([1, 1, 1.5]), mode="linear", coordinate_transformation_mode="pytorch_half_pixel"))
    net.output(net.op("Resize", volume, None, None, ints(1, 1, 5, 4, 9), mode="linear"))
    net.output(net.op("Resize", volume, None, None, ints(1, 1, 5, 8, 9), mode="nearest", nearest_mode="floor",
                      coordinate_transformation_mode="asymmetric"))


@exported(17)
def unpooled(net):
    x = net.real(1, 2, 6, 8)
    y, places = net.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], outputs=2)
    net.output(net.op("MaxUnpool", net.op("Tanh", y), places, kernel_shape=[2, 2], strides=[2, 2]))
    net.output(net.op("MaxUnpool", y, places, ints(1, 2, 6, 8), kernel_shape=[2, 2], strides=[2, 2]))


@exported(17)
def regions(net):
    x = net.real(1, 3, 10, 12)
    boxes = net.input(np.float32([[0, 1, 1, 7, 6], [0, 0, 2, 9, 9], [0, 5, 0, 11, 3]]))
    net.output(net.op("MaxRoiPool", x, boxes, pooled_shape=[3, 2], spatial_scale=0.8))
    net.output(net.op("RoiAlign", x, net.input(np.float32([[1, 1, 7, 6], [0.5, 2, 9, 8]])), net.input(ints(0, 0)), output_height=3,
                      output_width=3, sampling_ratio=2, spatial_scale=0.9, coordinate_transformation_mode="output_half_pixel"))


@exported(22)
def deformable(net):
    x, offset, mask = net.real(1, 4, 6, 7), net.real(1, 2 * 2 * 9, 4, 5), net.real(1, 2 * 9, 4, 5, low=0)
    weights = net.random.uniform(-0.3, 0.3, (6, 2, 3, 3)).astype(np.float32)
    net.output(net.op("DeformConv", x, weights, offset, net.bias(6), mask, group=2, offset_group=2, kernel_shape=[3, 3]))


@exported(19)
def deformable_strided(net):
    x, offset = net.real(2, 3, 7, 8), net.real(2, 2 * 6, 4, 5, low=-2, high=2)
    weights = net.random.uniform(-0.3, 0.3, (4, 3, 2, 3)).astype(np.float32)
    net.output(net.op("DeformConv", x, weights, offset, strides=[2, 2], pads=[1, 1, 1, 2], dilations=[2, 1]))


@exported(17)
def determinants(net):
    x = net.random.uniform(-1, 1, (3, 5, 5)).astype(np.float32)
    x[1, :, 0] = 0
    x[1, 3, 0] = 2
    x[2, 2] = x[2, 4]
    net.output(net.op("Det", net.input(x)), net.op("Det", net.input(x[0, :1, :1])))


# --- quantised, narrow types ----------------------------------------------------------------------------------------------------


@exported(21)
def weights_in_blocks(net):
    """Scales and zero points of blocks of weights, as language models have them."""
    weights, zeros = net.random.integers(-8, 8, (20, 6)).astype(np.int8), net.random.integers(-2, 2, (5, 6)).astype(np.int8)
    scales = net.random.uniform(0.01, 0.05, (5, 6)).astype(np.float32)
    x = net.real(3, 20)
    net.output(net.op("MatMul", x, net.op("DequantizeLinear", weights, scales, zeros, axis=0, block_size=4)))
    net.output(net.op("QuantizeLinear", x, net.random.uniform(0.01, 0.05, (3, 3)).astype(np.float32), np.full((3, 3), 9, np.uint8), axis=1,
                      block_size=7))


@exported(17)
def half_network(net):
    """Weights, activations and interface in f16."""
    def half(*shape):
        return (net.random.uniform(-1, 1, shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float16)
    x = net.input(net.random.uniform(-1, 1, (1, 3, 8, 8)).astype(np.float16))
    y = net.op("Relu", net.op("Conv", x, half(8, 3, 3, 3), half(8), pads=[1, 1, 1, 1], strides=[2, 2]))
    y = net.op("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
    y = net.op("MatMul", net.op("Reshape", y, ints(1, 8, 4)), half(4, 16))
    y = net.op("LayerNormalization", y, half(16), half(16))
    net.output(net.op("Softmax", net.op("Mul", y, np.float16(2)), axis=-1))


@exported(17)
def half_inside(net):
    """f32 outside, f16 inside, as converters write it."""
    x = net.op("Cast", net.real(4, 16), to=10)
    y = net.op("Gemm", x, (net.random.uniform(-1, 1, (16, 12)) / 4).astype(np.float16), net.bias(12).astype(np.float16))
    y = net.op("Cast", net.op("ReduceMean", net.op("Cast", y, to=1), axes=[-1]), to=10)
    net.output(net.op("Cast", net.op("Sub", y, np.float16(0.25)), to=1))


if __name__ == "__main__":
    for case_name in EXPORTED:  # cases that are there stay
        if not (HERE / "cases" / "exported" / case_name).exists():
            write(case_name, sys.argv[1])
