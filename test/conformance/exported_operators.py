"""Forms of operators that exporters write."""
import numpy as np

from exported import exported, ints, last


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
    halves = [net.op("Slice", x, ints(2), last(), ints(1)), net.op("Slice", x, ints(0), ints(2), ints(1))]
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
