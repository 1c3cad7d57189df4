"""What moves, selects or repeats elements: see operators.py."""
from network import LARGEST, size


def concat(n, x):
    if x.rank == 0:
        return None
    axis = n.integer(0, x.rank - 1)
    other = n.earlier(lambda v: v.rank == x.rank and all(v.shape[d] == x.shape[d] for d in range(x.rank) if d != axis))
    if not other or size(x.shape) + size(other.shape) > LARGEST:
        return None
    shape = list(x.shape)
    shape[axis] += other.shape[axis]
    return n.node("Concat", [x, other], shape, axis=axis - x.rank if n.chance(0.5) else axis)


def transpose(n, x):
    perm = [int(i) for i in n.random.permutation(x.rank)]
    return n.node("Transpose", [x], [x.shape[i] for i in perm], perm=perm) if x.rank > 1 else None


def reshape(n, x):
    rest, shape = size(x.shape), []
    while len(shape) < 4:
        factors = [f for f in range(1, min(rest, 64) + 1) if rest % f == 0]
        shape.append(n.choice(factors))
        rest //= shape[-1]
        if n.chance(0.3):
            break
    shape.append(rest)
    return n.node("Reshape", [x, n.ints(*shape)], shape)


def slice_(n, x):
    if x.rank == 0:
        return None
    axis = n.integer(0, x.rank - 1)
    extent, step = x.shape[axis], n.choice([1, 2, 3, -1, -2])
    first, last = sorted([n.integer(0, extent - 1), n.integer(0, extent - 1)])
    if step < 0:
        first, last = last, first
    count = abs(last - first) // abs(step) + 1
    end = last + (1 if step > 0 else -1)
    end = -extent - 1 if end < 0 else end
    shape = list(x.shape)
    shape[axis] = count
    return n.node("Slice", [x, n.ints(first), n.ints(end), n.ints(axis), n.ints(step)], shape)


def pad(n, x):
    mode = n.choice(["constant", "edge", "reflect"])
    before = [n.integer(0, 2) if n.chance(0.5) else 0 for _ in x.shape]
    after = [n.integer(0, 2) if n.chance(0.5) else 0 for _ in x.shape]
    if mode == "reflect" and any(max(b, a) >= d for b, a, d in zip(before, after, x.shape)):
        return None
    shape = [d + b + a for d, b, a in zip(x.shape, before, after)]
    if x.rank == 0 or size(shape) > LARGEST:
        return None
    return n.node("Pad", [x, n.ints(*before, *after)] + ([n.real()] if mode == "constant" else []), shape, mode=mode)


def tile(n, x):
    repeats = [n.choice([1, 1, 2, 3]) for _ in x.shape]
    if x.rank == 0 or size(repeats) * size(x.shape) > LARGEST:
        return None
    return n.node("Tile", [x, n.ints(*repeats)], [d * r for d, r in zip(x.shape, repeats)])


def expand(n, x):
    shape = [n.integer(1, 4)] * (x.rank < 5) + [n.integer(1, 5) if d == 1 else d for d in x.shape]
    return n.node("Expand", [x, n.ints(*shape)], shape) if size(shape) <= LARGEST else None


def split(n, x):
    """Both parts, one times the other's tanh where they are equal."""
    axes = [d for d in range(x.rank) if x.shape[d] > 1]
    if not axes:
        return None
    axis = n.choice(axes)
    first = x.shape[axis] // 2 if x.shape[axis] % 2 == 0 else n.integer(1, x.shape[axis] - 1)
    shapes = [list(x.shape), list(x.shape)]
    shapes[0][axis], shapes[1][axis] = first, x.shape[axis] - first
    a = n.node("Split", [x, n.ints(first, x.shape[axis] - first)], shapes[0], outputs=2, axis=axis)
    b = type(a)(f"{a.name}_1", shapes[1])
    n.keep(b)
    return n.node("Mul", [a, n.node("Tanh", [b], b.shape)], a.shape) if a.shape == b.shape else a


def gather(n, x):
    if x.rank == 0:
        return None
    axis = n.integer(0, x.rank - 1)
    rows = n.random.integers(-x.shape[axis], x.shape[axis], [n.integer(1, 7)] * n.integer(0, 1))
    shape = [*x.shape[:axis], *rows.shape, *x.shape[axis + 1:]]
    return n.node("Gather", [x, n.constant(rows)], shape, axis=axis) if size(shape) <= LARGEST else None


def unsqueeze(n, x):
    at = n.integer(0, x.rank)
    return n.node("Unsqueeze", [x, n.ints(at)], [*x.shape[:at], 1, *x.shape[at:]]) if x.rank < 5 else None


def squeeze(n, x):
    ones = [d for d, s in enumerate(x.shape) if s == 1]
    if not ones:
        return None
    at = n.choice(ones)
    return n.node("Squeeze", [x, n.ints(at)], [s for d, s in enumerate(x.shape) if d != at])


def resize(n, x):
    if x.rank != 4:
        return None
    mode = n.choice(["nearest", "linear", "cubic"])
    out = [n.integer(1, 2 * d + 1) for d in x.shape[2:]]
    if size(x.shape[:2]) * size(out) > LARGEST:
        return None
    place = n.choice(["asymmetric", "half_pixel", "pytorch_half_pixel"] if mode != "nearest" else ["asymmetric"])
    more = {"nearest_mode": "floor"} if mode == "nearest" else {}
    return n.node("Resize", [x, None, None, n.ints(*x.shape[:2], *out)], [*x.shape[:2], *out], mode=mode,
                  coordinate_transformation_mode=place, **more)


def blocks(n, x):
    if x.rank != 4:
        return None
    if x.shape[1] % 4 == 0 and n.chance(0.7):
        return n.node("DepthToSpace", [x], [x.shape[0], x.shape[1] // 4, 2 * x.shape[2], 2 * x.shape[3]], blocksize=2,
                      mode=n.choice(["DCR", "CRD"]))
    if x.shape[2] % 2 == 0 and x.shape[3] % 2 == 0:
        return n.node("SpaceToDepth", [x], [x.shape[0], x.shape[1] * 4, x.shape[2] // 2, x.shape[3] // 2], blocksize=2)
    return None
