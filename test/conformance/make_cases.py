#!/usr/bin/env python3
"""Writes the cases below cases/: operators that changed in opsets 18 to 22, and forms of others that ONNX's own data lacks.

make_cases.py FOLDER writes those that are not there, where FOLDER has node_modules/onnxruntime-node 1.30: onnxruntime computes the outputs (run_cases.mjs).
Needs Debian's python3-onnx. All files are in the repository.
"""
import base64
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "int64": TensorProto.INT64, "int32": TensorProto.INT32,
         "uint8": TensorProto.UINT8, "int8": TensorProto.INT8, "uint16": TensorProto.UINT16, "int16": TensorProto.INT16,
         "bool": TensorProto.BOOL, "float16": TensorProto.FLOAT16}
RANDOM = np.random.default_rng(4)
CASES = {}


def real(*shape, low=-1.0, high=1.0):
    return RANDOM.uniform(low, high, shape).astype(np.float32)


def whole(*shape, low=0, high=256, kind=np.uint8):
    return RANDOM.integers(low, high, shape).astype(kind)


def ints(*values):
    return np.array(values, np.int64)


class Constant:
    """An input that is an initialiser."""

    def __init__(self, value):
        self.value = np.array(value)


def case(name, op, inputs, version, outputs=1, domain="", **attributes):
    """One node. Inputs: arrays given at run time, Constants, None where there is none."""
    names, run_time, initialisers = [], {}, []
    for i, value in enumerate(inputs):
        names.append("" if value is None else f"x{i}")
        if isinstance(value, Constant):
            initialisers.append(numpy_helper.from_array(value.value, f"x{i}"))
        elif value is not None:
            run_time[f"x{i}"] = value
    wanted = [f"y{i}" for i in range(outputs)] if isinstance(outputs, int) else outputs
    node = helper.make_node(op, names, wanted, domain=domain, **attributes)
    opsets = [helper.make_opsetid("", version)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    assert name not in CASES, name
    CASES[name] = (node, run_time, initialisers, [o for o in wanted if o], opsets)


def model_of(name, outputs):
    node, run_time, initialisers, _, opsets = CASES[name]
    graph = helper.make_graph(
        [node], name,
        [helper.make_tensor_value_info(n, TYPES[str(v.dtype)], v.shape) for n, v in run_time.items()],
        [helper.make_tensor_value_info(n, TYPES[str(v.dtype)], v.shape) for n, v in outputs.items()], initialisers)
    model = helper.make_model(graph, opset_imports=opsets, producer_name="npuforge")
    model.ir_version = 8
    return model


def computed(model, run_time, folder, level="disabled"):
    """onnxruntime's outputs by name; a string says why it refuses. `level`: how much it rewrites the network first."""
    request = {"level": level, "model": base64.b64encode(model.SerializeToString()).decode(),
               "inputs": {n: {"type": str(v.dtype), "dims": v.shape, "data": base64.b64encode(v.tobytes()).decode()}
                          for n, v in run_time.items()}}
    answer = subprocess.run(["node", HERE / "run_cases.mjs"], cwd=folder, input=json.dumps(request), capture_output=True, text=True)
    if answer.returncode:
        lines = answer.stderr.strip().splitlines()
        return next((line for line in lines if "Error:" in line), lines[-1])[:300]
    return {n: np.frombuffer(base64.b64decode(o["data"]), o["type"]).reshape(o["dims"]) for n, o in json.loads(answer.stdout).items()}


def save(target, model, inputs, outputs, alternatives=()):
    data = target / "test_data_set_0"
    data.mkdir(parents=True)
    (target / "model.onnx").write_bytes(model.SerializeToString())
    for kind, values in (("input", inputs), ("output", outputs), ("alternative", alternatives)):
        for i, value in enumerate(values):
            (data / f"{kind}_{i}.pb").write_bytes(numpy_helper.from_array(np.array(value)).SerializeToString())


def write(name, folder):
    node, run_time, _, wanted, _ = CASES[name]
    # onnxruntime finds out the outputs' types and shapes; the model says them afterwards.
    model = model_of(name, {})
    model.graph.output.extend([onnx.ValueInfoProto(name=n) for n in wanted])
    outputs = computed(model, run_time, folder)
    if isinstance(outputs, str):
        print(name, "REFUSED:", outputs)
        return
    save(HERE / "cases" / "opsets" / name, model_of(name, {n: outputs[n] for n in wanted}), run_time.values(),
         [outputs[n] for n in wanted])


def define():
    image = real(1, 2, 5, 6)
    for mode in ("linear", "cubic"):
        case(f"resize18_antialias_{mode}", "Resize", [image, None, Constant(np.float32([1, 1, 0.6, 0.5]))], 18, mode=mode, antialias=1)
    case("resize18_axes_sizes", "Resize", [image, None, None, Constant(ints(9, 3))], 18, axes=[3, 2], mode="linear")
    for policy in ("not_larger", "not_smaller"):
        case(f"resize18_{policy}", "Resize", [image, None, None, Constant(ints(7, 12))], 18, axes=[2, 3], mode="linear",
             keep_aspect_ratio_policy=policy)
    case("resize19_half_pixel_symmetric", "Resize", [image, None, Constant(np.float32([1, 1, 1.7, 0.55]))], 19, mode="linear",
         coordinate_transformation_mode="half_pixel_symmetric")
    for nearest in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        case(f"resize19_nearest_{nearest}", "Resize", [image, None, None, Constant(ints(1, 2, 13, 4))], 19, mode="nearest",
             nearest_mode=nearest, coordinate_transformation_mode="asymmetric")

    channels = real(2, 6, 3, 4)
    case("group_normalization21", "GroupNormalization", [channels, Constant(real(6)), Constant(real(6))], 21, num_groups=3)
    case("group_normalization21_one_group", "GroupNormalization", [channels, Constant(real(6)), Constant(real(6))], 21, num_groups=1)
    case("lp_normalization22_p1", "LpNormalization", [channels], 22, axis=1, p=1)
    case("layer_normalization17_no_bias", "LayerNormalization", [channels, Constant(real(3, 4))], 17, axis=2)
    case("instance_normalization22", "InstanceNormalization", [channels, Constant(real(6)), Constant(real(6))], 22)

    case("center_crop_pad18", "CenterCropPad", [real(5, 7, 4), Constant(ints(8, 4))], 18, axes=[0, 1])
    case("center_crop_pad18_odd", "CenterCropPad", [real(5, 8), Constant(ints(2, 11))], 18)
    case("col2im18", "Col2Im", [real(1, 2 * 6, 12), Constant(ints(5, 5)), Constant(ints(2, 3))], 18)
    case("col2im18_pads", "Col2Im", [real(2, 3 * 4, 12), Constant(ints(5, 5)), Constant(ints(2, 2))], 18, dilations=[1, 2],
         pads=[0, 1, 0, 1], strides=[1, 2])

    pooled = real(1, 2, 7, 8)
    case("lp_pool18_dilations", "LpPool", [pooled], 18, kernel_shape=[2, 3], dilations=[2, 1], strides=[1, 2], p=3)
    case("average_pool19_dilations", "AveragePool", [pooled], 19, kernel_shape=[2, 2], dilations=[2, 3], pads=[1, 1, 1, 1],
         count_include_pad=1)
    case("average_pool22_ceil", "AveragePool", [pooled], 22, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    case("average_pool22_ceil_pads", "AveragePool", [pooled], 22, kernel_shape=[3, 3], strides=[3, 3], ceil_mode=1,
         pads=[1, 0, 1, 1], count_include_pad=1)
    case("average_pool22_1d_same_lower", "AveragePool", [real(2, 3, 9)], 22, kernel_shape=[4], strides=[2], auto_pad="SAME_LOWER")
    case("max_pool22_3d_indices", "MaxPool", [real(1, 2, 4, 5, 4)], 22, outputs=2, kernel_shape=[2, 3, 2], strides=[2, 1, 2],
         pads=[0, 1, 0, 0, 1, 0])
    case("max_pool22_column_major", "MaxPool", [pooled], 22, outputs=2, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 0],
         storage_order=1)
    case("max_pool22_ceil", "MaxPool", [pooled], 22, kernel_shape=[3, 3], strides=[2, 3], ceil_mode=1, dilations=[2, 1])
    case("global_lp_pool2", "GlobalLpPool", [pooled], 2, p=3)

    case("conv22_1d_same_upper", "Conv", [real(2, 3, 9), real(4, 3, 4), real(4)], 22, auto_pad="SAME_UPPER", strides=[2])
    case("conv22_groups_dilations", "Conv", [real(1, 4, 7, 7), Constant(real(6, 2, 3, 2)), Constant(real(6))], 22, group=2,
         dilations=[2, 3], pads=[2, 1, 0, 1])
    case("conv22_3d_groups", "Conv", [real(1, 4, 4, 5, 3), Constant(real(4, 1, 2, 2, 2))], 22, group=4, strides=[1, 2, 1])
    case("conv_transpose22_groups", "ConvTranspose", [real(1, 4, 3, 4), Constant(real(4, 3, 3, 2)), Constant(real(6))], 22, group=2,
         strides=[2, 3], output_padding=[1, 0], pads=[1, 0, 0, 1])
    case("conv_transpose22_1d_dilations", "ConvTranspose", [real(2, 2, 5), Constant(real(2, 3, 3))], 22, dilations=[2], strides=[2],
         pads=[3, 1])
    case("conv_transpose22_same_lower", "ConvTranspose", [real(1, 2, 4, 4), Constant(real(2, 2, 3, 4))], 22, strides=[2, 2],
         auto_pad="SAME_LOWER")

    signal = real(2, 10, 1)
    case("dft20_axis", "DFT", [real(3, 8, 1), None, Constant(np.int64(1))], 20)
    case("dft20_inverse", "DFT", [real(2, 7, 2), None, Constant(np.int64(-2))], 20, inverse=1)
    case("dft20_onesided_length", "DFT", [signal, Constant(np.int64(16)), Constant(np.int64(1))], 20, onesided=1)
    case("dft20_middle_axis", "DFT", [real(2, 5, 3, 2), None, Constant(np.int64(1))], 20)
    case("stft17_complete", "STFT", [real(2, 30, 1), Constant(np.int64(5)), None, Constant(np.int64(8))], 17, onesided=0)

    grid = real(1, 4, 5, 2, low=-1.3, high=1.3)
    for mode in ("linear", "nearest", "cubic"):
        for padding in ("zeros", "border", "reflection"):
            for align in (0, 1):
                case(f"grid_sample20_{mode}_{padding}_{align}", "GridSample", [image, grid], 20, mode=mode, padding_mode=padding,
                     align_corners=align)
    case("grid_sample20_3d", "GridSample", [real(1, 2, 3, 4, 5), real(1, 2, 3, 4, 3, low=-1.2, high=1.2)], 20, mode="linear")
    for align in (0, 1):
        case(f"affine_grid20_2d_{align}", "AffineGrid", [real(2, 2, 3), Constant(ints(2, 3, 4, 5))], 20, align_corners=align)
        case(f"affine_grid20_3d_{align}", "AffineGrid", [real(1, 3, 4), Constant(ints(1, 2, 2, 3, 4))], 20, align_corners=align)
    boxes = np.float32([[0, 0, 4, 3], [1.2, 0.7, 5.1, 4.4], [-1, 2, 3, 3]])
    case("roi_align16_max", "RoiAlign", [image, boxes, ints(0, 0, 0)], 16, mode="max", output_height=2, output_width=3,
         sampling_ratio=2, spatial_scale=0.8)
    case("roi_align16_average", "RoiAlign", [image, boxes, ints(0, 0, 0)], 16, output_height=3, output_width=2, sampling_ratio=3)

    recurrent()
    quantised()


def recurrent():
    steps, batch, size, hidden = 4, 3, 2, 3
    x = real(steps, batch, size)
    lengths = np.int32([4, 2, 3])

    def weights(gates, directions):
        return [Constant(real(directions, gates * hidden, size)), Constant(real(directions, gates * hidden, hidden)),
                Constant(real(directions, 2 * gates * hidden))]

    def state(directions):
        return real(directions, batch, hidden)

    case("lstm22_bidirectional", "LSTM", [x, *weights(4, 2), lengths, state(2), state(2), Constant(real(2, 3 * hidden))], 22, outputs=3,
         hidden_size=hidden, direction="bidirectional")
    case("lstm22_reverse", "LSTM", [x, *weights(4, 1), lengths], 22, outputs=3, hidden_size=hidden, direction="reverse")
    case("lstm22_clip_forget", "LSTM", [x, *weights(4, 1)], 22, outputs=3, hidden_size=hidden, clip=0.4, input_forget=1)
    case("lstm22_activations", "LSTM", [x, *weights(4, 1)], 22, outputs=3, hidden_size=hidden,
         activations=["HardSigmoid", "Softsign", "ScaledTanh"], activation_alpha=[0.3, 0.9], activation_beta=[0.4, 0.8])
    case("gru22_bidirectional", "GRU", [x, *weights(3, 2), lengths, state(2)], 22, outputs=2, hidden_size=hidden, direction="bidirectional")
    case("gru22_reset_last", "GRU", [x, *weights(3, 1), None, state(1)], 22, outputs=2, hidden_size=hidden, linear_before_reset=1)
    case("gru22_reverse", "GRU", [x, *weights(3, 1), lengths], 22, outputs=2, hidden_size=hidden, direction="reverse",
         linear_before_reset=1)
    case("rnn22_bidirectional", "RNN", [x, *weights(1, 2), lengths, state(2)], 22, outputs=2, hidden_size=hidden, direction="bidirectional",
         activations=["Relu", "Tanh"])
    case("rnn22_state_only", "RNN", [x, *weights(1, 1)], 22, outputs=["", "y1"], hidden_size=hidden, activations=["Sigmoid"])


def quantised():
    scale, zero = Constant(np.float32(0.037)), Constant(np.uint8(119))
    bytes_, signed = whole(2, 3, 4, 5), whole(2, 3, 4, 5, low=-128, high=128, kind=np.int8)
    case("quantize21_u16", "QuantizeLinear", [real(3, 4), np.float32(0.00031), np.uint16(30000)], 21)
    case("quantize21_i16_axis", "QuantizeLinear", [real(3, 4), np.float32([0.01, 0.002, 0.0003]), np.int16([5, -3, 0])], 21, axis=0)
    case("quantize19_axis", "QuantizeLinear", [real(2, 3, 4), Constant(np.float32([0.01, 0.007, 0.012])), Constant(np.int8([3, -5, 0]))],
         19, axis=1)
    case("dequantize21_i32", "DequantizeLinear", [whole(3, 4, low=-9999, high=9999, kind=np.int32), np.float32(0.013)], 21)
    case("dequantize21_u16", "DequantizeLinear", [whole(3, 4, high=65535, kind=np.uint16), np.float32(0.013), np.uint16(777)], 21)
    case("dequantize19_axis", "DequantizeLinear", [bytes_, np.float32([0.1, 0.2, 0.3]), np.uint8([1, 2, 3])], 19)

    case("matmul_integer_columns", "MatMulInteger", [whole(2, 4, 6), Constant(whole(6, 3, low=-128, high=128, kind=np.int8)),
                                                     np.uint8(131), Constant(np.int8([3, 0, -7]))], 10)
    case("qlinear_matmul_batch", "QLinearMatMul", [whole(2, 4, 6), scale, zero, Constant(whole(6, 3)), Constant(np.float32(0.011)),
                                                  Constant(np.uint8(127)), Constant(np.float32(0.31)), Constant(np.uint8(120))], 21)
    case("conv_integer_pads", "ConvInteger", [whole(1, 2, 5, 5), Constant(whole(3, 2, 3, 3)), np.uint8(77), np.uint8(140)], 10,
         pads=[1, 0, 1, 2], strides=[2, 1])
    case("conv_integer_groups", "ConvInteger", [whole(1, 4, 5, 5), Constant(whole(4, 1, 3, 3, high=128)), np.uint8(77)], 10, group=4,
         pads=[1, 1, 1, 1])
    case("qlinear_conv_channels", "QLinearConv",
         [whole(1, 4, 6, 6), scale, zero, Constant(whole(6, 2, 3, 3, low=-128, high=128, kind=np.int8)),
          Constant(real(6, low=0.004, high=0.02)), Constant(np.zeros(6, np.int8)), Constant(np.float32(0.17)), Constant(np.uint8(101)),
          Constant(whole(6, low=-3000, high=3000, kind=np.int32))], 10, group=2, pads=[1, 1, 1, 1], strides=[2, 1])

    def microsoft(name, op, inputs, **attributes):
        case(f"microsoft_{name}", op, inputs, 17, domain="com.microsoft", **attributes)

    a, b = [bytes_, scale, zero], [whole(4, 5), Constant(np.float32(0.0213)), Constant(np.uint8(99))]
    y = [Constant(np.float32(0.0431)), Constant(np.uint8(123))]
    microsoft("qlinear_add", "QLinearAdd", a + b + y)
    microsoft("qlinear_mul", "QLinearMul", a + b + [Constant(np.float32(0.113)), Constant(np.uint8(140))])
    microsoft("qlinear_add_signed", "QLinearAdd", [signed, scale, Constant(np.int8(-5)), signed, Constant(np.float32(0.0213)),
                                                  Constant(np.int8(9)), y[0], Constant(np.int8(3))])
    microsoft("qlinear_sigmoid", "QLinearSigmoid", a + [Constant(np.float32(0.0041)), Constant(np.uint8(3))])
    microsoft("qlinear_leaky_relu", "QLinearLeakyRelu", a + y, alpha=0.13)
    microsoft("qlinear_global_average_pool", "QLinearGlobalAveragePool", a + y)
    windows = {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [1, 0, 1, 1]}
    microsoft("qlinear_average_pool", "QLinearAveragePool", a + y, **windows)
    microsoft("qlinear_average_pool_last", "QLinearAveragePool", a + y, **windows, channels_last=1, count_include_pad=1)
    microsoft("qlinear_global_average_pool_last", "QLinearGlobalAveragePool", a + y, channels_last=1)
    microsoft("qlinear_where", "QLinearWhere", [whole(3, 4, 5, high=2, kind=np.bool_)] + a + b + y)
    factors = [np.float32(0.0137), Constant(real(7, low=0.004, high=0.02))]
    microsoft("matmul_integer_to_float", "MatMulIntegerToFloat",
              [whole(2, 4, 6), Constant(whole(6, 7, low=-128, high=128, kind=np.int8)), *factors, np.uint8(99), Constant(np.zeros(7, np.int8)),
               Constant(real(7))])
    microsoft("dynamic_quantize_matmul", "DynamicQuantizeMatMul",
              [real(2, 4, 6), Constant(whole(6, 7)), factors[1], Constant(whole(7)), Constant(real(7))])
    microsoft("qlinear_concat", "QLinearConcat", y + a + [whole(2, 2, 4, 5), Constant(np.float32(0.0213)), Constant(np.uint8(99))], axis=1)
    microsoft("qgemm", "QGemm", [whole(3, 6), scale, zero, Constant(whole(4, 6, low=-128, high=128, kind=np.int8)),
                                 Constant(np.float32(0.0213)), Constant(np.int8(0)), Constant(whole(4, low=-999, high=999, kind=np.int32)),
                                 Constant(np.float32(0.3)), Constant(np.uint8(127))], transB=1)

    # Windows of which no tile holds one.
    wide = real(1, 2, 40, 41)
    case("conv_wide_dilated", "Conv", [wide, Constant(real(3, 2, 3, 3))], 17, dilations=[18, 17], pads=[18, 17, 18, 17])
    case("conv_wide_depthwise", "Conv", [wide, Constant(real(2, 1, 3, 3))], 17, group=2, dilations=[18, 17], strides=[1, 3])
    case("conv_wide_strided", "Conv", [real(1, 3, 2500), Constant(real(4, 3, 5))], 17, dilations=[300], strides=[7], pads=[99, 201])
    case("conv_wide_divisor", "Conv", [real(2, 4, 3000), Constant(real(4, 2, 4))], 17, group=2, dilations=[600], strides=[40], pads=[9, 0])
    case("conv_wide_3d", "Conv", [real(1, 2, 13, 14, 15), Constant(real(2, 2, 3, 3, 3))], 17, dilations=[6, 6, 6], pads=[0, 1, 2, 0, 3, 2])
    case("max_pool_wide_dilated", "MaxPool", [wide], 17, kernel_shape=[4, 5], dilations=[13, 9], pads=[3, 4, 1, 0], strides=[1, 2])
    case("max_pool_wide_ceil", "MaxPool", [wide - 9], 17, kernel_shape=[36, 34], pads=[5, 5, 5, 5], strides=[4, 5], ceil_mode=1)
    case("max_pool_wide_line", "MaxPool", [real(1, 2, 3000)], 17, kernel_shape=[1500], strides=[200], pads=[0, 100])
    case("average_pool_wide", "AveragePool", [wide], 17, kernel_shape=[35, 36], pads=[3, 0, 0, 3], strides=[2, 3])

    # Tensors without elements.
    case("empty_concat", "Concat", [real(2, 3), real(0, 3), real(1, 3)], 17, axis=0)
    case("empty_reduce_sum", "ReduceSum", [real(2, 0, 3), Constant(ints(1))], 17, keepdims=0)
    case("empty_matmul", "MatMul", [real(2, 0), real(0, 3)], 17)
    case("empty_pad", "Pad", [real(0, 2), Constant(ints(1, 0, 1, 1)), Constant(np.float32(7))], 17)
    case("empty_relu", "Relu", [real(2, 0, 4)], 17)


if __name__ == "__main__":
    define()
    for case_name in CASES:  # cases that are there stay
        if not (HERE / "cases" / "opsets" / case_name).exists():
            write(case_name, sys.argv[1])
