"""Element by element, and along one axis: see operators.py."""


def unary(n, x):
    op = n.choice(["Relu", "LeakyRelu", "Sigmoid", "Tanh", "Elu", "Selu", "Softplus", "HardSwish", "HardSigmoid", "Abs", "Neg", "Erf",
                   "Softsign", "Celu", "Atan", "Identity"])
    return n.node(op, [x], x.shape)


def periodic(n, x):
    return n.node(n.choice(["Sin", "Cos"]), [n.node("Tanh", [x], x.shape)], x.shape)


def exponential(n, x):
    return n.node("Exp", [n.node("Tanh", [x], x.shape)], x.shape)


def root(n, x):
    return n.node("Sqrt", [n.node("Softplus", [x], x.shape)], x.shape)


def clip(n, x):
    return n.node("Clip", [x, n.constant(n.random.uniform(-1, -0.1, ()).astype("f")), n.constant(n.random.uniform(0, 1, ()).astype("f"))],
                  x.shape)


def with_constant(n, x):
    """Broadcast along some dimensions."""
    shape = [d if n.chance(0.5) else 1 for d in x.shape][n.integer(0, x.rank) if n.chance(0.3) else 0:]
    op = n.choice(["Add", "Sub", "Mul", "Max", "Min", "Div", "PRelu"])
    c = n.real(*shape, low=0.5, high=2) if op == "Div" else n.real(*shape)
    swapped = op in ("Add", "Sub", "Mul") and n.chance(0.3)
    return n.node(op, [c, x] if swapped else [x, c], x.shape)


def where(n, x):
    mask = n.constant(n.random.random([d if n.chance(0.6) else 1 for d in x.shape]) < 0.5)
    return n.node("Where", [mask, x, n.real()], x.shape)


def residual(n, x):
    other = n.earlier(lambda v: v.shape == x.shape and v.name != x.name)
    return other and n.node(n.choice(["Add", "Mul", "Sub", "Max"]), [x, other], x.shape)


def cumsum(n, x):
    if x.rank == 0:
        return None
    return n.node("CumSum", [x, n.constant(n.random.integers(0, x.rank, ()))], x.shape, exclusive=n.integer(0, 1), reverse=n.integer(0, 1))


def largest(n, x):
    if x.rank == 0:
        return None
    axis = n.integer(0, x.rank - 1)
    shape = list(x.shape)
    shape[axis] = n.integer(1, min(8, shape[axis]))
    return n.node("TopK", [x, n.ints(shape[axis])], shape, outputs=2, axis=axis, largest=n.integer(0, 1))
