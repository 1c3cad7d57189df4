"""Convolutional networks for images of 3 x 224 x 224."""
from graph import Graph


def image(g, size):
    return g.input("image", (1, 3, size, size), g.random.uniform(-1, 1, (1, 3, size, size)))


def classify(g, x, channels, classes=1000):
    x = g.node("GlobalAveragePool", [x], "pool")
    x = g.node("Flatten", [x], "flatten")
    g.output(g.dense(x, "classes", channels, classes, gain=1.0), (1, classes))
    return g


def resnet(name, blocks, bottleneck, size):
    g = Graph(name)
    x = g.relu(g.conv(image(g, size), "stem", 3, 64, 7, 2), "stem.relu")
    x = g.node("MaxPool", [x], "stem.pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = 64
    for stage, count in enumerate(blocks):
        width = 64 << stage
        out = width * (4 if bottleneck else 1)
        for block in range(count):
            stride = 2 if block == 0 and stage > 0 else 1
            prefix = f"layer{stage + 1}.{block}."
            y = (residual_bottleneck if bottleneck else residual_basic)(g, x, prefix, channels, width, stride)
            if channels != out or stride != 1:
                x = g.conv(x, prefix + "shortcut", channels, out, 1, stride, gain=1.0)
            x = g.relu(g.node("Add", [y, x], prefix + "add"), prefix + "relu")
            channels = out
    return classify(g, x, channels)


def residual_basic(g, x, prefix, channels, width, stride):
    y = g.relu(g.conv(x, prefix + "conv1", channels, width, 3, stride), prefix + "relu1")
    return g.conv(y, prefix + "conv2", width, width, 3, gain=0.5)


def residual_bottleneck(g, x, prefix, channels, width, stride):
    y = g.relu(g.conv(x, prefix + "conv1", channels, width, 1), prefix + "relu1")
    y = g.relu(g.conv(y, prefix + "conv2", width, width, 3, stride), prefix + "relu2")
    return g.conv(y, prefix + "conv3", width, width * 4, 1, gain=0.5)


def resnet18(size=224):
    return resnet("resnet18", (2, 2, 2, 2), False, size)


def resnet50(size=224):
    """With the stride on the 3x3 convolution (v1.5)."""
    return resnet("resnet50", (3, 4, 6, 3), True, size)


def inverted_residuals(g, x, channels, stages, kernels):
    for stage, (expand, out, count, stride) in enumerate(stages):
        for block in range(count):
            prefix, kernel, step = f"stage{stage + 1}.{block}.", kernels[stage], stride if block == 0 else 1
            width = channels * expand
            y = x
            if expand > 1:
                y = g.relu6(g.conv(y, prefix + "expand", channels, width, 1), prefix + "expand.relu")
            y = g.relu6(g.conv(y, prefix + "depthwise", width, width, kernel, step, groups=width), prefix + "depthwise.relu")
            y = g.conv(y, prefix + "project", width, out, 1, gain=1.0)
            x = g.node("Add", [y, x], prefix + "add") if channels == out and step == 1 else y
            channels = out
    return x, channels


def mobilenetv2(size=224):
    g = Graph("mobilenetv2")
    x = g.relu6(g.conv(image(g, size), "stem", 3, 32, 3, 2), "stem.relu")
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    x, channels = inverted_residuals(g, x, 32, stages, [3] * 7)
    return classify(g, g.relu6(g.conv(x, "head", channels, 1280, 1), "head.relu"), 1280)


def efficientnet_lite0(size=224):
    g = Graph("efficientnet-lite0")
    x = g.relu6(g.conv(image(g, size), "stem", 3, 32, 3, 2), "stem.relu")
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 40, 2, 2), (6, 80, 3, 2), (6, 112, 3, 1), (6, 192, 4, 2), (6, 320, 1, 1)]
    x, channels = inverted_residuals(g, x, 32, stages, [3, 3, 5, 3, 5, 5, 3])
    return classify(g, g.relu6(g.conv(x, "head", channels, 1280, 1), "head.relu"), 1280)


def vgg16(size=224):
    g, channels, convolution = Graph("vgg16"), 3, 0
    x = image(g, size)
    for stage, (width, count) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]):
        for _ in range(count):
            convolution += 1
            x = g.relu(g.conv(x, f"conv{convolution}", channels, width, 3), f"relu{convolution}")
            channels = width
        x = g.node("MaxPool", [x], f"pool{stage + 1}", kernel_shape=[2, 2], strides=[2, 2])
    x = g.node("Flatten", [x], "flatten")
    x = g.relu(g.dense(x, "dense1", channels * (size // 32) ** 2, 4096), "dense1.relu")
    x = g.relu(g.dense(x, "dense2", 4096, 4096), "dense2.relu")
    g.output(g.dense(x, "classes", 4096, 1000, gain=1.0), (1, 1000))
    return g
