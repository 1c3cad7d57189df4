"""Networks of matrix products alone."""
from graph import Graph


def gemm256():
    """A product of two 256 x 256 matrices, the second one constant."""
    g = Graph("gemm256")
    x = g.input("a", (256, 256))
    weight = g.weights("b", (256, 256), 256, gain=1.0)
    g.output(g.node("MatMul", [x, weight], "product"), (256, 256))
    return g


def dlrm_mlp(batch=1):
    """The two perceptrons of DLRM as MLPerf has it (13-512-256-128 and 479-1024-1024-512-256-1); 27 features that embedding
    tables gave are an input."""
    g = Graph("dlrm-mlp")
    x = g.input("dense", (batch, 13))
    for index, (a, b) in enumerate([(13, 512), (512, 256), (256, 128)]):
        x = g.relu(g.dense(x, f"bottom{index}", a, b), f"bottom{index}.relu")
    x = g.node("Concat", [x, g.input("interactions", (batch, 351))], "features", axis=1)
    sizes = [479, 1024, 1024, 512, 256]
    for index, (a, b) in enumerate(zip(sizes, sizes[1:])):
        x = g.relu(g.dense(x, f"top{index}", a, b), f"top{index}.relu")
    g.output(g.dense(x, "click", 256, 1, gain=1.0), (batch, 1))
    return g
