"""Random shapes of operators, and random machines: primes, ones, and what is a multiple of nothing."""
import random

from graph import Graph

CHANNELS = (1, 2, 3, 5, 7, 13, 16, 17, 24, 31, 33, 47, 61, 64, 65, 97, 131)
EXTENTS = (1, 2, 3, 4, 5, 7, 8, 11, 13, 14, 17, 19, 23, 29, 31, 37)


def window(draw, height, width):
    """A kernel, strides and pads whose windows lie on a map of this size."""
    kernel = [draw.choice([k for k in (1, 2, 3, 5, 7) if k <= max(extent, 1)]) for extent in (height, width)]
    strides = [draw.choice((1, 1, 2, 3)) for _ in kernel]
    pads = [draw.randrange(k) for k in kernel + kernel]
    return {"kernel_shape": kernel, "strides": strides, "pads": pads}


def after(height, width, w):
    return [(extent + w["pads"][axis] + w["pads"][axis + 2] - w["kernel_shape"][axis]) // w["strides"][axis] + 1
            for axis, extent in enumerate((height, width))]


def feature_map(g, draw, name):
    channels, height, width = draw.choice(CHANNELS), draw.choice(EXTENTS), draw.choice(EXTENTS)
    return g.input(name + ".x", (1, channels, height, width)), channels, height, width


def convolved(g, x, name, size, result, w, groups=1):
    """A convolution with a window of its own; the shape of its result."""
    channels, height, width = size
    kernel = w["kernel_shape"]
    taps = channels // groups * kernel[0] * kernel[1]
    weight = g.weights(name + ".weight", (result, channels // groups, *kernel), taps, gain=1.0)
    y = g.node("Conv", [x, weight, g.bias(name + ".bias", result)], name, group=groups, **w)
    return y, (result, *after(height, width, w))


def conv(g, draw, name):
    x, *size = feature_map(g, draw, name)
    y, shape = convolved(g, x, name, size, draw.choice(CHANNELS), window(draw, *size[1:]))
    g.output(y, (1, *shape))


def depthwise(g, draw, name):
    x, *size = feature_map(g, draw, name)
    y, shape = convolved(g, x, name, size, size[0], window(draw, *size[1:]), groups=size[0])
    g.output(y, (1, *shape))


def bottleneck(g, draw, name):
    """A convolution over single pixels, a depthwise one, and a convolution over single pixels."""
    pixel = {"kernel_shape": [1, 1], "strides": [1, 1], "pads": [0] * 4}
    x, *size = feature_map(g, draw, name)
    x, size = convolved(g, x, name + ".expand", size, size[0] * draw.randint(1, 6), pixel)
    x, size = convolved(g, g.relu(x, name + ".relu"), name + ".filter", size, size[0], window(draw, *size[1:]), groups=size[0])
    y, shape = convolved(g, x, name, size, draw.choice(CHANNELS), pixel)
    g.output(y, (1, *shape))


def separable(g, draw, name):
    """A depthwise convolution and one over single pixels, every other time with a sum."""
    x, *size = feature_map(g, draw, name)
    x, size = convolved(g, x, name + ".filter", size, size[0], window(draw, *size[1:]), groups=size[0])
    y, shape = convolved(g, x, name + ".project", size, draw.choice(CHANNELS), {"kernel_shape": [1, 1], "strides": [1, 1], "pads": [0] * 4})
    if draw.random() < 0.5:
        y = g.node("Add", [y, g.input(name + ".y", (1, *shape))], name)
    g.output(y, (1, *shape))


def dense(g, draw, name):
    sizes = draw.choice(CHANNELS) * draw.choice((1, 3, 8)), draw.choice(CHANNELS) * draw.choice((1, 3, 8))
    x = g.input(name + ".x", (1, sizes[0]))
    g.output(g.dense(x, name, *sizes, gain=1.0), (1, sizes[1]))


def add(g, draw, name):
    x, *size = feature_map(g, draw, name)
    y = g.input(name + ".y", (1, *size))
    g.output(g.node("Add", [x, y], name), (1, *size))


def pool(operator):
    def case(g, draw, name):
        x, *size = feature_map(g, draw, name)
        w = window(draw, *size[1:])
        more = {"count_include_pad": 1} if operator == "AveragePool" else {}
        g.output(g.node(operator, [x], name, **w, **more), (1, size[0], *after(*size[1:], w)))
    return case


def global_pool(g, draw, name):
    x, *size = feature_map(g, draw, name)
    g.output(g.node("GlobalAveragePool", [x], name), (1, size[0], 1, 1))


OPERATORS = {"conv": conv, "depthwise": depthwise, "bottleneck": bottleneck, "separable": separable, "dense": dense, "add": add, "max-pool": pool("MaxPool"),
             "average-pool": pool("AveragePool"), "global-pool": global_pool}


def cases(operator, count, seed=0):
    """`count` graphs of one operator each; all names in them differ."""
    draw = random.Random(f"{operator} {seed}")
    graphs = []
    for index in range(count):
        graph = Graph(f"{operator}{index}", seed=index)
        OPERATORS[operator](graph, draw, f"{operator}.{index}")
        graphs.append(graph)
    return graphs


def merged(graphs):
    """All of them side by side as one network."""
    whole = Graph("merged")
    for graph in graphs:
        whole.nodes += graph.nodes
        for mine, its in ((whole.constants, graph.constants), (whole.inputs, graph.inputs), (whole.outputs, graph.outputs),
                          (whole.samples, graph.samples)):
            mine.update(its)
    return whole


def machine(index, base, seed=0):
    """A machine as YAML: edge16's instructions, memories and array of other sizes."""
    draw = random.Random(f"machine {index} {seed}")
    size = draw.choice((8, 16, 32))
    bank = draw.choice((4096, 8192, 16384)) * size // 8
    sums = draw.choice((128, 256, 512)) * size * 4
    return f"""base: {base}
name: drawn{index}
prose: Drawn at random.
machine:
  array: {{rows: {size}, cols: {size}, weight_sets: {draw.choice((2, 3, 4))}, pipeline: {draw.randint(1, 4)}}}
  scratchpad: {{bytes: {8 * bank}, banks: 8}}
  accumulator: {{bytes: {4 * sums}, banks: 4}}
  vector: {{lanes: {size}, pipeline: {draw.randint(4, 7)}}}
  load: {{fifo_beats: {draw.choice((64, 128))}, instructions: {draw.randint(2, 4)}}}
  dram: {{beat_bytes: {draw.choice((8, 16, 32))}, latency: {draw.choice((20, 100, 200))}}}
"""
