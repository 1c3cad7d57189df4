"""Attention, normalisations, images, quantised and narrow layers as exporters write them."""
import numpy as np
from onnx import numpy_helper

from exported import exported, ints, last


# --- attention -------------------------------------------------------------------------------------------------------


@exported(17)
def causal_attention(net):
    """scaled_dot_product_attention as PyTorch 2 writes it, with a mask from Trilu."""
    q, k, v = net.real(2, 3, 9, 8), net.real(2, 3, 9, 8), net.real(2, 3, 9, 8)
    ones = net.op("ConstantOfShape", ints(9, 9), value=numpy_helper.from_array(np.float32([1])))
    mask = net.op("Cast", net.op("Trilu", ones, upper=0), to=9)
    bias = net.op("Where", mask, np.float32(0), np.float32(-np.inf))
    root = net.op("Sqrt", net.op("Sqrt", net.op("Cast", net.op("Slice", net.op("Shape", q), ints(-1), last()), to=1)))
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
