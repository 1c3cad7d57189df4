"""Writes a quantised network as ONNX in QDQ form, the form and the names of onnxruntime's static quantiser.

Every quantised tensor T goes through T_QuantizeLinear and T_DequantizeLinear; weights and biases are integer
initialisers behind a DequantizeLinear with axis 0.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from network import IMAGE_SIZE, INPUT, OUTPUT

OPSET, IR_VERSION = 13, 8


def node_attributes(layer):
    """The ONNX attributes of a layer's node."""
    a = layer.attrs
    if layer.op == "Conv":
        return dict(kernel_shape=[a["kernel"]] * 2, strides=[a["stride"]] * 2, pads=[a["pad"]] * 4, dilations=[1, 1],
                    group=a["group"])
    if layer.op in ("MaxPool", "AveragePool"):
        return dict(kernel_shape=[2, 2], strides=[2, 2])
    return {"Flatten": dict(axis=1), "Gemm": dict(transB=1)}.get(layer.op, {})


class Writer:
    """Collects the nodes and initialisers of one graph."""

    def __init__(self, plan):
        self.plan = plan
        self.nodes, self.initializers = [], []

    def constant(self, name, value):
        self.initializers.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add(self, op, name, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=name, **attributes))

    def activation(self, tensor, source, result):
        """Q and DQ around the quantised tensor: source is the f32 tensor that enters, result the one that leaves."""
        scale, zero_point = self.plan.activations[tensor]
        parameters = [self.constant(f"{tensor}_scale", np.array(scale, np.float32)),
                      self.constant(f"{tensor}_zero_point", np.array(zero_point, np.int8))]
        integers = f"{tensor}_QuantizeLinear_Output"
        self.add("QuantizeLinear", f"{tensor}_QuantizeLinear", [source] + parameters, integers)
        self.add("DequantizeLinear", f"{tensor}_DequantizeLinear", [integers] + parameters, result)

    def parameter(self, name, integers, scales, suffix):
        """DQ of an integer initialiser with one scale for each slice along axis 0."""
        inputs = [self.constant(f"{name}_quantized", integers), self.constant(f"{name}{suffix}_scale", scales),
                  self.constant(f"{name}{suffix}_zero_point", np.zeros(len(scales), integers.dtype))]
        self.add("DequantizeLinear", f"{name}_DequantizeLinear", inputs, f"{name}_DequantizeLinear_Output", axis=0)
        return f"{name}_DequantizeLinear_Output"

    def operands(self, layer):
        """The layer's inputs besides its activations."""
        if layer.name in self.plan.weights:
            w = self.plan.weights[layer.name]
            return [self.parameter(f"{layer.name}.weight", w.integers, w.scales, ""),
                    self.parameter(f"{layer.name}.bias", w.biases, w.bias_scales, "_quantized")]
        if layer.op == "Clip":
            return [self.constant(f"{layer.name}.{end}", np.array(layer.attrs[end], np.float32)) for end in ("low", "high")]
        return []

    def value_of(self, tensor):
        """The name under which consumers read a tensor."""
        return f"{tensor}_DequantizeLinear_Output" if tensor in self.plan.activations else tensor

    def layer(self, layer):
        result = f"{OUTPUT}_QuantizeLinear_Input" if layer.name == OUTPUT else layer.name
        inputs = [self.value_of(name) for name in layer.inputs] + self.operands(layer)
        self.add(layer.op, layer.name, inputs, result, **node_attributes(layer))
        if layer.name in self.plan.activations:
            self.activation(layer.name, result, OUTPUT if layer.name == OUTPUT else self.value_of(layer.name))


def write_model(network, plan, path):
    writer = Writer(plan)
    writer.activation(INPUT, INPUT, writer.value_of(INPUT))
    for layer in network.layers:
        writer.layer(layer)
    classes = network.layers[-1].attrs["cout"]
    graph = helper.make_graph(
        writer.nodes, "glyphs",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, 1, IMAGE_SIZE, IMAGE_SIZE])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, classes])], writer.initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="npuforge.glyphs")
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
