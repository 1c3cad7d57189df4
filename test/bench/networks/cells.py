"""Networks of many independent operators: what machines of several cores run side by side."""
from cnn import classify, image
from graph import Graph


def separable(g, x, name, channels, kernel, groups=None):
    """Relu, depthwise and 1x1 convolution, as NASNet has them."""
    x = g.relu(x, name + ".relu")
    x = g.conv(x, name + ".depthwise", channels, channels, kernel, groups=groups or channels, gain=1.0)
    return g.conv(x, name + ".point", channels, channels, 1, gain=1.0)


def pooled(g, x, name):
    return g.node("AveragePool", [x], name, kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4)


def cell(g, prefix, before, last, channels):
    """The normal cell of NASNet-A: five sums of two operators each, and their concatenation brought back to the cell's
    channels."""
    def add(name, a, b):
        return g.node("Add", [a, b], prefix + name)
    sums = [add("sum0", separable(g, last, prefix + "a3", channels, 3), last),
            add("sum1", separable(g, before, prefix + "b3", channels, 3), separable(g, last, prefix + "b5", channels, 5)),
            add("sum2", pooled(g, last, prefix + "c"), before),
            add("sum3", pooled(g, before, prefix + "d1"), pooled(g, before, prefix + "d2")),
            add("sum4", separable(g, before, prefix + "e5", channels, 5), separable(g, before, prefix + "e3", channels, 3))]
    joined = g.node("Concat", [last, *sums], prefix + "concat", axis=1)
    return g.relu(g.conv(joined, prefix + "fit", 6 * channels, channels, 1), prefix + "fit.relu")


def nasnet_cells(size=32, channels=32, cells=6):
    """A stack of NASNet-A's normal cells on images of CIFAR's size."""
    g = Graph("nasnet-cells")
    before = last = g.relu(g.conv(image(g, size), "stem", 3, channels, 3), "stem.relu")
    for index in range(cells):
        before, last = last, cell(g, f"cell{index}.", before, last, channels)
    return classify(g, last, channels, 10)


def forks():
    """Small enough for the RTL of a toy: three branches behind a convolution, and their sum."""
    g = Graph("forks")
    x = g.relu(g.conv(image(g, 6), "stem", 3, 8, 3), "stem.relu")
    ends = [g.conv(g.relu(g.conv(x, f"fork{i}.conv1", 8, 8, 3), f"fork{i}.relu"), f"fork{i}.conv2", 8, 8, 1, gain=1.0)
            for i in range(3)]
    x = g.node("Add", [g.node("Add", ends[:2], "sum1"), ends[2]], "sum2")
    return classify(g, g.node("MaxPool", [x], "pool.max", kernel_shape=[2, 2], strides=[2, 2]), 8, 5)


def resnext_branches(name, size, stages, groups=32, apart=True):
    """ResNeXt's blocks; with `apart` each of the 32 branches is 1x1, 3x3 and 1x1 convolutions of its own, as the paper draws
    them first, and their results are summed; else the 3x3 convolution has groups, which is the same."""
    g = Graph(name)
    x = g.relu(g.conv(image(g, size), "stem", 3, 64, 7, 2), "stem.relu")
    x = g.node("MaxPool", [x], "stem.pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = 64
    for stage, count in enumerate(stages):
        width, out = 4 << stage, 256 << stage
        for block in range(count):
            stride, prefix = 2 if block == 0 and stage > 0 else 1, f"layer{stage + 1}.{block}."
            y = (branches if apart else grouped)(g, x, prefix, channels, width, out, groups, stride)
            if channels != out or stride != 1:
                x = g.conv(x, prefix + "shortcut", channels, out, 1, stride, gain=1.0)
            x = g.relu(g.node("Add", [y, x], prefix + "add"), prefix + "relu")
            channels = out
    return classify(g, x, channels)


def branches(g, x, prefix, channels, width, out, groups, stride):
    results = []
    for group in range(groups):
        name = f"{prefix}branch{group}."
        y = g.relu(g.conv(x, name + "conv1", channels, width, 1), name + "relu1")
        y = g.relu(g.conv(y, name + "conv2", width, width, 3, stride), name + "relu2")
        results.append(y)
    joined = g.node("Concat", results, prefix + "concat", axis=1)
    return g.conv(joined, prefix + "conv3", width * groups, out, 1, gain=0.5)


def grouped(g, x, prefix, channels, width, out, groups, stride):
    y = g.relu(g.conv(x, prefix + "conv1", channels, width * groups, 1), prefix + "relu1")
    y = g.relu(g.conv(y, prefix + "conv2", width * groups, width * groups, 3, stride, groups=groups), prefix + "relu2")
    return g.conv(y, prefix + "conv3", width * groups, out, 1, gain=0.5)


def resnext50_branches(size=224):
    return resnext_branches("resnext50-branches", size, (3, 4, 6, 3))


def resnext50(size=224):
    return resnext_branches("resnext50", size, (3, 4, 6, 3), apart=False)


def alexnet(size=224):
    """One operator after the other, most of the time in dense layers: nothing to run side by side."""
    g = Graph("alexnet")
    x, channels = image(g, size), 3
    for index, (width, kernel, stride, pool) in enumerate([(64, 11, 4, True), (192, 5, 1, True), (384, 3, 1, False),
                                                           (256, 3, 1, False), (256, 3, 1, True)]):
        pads = [2] * 4 if index == 0 else None
        x = g.relu(g.conv(x, f"conv{index + 1}", channels, width, kernel, stride, pads=pads), f"relu{index + 1}")
        if pool:
            x = g.node("MaxPool", [x], f"pool{index + 1}", kernel_shape=[3, 3], strides=[2, 2])
        channels = width
    x = g.node("Flatten", [x], "flatten")
    x = g.relu(g.dense(x, "dense1", 256 * 6 * 6, 4096), "dense1.relu")
    x = g.relu(g.dense(x, "dense2", 4096, 4096), "dense2.relu")
    g.output(g.dense(x, "classes", 4096, 1000, gain=1.0), (1, 1000))
    return g


def lstm_cell(g, prefix, weights, x, hidden, state):
    """One step; the weights are those of the layer, the same in all steps. Returns hidden state and cell state."""
    def gate(name, activation):
        parts = [g.node("Gemm", [value, f"{weights}{name}.{kind}", f"{weights}{name}.bias"], f"{prefix}{name}.{kind}", transB=1)
                 for kind, value in (("x", x), ("h", hidden))]
        return g.node(activation, [g.node("Add", parts, f"{prefix}{name}.sum")], prefix + name)
    kept = g.node("Mul", [gate("forget", "Sigmoid"), state], prefix + "kept")
    added = g.node("Mul", [gate("input", "Sigmoid"), gate("cell", "Tanh")], prefix + "added")
    state = g.node("Add", [kept, added], prefix + "state")
    return g.node("Mul", [gate("output", "Sigmoid"), g.node("Tanh", [state], prefix + "tanh")], prefix + "hidden"), state


def lstm8(layers=8, width=256, steps=8):
    """Layers of an LSTM over a short sequence, each step's operators for themselves: where Rammer's wavefronts come from."""
    g = Graph("lstm8")
    sequence = [g.input(f"step{t}", (1, width)) for t in range(steps)]
    for layer in range(layers):
        for gate in ("input", "forget", "cell", "output"):
            for kind in ("x", "h"):
                g.weights(f"layer{layer}.{gate}.{kind}", (width, width), width, gain=1.0)
            g.bias(f"layer{layer}.{gate}.bias", width)
        hidden, state = (g.input(f"layer{layer}.{name}", (1, width)) for name in ("hidden", "state"))
        for t in range(steps):
            hidden, state = lstm_cell(g, f"layer{layer}.{t}.", f"layer{layer}.", sequence[t], hidden, state)
            sequence[t] = hidden
    g.output(hidden, (1, width))
    return g
