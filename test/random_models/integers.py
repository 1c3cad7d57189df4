"""Integers and indices that the network is given when it runs: see operators.py."""
import numpy as np

from network import LARGEST, size


def axis_of(n, x):
    return n.integer(0, x.rank - 1)


def gather_at(n, x):
    """Rows whose numbers are an input."""
    if x.rank == 0:
        return None
    axis = axis_of(n, x)
    rows = [n.integer(1, 7)] * n.integer(0, 2)
    shape = [*x.shape[:axis], *rows, *x.shape[axis + 1:]]
    if size(shape) > LARGEST or len(shape) > 5:
        return None
    return n.node("Gather", [x, n.input_integers(-x.shape[axis], x.shape[axis] - 1, rows)], shape, axis=axis)


def gather_elements(n, x):
    if x.rank == 0:
        return None
    axis = axis_of(n, x)
    shape = [n.integer(1, d) for d in x.shape]
    shape[axis] = n.integer(1, 2 * x.shape[axis])
    places = n.input_integers(-x.shape[axis], x.shape[axis] - 1, shape)
    return n.node("GatherElements", [x, places], shape, axis=axis) if size(shape) <= LARGEST else None


def gather_nd(n, x):
    if x.rank < 2:
        return None
    batch, depth = (n.integer(0, 1), 1) if x.rank == 2 else (n.integer(0, 1), n.integer(1, 2))
    count = n.integer(1, 9)
    shape = [*x.shape[:batch], count, *x.shape[batch + depth:]]
    reach = min(x.shape[batch:batch + depth])
    places = n.input_integers(-reach, reach - 1, [*x.shape[:batch], count, depth])
    return n.node("GatherND", [x, places], shape, batch_dims=batch) if size(shape) <= LARGEST else None


def scatter(n, x):
    """Different rows, or sums: the order of writes must not matter."""
    if x.rank == 0:
        return None
    extent = x.shape[0]
    count = n.integer(1, extent)
    rows = n.input_array(n.random.permutation(extent)[:count].reshape(count, 1))
    updates = n.real(count, *x.shape[1:])
    return n.node("ScatterND", [x, rows, updates], x.shape, reduction=n.choice(["none", "add", "mul"]))


def scatter_elements(n, x):
    if x.rank == 0:
        return None
    axis = axis_of(n, x)
    shape = [n.integer(1, d) for d in x.shape]
    places = n.input_integers(-x.shape[axis], x.shape[axis] - 1, shape)
    return n.node("ScatterElements", [x, places, n.real(*shape)], x.shape, axis=axis, reduction=n.choice(["add", "mul"]))


def one_hot(n, x):
    """A table of one-hot rows, broadcast to the value."""
    if x.rank < 2:
        return None
    depth, before = x.shape[-1], x.shape[-2:-1]
    marks = n.input_integers(-depth - 2, depth + 2, before)  # what is outside makes a row of `off`
    values = n.constant(np.array([0.5, 2], np.float32))
    return n.node("Mul", [x, n.node("OneHot", [marks, n.constant(np.array(depth)), values], [*before, depth], axis=-1)], x.shape)


def masked(n, x):
    """A mask that comparisons of integers make."""
    shape = [d if n.chance(0.6) else 1 for d in x.shape]
    a, b = n.input_integers(-3, 3, shape), n.input_integers(-3, 3, [d if n.chance(0.5) else 1 for d in shape])
    mask = n.node(n.choice(["Less", "Greater", "Equal", "LessOrEqual", "GreaterOrEqual"]), [a, b], shape)
    if n.chance(0.5):
        odd = n.node("Cast", [n.node("Mod", [a, n.ints(2)], shape)], shape, to=9)
        mask = n.node(n.choice(["And", "Or", "Xor"]), [mask, odd], shape)
    return n.node("Where", [n.node("Not", [mask], shape) if n.chance(0.3) else mask, x, n.real()], x.shape)


def arithmetic(n, x):
    """Integers of some width, computed with, then added as floats."""
    kind, to = n.choice([(np.int64, 7), (np.int32, 6), (np.int8, 3), (np.uint8, 2), (np.int16, 5)])
    shape = [d if n.chance(0.6) else 1 for d in x.shape]
    lowest = 0 if kind is np.uint8 else -9
    a = n.node("Cast", [n.input_integers(lowest, 9, shape)], shape, to=to)
    b = n.constant(n.random.integers(1, 6, shape).astype(kind))
    if kind in (np.int64, np.int32):
        a = n.node(n.choice(["Add", "Sub", "Mul", "Div", "Mod"]), [a, b], shape)
    else:
        a = n.node("Mod", [a, b], shape)
    real = n.node("Mul", [n.node("Cast", [a], shape, to=1), n.constant(np.float32(0.05))], shape)
    return n.node("Add", [x, real], x.shape)
