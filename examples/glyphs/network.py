"""The network, described once as a list of layers that training, quantisation and export all read."""
from collections import namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F

IMAGE_SIZE = 32
INPUT = "image"    # 1 x 1 x 32 x 32, f32 in [0, 1]: 0 is ink, 1 is paper
OUTPUT = "logits"  # 1 x classes, f32

# name: the ONNX node's and its output tensor's name; op: ONNX operator; inputs: names of tensors;
# attrs: what the operator needs, see the constructors below.
Layer = namedtuple("Layer", "name op inputs attrs")


def conv(name, source, channels_in, channels_out, kernel=3, stride=1, group=1):
    attrs = dict(cin=channels_in, cout=channels_out, kernel=kernel, stride=stride, pad=kernel // 2, group=group)
    return Layer(name, "Conv", [source], attrs)


def depthwise(name, source, channels):
    return conv(name, source, channels, channels, group=channels)


def node(name, op, *sources, **attrs):
    return Layer(name, op, list(sources), attrs)


def layers(classes):
    """All layers in execution order. Comments: the output's channels x height x width."""
    return [
        conv("conv1", INPUT, 1, 16),                        # 16 x 32 x 32
        node("relu1", "Relu", "conv1"),
        node("maxpool1", "MaxPool", "relu1"),               # 16 x 16 x 16
        conv("conv2", "maxpool1", 16, 32),                  # 32 x 16 x 16
        node("relu2", "Relu", "conv2"),
        depthwise("dw3", "relu2", 32),
        node("clip3", "Clip", "dw3", low=0.0, high=6.0),     # the activation that is also called ReLU6
        conv("pw3", "clip3", 32, 32, kernel=1),         # linear: its zero point is not at the range's end
        node("add3", "Add", "relu2", "pw3"),
        node("relu3", "Relu", "add3"),
        conv("conv4", "relu3", 32, 64, stride=2),           # 64 x 8 x 8
        node("relu4", "Relu", "conv4"),
        depthwise("dw5", "relu4", 64),
        node("relu5", "Relu", "dw5"),
        conv("pw5", "relu5", 64, 64, kernel=1),
        node("add5", "Add", "relu4", "pw5"),                # no Relu: conv6 pads with a zero point inside the range
        node("avgpool5", "AveragePool", "add5"),            # 64 x 4 x 4
        conv("conv6", "avgpool5", 64, 64),
        node("relu6", "Relu", "conv6"),
        node("gap", "GlobalAveragePool", "relu6"),          # 64 x 1 x 1
        node("flatten", "Flatten", "gap"),
        node(OUTPUT, "Gemm", "flatten", cin=64, cout=classes),
    ]


FUNCTIONS = {  # the operators without weights
    "Relu": lambda attrs, x: F.relu(x),
    "Clip": lambda attrs, x: torch.clamp(x, attrs["low"], attrs["high"]),
    "Add": lambda attrs, x, y: x + y,
    "MaxPool": lambda attrs, x: F.max_pool2d(x, 2, 2),
    "AveragePool": lambda attrs, x: F.avg_pool2d(x, 2, 2),
    "GlobalAveragePool": lambda attrs, x: x.mean((2, 3), keepdim=True),
    "Flatten": lambda attrs, x: x.flatten(1),
}


def module_of(layer):
    """The trainable part of a layer. Batch norm follows each convolution and is folded away after training."""
    a = layer.attrs
    if layer.op == "Gemm":
        return nn.Linear(a["cin"], a["cout"])
    convolution = nn.Conv2d(a["cin"], a["cout"], a["kernel"], a["stride"], a["pad"], groups=a["group"], bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(a["cout"]))


class Network(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.layers = layers(classes)
        self.weighted = nn.ModuleDict({l.name: module_of(l) for l in self.layers if l.op in ("Conv", "Gemm")})

    def tensors(self, image):
        """Every tensor of the network by name."""
        values = {INPUT: image}
        for layer in self.layers:
            inputs = [values[name] for name in layer.inputs]
            if layer.name in self.weighted:
                values[layer.name] = self.weighted[layer.name](*inputs)
            else:
                values[layer.name] = FUNCTIONS[layer.op](layer.attrs, *inputs)
        return values

    def forward(self, image):
        return self.tensors(image)[OUTPUT]

    def fold_batch_norm(self):
        """Replaces each convolution + batch norm by one convolution with bias that computes the same (eval mode)."""
        for name, module in self.weighted.items():
            if isinstance(module, nn.Sequential):
                self.weighted[name] = nn.utils.fuse_conv_bn_eval(module[0], module[1])
        return self

    def macs(self):
        """Multiply-accumulates of one image, by layer."""
        self.eval()
        with torch.no_grad():
            values = self.tensors(torch.zeros(1, 1, IMAGE_SIZE, IMAGE_SIZE))
        count = {}
        for layer in self.layers:
            a = layer.attrs
            if layer.op == "Conv":
                count[layer.name] = values[layer.name].numel() * a["kernel"] ** 2 * a["cin"] // a["group"]
            elif layer.op == "Gemm":
                count[layer.name] = a["cin"] * a["cout"]
        return count
