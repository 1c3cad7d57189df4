"""Matrix products and what is made of them: see operators.py."""
from network import LARGEST, size


def matmul(n, x):
    if x.rank < 2:
        return None
    k, columns = x.shape[-1], n.choice([1, 5, 16, 17, 31])
    batch = list(x.shape[:-2]) if n.chance(0.3) else []
    if size(x.shape[:-1]) * columns > LARGEST or size(batch) * k * columns > LARGEST:
        return None
    return n.node("MatMul", [x, n.weights(k, *batch, k, columns)], [*x.shape[:-1], columns])


def gemm(n, x):
    if x.rank != 2:
        return None
    turn_a, turn_b = n.integer(0, 1), n.integer(0, 1)
    rows, k = (x.shape[1], x.shape[0]) if turn_a else x.shape
    columns = n.choice([1, 3, 16, 29])
    b = n.weights(k, columns, k) if turn_b else n.weights(k, k, columns)
    c = n.real(*n.choice([(columns,), (rows, 1), (1, columns), ()]))
    return n.node("Gemm", [x, b, c], [rows, columns], transA=turn_a, transB=turn_b, alpha=n.choice([1.0, 0.7]), beta=n.choice([1.0, 0.3]))


def gram(n, x):
    """x times itself, turned."""
    if x.rank < 2 or size(x.shape[:-1]) * x.shape[-2] > LARGEST:
        return None
    perm = list(range(x.rank - 2)) + [x.rank - 1, x.rank - 2]
    turned = n.node("Transpose", [x], [x.shape[i] for i in perm], perm=perm)
    product = n.node("MatMul", [x, turned], [*x.shape[:-1], x.shape[-2]])
    return n.node("Mul", [product, n.constant((n.random.uniform(0.5, 1, ()) / x.shape[-1] ** 0.5).astype("f"))], product.shape)


def attention(n, x):
    """Several heads, as frameworks write it."""
    if x.rank != 3 or x.shape[0] * x.shape[1] ** 2 > LARGEST or x.shape[-1] < 2:
        return None
    batch, length, width = x.shape
    heads = n.choice([h for h in (1, 2, 3, 4) if width % h == 0])
    each = width // heads

    def projected(perm):
        value = n.node("MatMul", [x, n.weights(width, width, width)], x.shape)
        value = n.node("Reshape", [value, n.ints(0, 0, heads, each)], [batch, length, heads, each])
        return n.node("Transpose", [value], [value.shape[i] for i in perm], perm=perm)

    q, k, v = projected([0, 2, 1, 3]), projected([0, 2, 3, 1]), projected([0, 2, 1, 3])
    scores = n.node("MatMul", [q, k], [batch, heads, length, length])
    scores = n.node("Div", [scores, n.constant(n.random.uniform(1, 3, ()).astype("f"))], scores.shape)
    mixed = n.node("MatMul", [n.node("Softmax", [scores], scores.shape, axis=-1), v], q.shape)
    mixed = n.node("Transpose", [mixed], [batch, length, heads, each], perm=[0, 2, 1, 3])
    mixed = n.node("Reshape", [mixed, n.ints(batch, length, width)], x.shape)
    return n.node("Add", [x, mixed], x.shape)


def recurrent(n, x):
    if x.rank != 3 or x.shape[0] > 12:
        return None
    op, gates = n.choice([("LSTM", 4), ("GRU", 3), ("RNN", 1)])
    length, batch, width = x.shape
    hidden, direction = n.choice([1, 4, 16, 19]), n.choice(["forward", "reverse", "bidirectional"])
    ways = 2 if direction == "bidirectional" else 1
    inputs = [x, n.weights(width, ways, gates * hidden, width), n.weights(hidden, ways, gates * hidden, hidden)]
    if n.chance(0.7):
        inputs.append(n.real(ways, 2 * gates * hidden))
    more = {"linear_before_reset": n.integer(0, 1)} if op == "GRU" else {}
    y = n.node(op, inputs, [length, ways, batch, hidden], hidden_size=hidden, direction=direction, **more)
    y = n.node("Transpose", [y], [length, batch, ways, hidden], perm=[0, 2, 1, 3])
    return n.node("Reshape", [y, n.ints(0, 0, -1)], [length, batch, ways * hidden])
