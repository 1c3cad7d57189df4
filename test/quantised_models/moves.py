"""What moves elements, and selects them."""
import numpy as np


def concat(n, x):
    axis = n.integer(0, x.rank - 1)
    others = [n.given([n.integer(1, 5) if i == axis else d for i, d in enumerate(x.shape)], x.kind) for _ in range(n.integer(1, 2))]
    tensors = [x, *others] if n.chance(0.5) else [*others, x]
    result = [sum(t.shape[axis] for t in tensors) if i == axis else d for i, d in enumerate(x.shape)]

    def real():
        return n.op("Concat", *[t.real for t in tensors], axis=axis)
    if n.chance(0.5):
        return n.operator(x.kind, real, lambda s, z: n.op("QLinearConcat", s, z, *[i for t in tensors for i in (t.integers, t.scale, t.zero)],
                                                  axis=axis), result)
    return n.quantised(real(), result)


def transpose(n, x):
    order = [int(i) for i in n.random.permutation(x.rank)]
    return n.quantised(n.op("Transpose", x.real, perm=order), [x.shape[i] for i in order])


def reshape(n, x):
    axis = n.integer(0, x.rank)
    before, behind = int(np.prod(x.shape[:axis])), int(np.prod(x.shape[axis:]))
    shape = n.choice([[before, behind], [1, before, behind], [1, before, behind, 1], [before, 1, behind]])
    return n.quantised(n.op("Reshape", x.real, np.int64(shape)), shape)


def cut(n, x):
    starts = [n.integer(0, d - 1) for d in x.shape]
    steps = [n.integer(1, 2) for _ in x.shape]
    shape = [(d - a + s - 1) // s for d, a, s in zip(x.shape, starts, steps)]
    axes = list(range(x.rank))
    return n.quantised(n.op("Slice", x.real, np.int64(starts), np.int64(x.shape), np.int64(axes), np.int64(steps)), shape)


def pad(n, x):
    before, behind = ([n.integer(0, 2) for _ in x.shape] for _ in range(2))
    shape = [a + d + b for a, d, b in zip(before, x.shape, behind)]
    return n.quantised(n.op("Pad", x.real, np.int64(before + behind), n.uniform(-0.5, 0.5)[()]), shape)


def gather(n, x):
    axis, count = n.integer(0, x.rank - 1), n.integer(1, 6)
    rows = n.random.integers(0, x.shape[axis], count).astype(np.int64)
    picked = n.input_array(rows) if n.chance(0.5) else n.constant(rows)
    return n.quantised(n.op("Gather", x.real, picked, axis=axis), [count if i == axis else d for i, d in enumerate(x.shape)])


def resize(n, x):
    if x.rank != 4:
        return None
    scales = [1, 1, n.integer(1, 2), n.integer(1, 2)]
    y = n.op("Resize", x.real, None, np.float32(scales), mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    return n.quantised(y, [d * s for d, s in zip(x.shape, scales)])


ALL = [concat, concat, transpose, reshape, cut, pad, gather, resize]
