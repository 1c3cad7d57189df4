"""Networks of matrix products alone."""
from graph import Graph


def gemm256():
    """A product of two 256 x 256 matrices, the second one constant, as a 1x1 convolution of 256 pixels."""
    g = Graph("gemm256")
    x = g.input("a", (1, 256, 16, 16))
    g.output(g.conv(x, "product", 256, 256, 1, gain=1.0, bias=False), (1, 256, 16, 16))
    return g


def perceptron(g, x, prefix, sizes):
    for index, (a, b) in enumerate(zip(sizes, sizes[1:])):
        x = g.relu(g.dense(x, f"{prefix}{index}", a, b), f"{prefix}{index}.relu")
    return x


def dlrm_mlp():
    """The two perceptrons of DLRM as MLPerf has them, 13-512-256-128 and 479-1024-1024-512-256-1, for one sample; the
    interactions between them are an input."""
    g = Graph("dlrm-mlp")
    g.output(perceptron(g, g.input("dense", (1, 13)), "bottom", (13, 512, 256, 128)), (1, 128))
    x = perceptron(g, g.input("interactions", (1, 479)), "top", (479, 1024, 1024, 512, 256))
    g.output(g.dense(x, "click", 256, 1, gain=1.0), (1, 1))
    return g
