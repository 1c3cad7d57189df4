"""Post-training quantisation: which integers stand for which real numbers, from the values that sample images cause.

real = scale * (integer - zero point). Activations: int8, one scale and zero point a tensor. Weights: int8, a scale for
each output channel, zero point 0. Biases: int32, scale = input scale * weight scale, zero point 0.
"""
from collections import namedtuple

import numpy as np
import torch

from network import INPUT

QMIN, QMAX = -128, 127
SAMPLES = 200_000                       # values of a tensor that the search for its range looks at
SHRINK = np.linspace(0.4, 1.0, 31)      # parts of the largest range that the search tries
BIAS_LIMIT = 2 ** 30                    # keeps bias + products inside 32 bits

Activation = namedtuple("Activation", "scale zero_point")               # f32, int
Weights = namedtuple("Weights", "integers scales biases bias_scales")   # int8, f32[C], int32[C], f32[C]
Plan = namedtuple("Plan", "activations weights")                        # by tensor name, by layer name

# These operators only choose or move their input's values, so their output keeps its scale and zero point.
# AveragePool does not: the mean of four integers under an unchanged scale is a tie of rounding in a quarter of all cases,
# and there the result of one float interpreter differs from the next one's and from exact arithmetic.
KEEPS_SCALE = ("MaxPool", "Flatten")
# These follow a layer without quantisation in between: the quantised range is that of the activation's result.
ACTIVATIONS = ("Relu", "Clip")


def quantised_tensors(layers):
    """Names of the tensors that QuantizeLinear follows: all but those that only an activation function reads."""
    consumers = {}
    for layer in layers:
        for name in layer.inputs:
            consumers.setdefault(name, []).append(layer.op)
    between = {name for name, ops in consumers.items() if len(ops) == 1 and ops[0] in ACTIVATIONS}
    return [INPUT] + [layer.name for layer in layers if layer.name not in between]


def affine(low, high):
    """Scale and zero point for the range [low, high], widened so that 0 is exact."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float32((high - low) / (QMAX - QMIN))
    return Activation(scale, int(np.clip(np.rint(QMIN - low / scale), QMIN, QMAX)))


def squared_error(values, activation):
    integers = np.clip(np.rint(values / activation.scale) + activation.zero_point, QMIN, QMAX)
    return np.mean((values - activation.scale * (integers - activation.zero_point)) ** 2)


def best_range(values):
    """The shrunken range with the least squared error: rare large values are cut, the others get finer steps."""
    values = values.flatten().numpy()
    low, high = float(values.min()), float(values.max())
    if len(values) > SAMPLES:
        values = np.random.default_rng(0).choice(values, SAMPLES, replace=False)
    candidates = [affine(low * s, high * s) for s in SHRINK]
    return min(candidates, key=lambda a: squared_error(values, a))


def quantise_activations(network, images):
    with torch.no_grad():
        values = network.tensors(images)
    by_name = {layer.name: layer for layer in network.layers}
    chosen = {INPUT: affine(0.0, 1.0)}  # pixels are k / 255: exact
    for name in quantised_tensors(network.layers)[1:]:
        layer = by_name[name]
        chosen[name] = chosen[layer.inputs[0]] if layer.op in KEEPS_SCALE else best_range(values[name])
    return chosen


def quantise_weights(module, input_scale):
    weight = module.weight.detach().numpy()
    bias = module.bias.detach().numpy().astype(np.float64)
    largest = np.abs(weight.reshape(len(weight), -1)).max(1)
    # A channel of tiny weights under a large bias would need a bias integer of more than 32 bits: coarser weights then.
    scales = np.maximum(largest / QMAX, np.abs(bias) / (float(input_scale) * BIAS_LIMIT))
    scales = np.where(scales > 0, scales, 1.0).astype(np.float32)
    column = scales.reshape(-1, *[1] * (weight.ndim - 1))
    bias_scales = (input_scale * scales).astype(np.float32)
    return Weights(np.clip(np.rint(weight / column), -QMAX, QMAX).astype(np.int8), scales,
                   np.rint(bias / bias_scales).astype(np.int32), bias_scales)


def quantise(network, images):
    """The plan for a network whose batch norms are folded. images: f32 sample inputs, not from the test set."""
    activations = quantise_activations(network, images)
    weights = {layer.name: quantise_weights(network.weighted[layer.name], activations[layer.inputs[0]].scale)
               for layer in network.layers if layer.name in network.weighted}
    return Plan(activations, weights)
