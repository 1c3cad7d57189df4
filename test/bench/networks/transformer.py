"""Transformers: matrix products on int8; softmax, layer normalisation and GELU between dequantize and quantize."""
import math

import numpy as np

from graph import Graph

WIDTH, HEADS, LAYERS = 768, 12, 12


def normalise(g, x, name):
    scale = g.constant(name + ".scale", np.ones(WIDTH, np.float32))
    bias = g.constant(name + ".shift", np.zeros(WIDTH, np.float32))
    return g.node("LayerNormalization", [x, scale, bias], name, axis=-1, epsilon=1e-5)


def gelu(g, x, name):
    """As exporters write it before opset 20."""
    for constant, value in (("gelu.root", math.sqrt(2)), ("gelu.one", 1), ("gelu.half", 0.5)):
        g.constant(constant, np.float32(value))
    y = g.node("Div", [x, "gelu.root"], name + ".div")
    y = g.node("Erf", [y], name + ".erf")
    y = g.node("Add", [y, "gelu.one"], name + ".add")
    y = g.node("Mul", [x, y], name + ".mul")
    g.unquantised.update({name + ".div", name + ".erf", name + ".add", name + ".mul"})
    return g.node("Mul", [y, "gelu.half"], name)


def heads(g, x, name, tokens, order):
    y = g.reshape(x, name + ".heads", (1, tokens, HEADS, WIDTH // HEADS))
    return g.node("Transpose", [y], name + ".turned", perm=order)


def attention(g, x, name, tokens, past=0):
    """Self-attention; with `past` the keys and values of that many tokens before are inputs."""
    q, k, v = (g.linear(x, name + part, WIDTH, WIDTH) for part in ("query", "key", "value"))
    q, v = (heads(g, y, y, tokens, [0, 2, 1, 3]) for y in (q, v))
    k = heads(g, k, k, tokens, [0, 2, 3, 1])
    if past:
        old_k = g.input(name + "keys", (1, HEADS, WIDTH // HEADS, past))
        old_v = g.input(name + "values", (1, HEADS, past, WIDTH // HEADS))
        k = g.node("Concat", [old_k, k], name + "all_keys", axis=3)
        v = g.node("Concat", [old_v, v], name + "all_values", axis=2)
    scores = g.node("MatMul", [q, k], name + "scores")
    scale = g.constant("attention.scale", np.float32((WIDTH // HEADS) ** -0.5))
    y = g.node("Softmax", [g.node("Mul", [scores, scale], name + "scaled")], name + "weights", axis=-1)
    y = g.node("Transpose", [g.node("MatMul", [y, v], name + "mixed")], name + "back", perm=[0, 2, 1, 3])
    return g.linear(g.reshape(y, name + "joined", (1, tokens, WIDTH)), name + "out", WIDTH, WIDTH)


def feed_forward(g, x, name):
    y = gelu(g, g.linear(x, name + "up", WIDTH, 4 * WIDTH), name + "gelu")
    return g.linear(y, name + "down", 4 * WIDTH, WIDTH)


def layer_before(g, x, name, tokens, past=0):
    """Normalisation before each part: GPT-2, ViT."""
    y = attention(g, normalise(g, x, name + "norm1"), name + "attention.", tokens, past)
    x = g.node("Add", [x, y], name + "add1")
    return g.node("Add", [x, feed_forward(g, normalise(g, x, name + "norm2"), name + "mlp.")], name + "add2")


def bert_base(tokens=128, layers=LAYERS):
    """The encoder; the sum of embeddings is its input."""
    g = Graph("bert-base")
    x = g.input("embedded", (1, tokens, WIDTH))
    for i in range(layers):
        name = f"layer{i}."
        x = normalise(g, g.node("Add", [x, attention(g, x, name + "attention.", tokens)], name + "add1"), name + "norm1")
        x = normalise(g, g.node("Add", [x, feed_forward(g, x, name + "mlp.")], name + "add2"), name + "norm2")
    g.output(x, (1, tokens, WIDTH))
    return g


def gpt2_decode(past=511, layers=LAYERS, words=50257):
    """GPT-2 small: one token with the cache of those before it."""
    g = Graph("gpt2-decode")
    x = g.input("embedded", (1, 1, WIDTH))
    for i in range(layers):
        x = layer_before(g, x, f"layer{i}.", 1, past)
    x = normalise(g, x, "norm")
    weight = g.weights("head.weight", (WIDTH, words), WIDTH, 1.0)
    g.output(g.node("MatMul", [x, weight], "head"), (1, 1, words))
    return g


def vit_b16(layers=LAYERS):
    g, tokens = Graph("vit-b16"), 197
    image = g.input("image", (1, 3, 224, 224), g.random.uniform(-1, 1, (1, 3, 224, 224)))
    x = g.conv(image, "patches", 3, WIDTH, 16, 16, gain=1.0, pads=[0] * 4)
    x = g.node("Transpose", [g.reshape(x, "flat", (1, WIDTH, tokens - 1))], "rows", perm=[0, 2, 1])
    first = g.constant("class", g.random.standard_normal((1, 1, WIDTH)).astype(np.float32))
    x = g.node("Concat", [first, x], "tokens", axis=1)
    place = g.constant("place", (0.1 * g.random.standard_normal((1, tokens, WIDTH))).astype(np.float32))
    x = g.node("Add", [x, place], "placed")
    for i in range(layers):
        x = layer_before(g, x, f"layer{i}.", tokens)
    x = normalise(g, x, "norm")
    bounds = [g.constant(n, np.array([v], np.int64)) for n, v in (("from", 0), ("to", 1), ("axis", 1))]
    x = g.reshape(g.node("Slice", [x, *bounds], "first"), "flatten", (1, WIDTH))
    g.output(g.dense(x, "classes", WIDTH, 1000, gain=1.0), (1, 1000))
    return g
