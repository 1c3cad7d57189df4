"""Parts of networks as exporters write them: heads of detectors, encoders of text and sound, old opsets."""
import numpy as np
from onnx import numpy_helper

from exported import exported, ints, last


def dense(net, x, rows, columns):
    return net.op("MatMul", x, (net.random.uniform(-1, 1, (rows, columns)) / np.sqrt(rows)).astype(np.float32))


@exported(17)
def yolo_head(net):
    """Boxes of cells of a grid, the best of them by their scores."""
    x = net.real(1, 3 * 7, 4, 5)
    y = net.op("Transpose", net.op("Reshape", x, ints(1, 3, 7, 4, 5)), perm=[0, 1, 3, 4, 2])
    y = net.op("Sigmoid", y)
    places, sizes, scores = net.op("Split", y, ints(2, 2, 3), axis=4, outputs=3)
    grid = np.stack(np.meshgrid(np.arange(5), np.arange(4)), -1).reshape(1, 1, 4, 5, 2).astype(np.float32)
    anchors = net.random.uniform(1, 3, (1, 3, 1, 1, 2)).astype(np.float32)
    centre = net.op("Mul", net.op("Add", net.op("Sub", net.op("Mul", places, np.float32(2)), np.float32(0.5)), grid), np.float32(8))
    extent = net.op("Mul", net.op("Pow", net.op("Mul", sizes, np.float32(2)), np.float32(2)), anchors)
    half = net.op("Div", extent, np.float32(2))
    boxes = net.op("Concat", net.op("Sub", centre, half), net.op("Add", centre, half), axis=-1)
    boxes, scores = net.op("Reshape", boxes, ints(1, -1, 4)), net.op("Reshape", scores, ints(1, -1, 3))
    best = net.op("ReduceMax", scores, axes=[2], keepdims=0)
    values, order = net.op("TopK", best, ints(10), axis=1, outputs=2)
    net.output(values, net.op("GatherND", boxes, net.op("Unsqueeze", order, ints(2)), batch_dims=1))
    net.output(net.op("ArgMax", scores, axis=2, keepdims=0))


@exported(17)
def shuffled_channels(net):
    """ShuffleNet's unit, squeeze and excitation, pixel shuffle."""
    x = net.real(1, 8, 6, 6)
    left, right = net.op("Split", x, axis=1, outputs=2)
    right = net.op("Conv", right, net.real_weights(4, 1, 3, 3), group=4, pads=[1, 1, 1, 1])
    y = net.op("Reshape", net.op("Concat", left, net.op("Relu", right), axis=1), ints(1, 2, 4, 6, 6))
    y = net.op("Reshape", net.op("Transpose", y, perm=[0, 2, 1, 3, 4]), ints(1, 8, 6, 6))
    gate = net.op("Conv", net.op("ReduceMean", y, axes=[2, 3]), net.real_weights(2, 8, 1, 1), net.bias(2))
    gate = net.op("HardSigmoid", net.op("Conv", net.op("Relu", gate), net.real_weights(8, 2, 1, 1), net.bias(8)), alpha=1 / 6)
    y = net.op("Reshape", net.op("Mul", y, gate), ints(1, 2, 2, 2, 6, 6))
    net.output(net.op("Reshape", net.op("Transpose", y, perm=[0, 1, 4, 2, 5, 3]), ints(1, 2, 12, 12)))


@exported(17)
def sound_encoder(net):
    """Whisper's stem and a block behind it."""
    x = net.real(1, 10, 24)
    for rows, stride in ((10, 1), (16, 2)):
        x = net.op("Conv", x, net.real_weights(16, rows, 3), net.bias(16), pads=[1, 1], strides=[stride])
        x = net.op("Mul", net.op("Mul", x, np.float32(0.5)), net.op("Add", net.op("Erf", net.op("Div", x, np.float32(2 ** 0.5))), np.float32(1)))
    x = net.op("Add", net.op("Transpose", x, perm=[0, 2, 1]), net.bias(12 * 16).reshape(12, 16))
    centred = net.op("Sub", x, net.op("ReduceMean", x, axes=[-1]))
    deviation = net.op("Sqrt", net.op("Add", net.op("ReduceMean", net.op("Pow", centred, np.float32(2)), axes=[-1]), np.float32(1e-5)))
    x = net.op("Add", net.op("Mul", net.op("Div", centred, deviation), net.bias(16, 1.0)), net.bias(16))
    net.output(net.op("Add", dense(net, x, 16, 16), x))


@exported(17)
def spectrogram(net):
    """Frames of a signal, their power, by the ear's scale, in logarithms."""
    x = net.real(1, 200)
    window = net.op("HannWindow", np.int64(32), periodic=1)
    y = net.op("STFT", net.op("Unsqueeze", x, ints(2)), np.int64(16), window, onesided=1)
    power = net.op("ReduceSumSquare", y, axes=[-1], keepdims=0)
    mel = net.op("MelWeightMatrix", np.int64(8), np.int64(32), np.int64(8000), np.float32(80), np.float32(3800))
    y = net.op("Log", net.op("Max", net.op("MatMul", power, mel), np.float32(1e-5)))
    net.output(net.op("Transpose", y, perm=[0, 2, 1]))


@exported(17)
def recurrent_encoder(net):
    """PyTorch's LSTM with the batch first, its states made of the input's shape, and a GRU of both directions behind it."""
    x = net.real(3, 6, 5)
    y = net.op("Transpose", x, perm=[1, 0, 2])
    batch = net.op("Unsqueeze", net.op("Gather", net.op("Shape", x), np.int64(0)), ints(0))
    state = net.op("ConstantOfShape", net.op("Concat", ints(1), batch, ints(4), axis=0), value=numpy_helper.from_array(np.float32([0])))
    y, h, c = net.op("LSTM", y, net.real_weights(1, 16, 5), net.real_weights(1, 16, 4), net.bias(32).reshape(1, 32), None, state, state,
                     hidden_size=4, outputs=3)
    y = net.op("Squeeze", y, ints(1))
    y = net.op("GRU", y, net.real_weights(2, 9, 4), net.real_weights(2, 9, 3), net.bias(36).reshape(2, 18), hidden_size=3, direction="bidirectional",
               linear_before_reset=1, outputs=2)[0]
    y = net.op("Reshape", net.op("Transpose", y, perm=[0, 2, 1, 3]), ints(0, 0, -1))
    net.output(net.op("Transpose", y, perm=[1, 0, 2]), h, c)


@exported(17)
def positions_of_tokens(net):
    """RoBERTa's: tokens that are no padding are counted; embeddings of tokens and of positions; the first token's vector."""
    tokens = net.input(ints([0, 7, 3, 9, 1, 1], [0, 5, 2, 2, 8, 1]))
    known = net.op("Cast", net.op("Not", net.op("Equal", tokens, np.int64(1))), to=6)
    places = net.op("Mul", net.op("CumSum", known, np.int64(1)), known)
    places = net.op("Add", net.op("Cast", places, to=7), np.int64(1))
    x = net.op("Add", net.op("Gather", net.bias(10 * 8, 1.0).reshape(10, 8), tokens), net.op("Gather", net.bias(9 * 8, 1.0).reshape(9, 8), places))
    mask = net.op("Cast", net.op("Unsqueeze", known, ints(1)), to=1)
    mask = net.op("Mul", net.op("Sub", np.float32(1), mask), np.float32(np.finfo(np.float32).min))
    scores = net.op("Add", net.op("MatMul", x, net.op("Transpose", x, perm=[0, 2, 1])), mask)
    x = net.op("MatMul", net.op("Softmax", scores, axis=-1), x)
    net.output(net.op("Tanh", net.op("Gemm", net.op("Gather", x, np.int64(0), axis=1), net.real_weights(4, 8), net.bias(4), transB=1)))


@exported(17)
def distances_in_buckets(net):
    """T5's bias by relative position."""
    places = net.input(ints(0, 1, 2, 3, 4, 5, 9, 40))
    apart = net.op("Sub", net.op("Unsqueeze", places, ints(0)), net.op("Unsqueeze", places, ints(1)))
    ahead = net.op("Mul", net.op("Cast", net.op("Greater", apart, np.int64(0)), to=7), np.int64(16))
    size = net.op("Abs", apart)
    far = net.op("Div", net.op("Log", net.op("Div", net.op("Cast", net.op("Max", size, np.int64(1)), to=1), np.float32(8))),
                 np.float32(np.log(128 / 8)))
    far = net.op("Add", net.op("Cast", net.op("Mul", far, np.float32(7.99)), to=7), np.int64(8))
    bucket = net.op("Where", net.op("Less", size, np.int64(8)), size, net.op("Min", far, np.int64(15)))
    table = net.bias(32 * 3, 1.0).reshape(32, 3)
    net.output(net.op("Transpose", net.op("Gather", table, net.op("Add", ahead, bucket)), perm=[2, 0, 1]))


@exported(17)
def sines_of_places(net):
    """DETR's encoding of places that a mask leaves."""
    mask = net.op("Cast", net.op("Greater", net.real(1, 5, 6), np.float32(-0.6)), to=1)
    parts = []
    for axis in (1, 2):
        count = net.op("CumSum", mask, np.int64(axis))
        whole = net.op("Slice", count, ints(-1), last(), ints(axis))
        count = net.op("Mul", net.op("Div", count, net.op("Add", whole, np.float32(1e-6))), np.float32(2 * np.pi))
        angles = net.op("Div", net.op("Unsqueeze", count, ints(-1)), (10.0 ** (np.arange(6) // 2 * 2 / 6)).astype(np.float32))
        even, odd = (net.op("Slice", angles, ints(start), last(), ints(3), ints(2)) for start in (0, 1))
        pair = net.op("Concat", *(net.op("Unsqueeze", z, ints(4)) for z in (net.op("Sin", even), net.op("Cos", odd))), axis=4)
        parts.append(net.op("Reshape", pair, ints(0, 0, 0, -1)))
    net.output(net.op("Transpose", net.op("Concat", *parts, axis=3), perm=[0, 3, 1, 2]))


@exported(17)
def pyramid(net):
    """Sizes of one level computed from another's shape, as PyTorch's interpolate is exported."""
    fine, coarse = net.real(1, 3, 7, 9), net.real(1, 3, 4, 5)
    size = net.op("Slice", net.op("Shape", fine), ints(2), ints(4))
    whole = net.op("Concat", net.op("Slice", net.op("Shape", coarse), ints(0), ints(2)), size, axis=0)
    up = net.op("Resize", coarse, None, None, whole, mode="linear", coordinate_transformation_mode="half_pixel")
    near = net.op("Resize", coarse, None, None, whole, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    net.output(net.op("Conv", net.op("Add", net.op("Mul", fine, near), up), net.real_weights(2, 3, 3, 3), pads=[1, 1, 1, 1]))


@exported(7)
def opset_7(net):
    x = net.real(1, 3, 8, 8)
    y = net.op("Conv", x, net.real_weights(4, 3, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
    y = net.op("BatchNormalization", y, net.bias(4, 1.0), net.bias(4), net.bias(4), np.float32([0.5, 1, 1.5, 2]), epsilon=1e-3)
    y = net.op("Upsample", net.op("PRelu", y, np.float32([[[0.1]], [[0.2]], [[0.3]], [[0.4]]])), mode="nearest", scales=[1.0, 1.0, 2.0, 2.0])
    y = net.op("Pad", y, mode="constant", pads=[0, 0, 1, 0, 0, 0, 0, 2], value=0.5)
    y = net.op("Slice", y, axes=[2, 3], starts=[1, -7], ends=[9, 1000])
    y = net.op("Dropout", net.op("Reshape", net.op("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2]), ints(1, -1)), ratio=0.4)
    y = net.op("Gemm", y, net.real_weights(48, 6), net.bias(6))
    net.output(net.op("Softmax", net.op("Reshape", y, ints(1, 2, 3)), axis=1))


@exported(9)
def opset_9(net):
    x = net.real(2, 3, 4, 4)
    y = net.op("Upsample", x, np.float32([1, 1, 2, 2]), mode="linear")
    y = net.op("Clip", y, min=-0.5, max=0.4)
    values = net.op("TopK", net.op("Flatten", y, axis=2), k=3, axis=1, outputs=2)
    net.output(values[0], net.op("ReduceMean", net.op("Unsqueeze", y, axes=[0]), axes=[-1, 2], keepdims=0))
    net.output(net.op("LogSoftmax", net.op("Squeeze", net.op("Slice", x, starts=[1], ends=[2], axes=[1]), axes=[1]), axis=1))


@exported(11)
def opset_11(net):
    x = net.real(1, 2, 5, 5)
    y = net.op("Pad", x, ints(0, 0, 1, 2, 0, 0, 2, 1), mode="reflect")
    y = net.op("Resize", y, np.float32([]), np.float32([1, 1, 1.5, 0.5]), mode="linear", coordinate_transformation_mode="align_corners")
    y = net.op("Clip", y, np.float32(-0.3), None)
    a, b = net.op("Split", y, axis=3, split=[1, 3], outputs=2)
    net.output(net.op("ReduceSum", b, axes=[2], keepdims=0), net.op("Softmax", a, axis=2), net.op("Unsqueeze", a, axes=[1, -1]))
    net.output(net.op("CumSum", x, np.int64(2)), net.op("Round", net.op("Mul", x, np.float32(4))))
