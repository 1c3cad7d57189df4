"""What the programs of examples.test read and must write, computed independently.   examples.py prepare|hello|matmul|larger DIR"""
import pathlib
import sys

import numpy as np


def prepare(folder):
    random = np.random.default_rng(1)
    np.save(folder / "x.npy", (random.integers(-128, 128, (16, 16)) / 16).astype(np.float32))
    for name in "uw":
        np.save(folder / f"{name}.npy", random.standard_normal((16, 16)).astype(np.float32))
    for name in "ab":
        np.save(folder / f"{name}.npy", random.integers(-128, 128, (16, 16), dtype=np.int8))


def hello(folder):
    """Means of neighbours, in steps of 1/16: ties to even, then column n's bias of n steps."""
    x = np.load(folder / "x.npy").astype(float) * 16
    right = np.concatenate([x[:, 1:], np.zeros((16, 1))], axis=1)
    steps = np.clip(np.rint((x + right) / 2 + np.arange(16)), -128, 127)
    same(np.load(folder / "hello" / "y.npy"), (steps / 16).astype(np.float32))


def matmul(folder):
    """Exact products and sums, but for the 16 roundings of each chain; its bits are those of simulator_test."""
    u, w = (np.load(folder / f"{name}.npy").astype(float) for name in "uw")
    got = np.load(folder / "matmul" / "y.npy")
    bound = 16 * 2.0**-24 * (abs(u) @ abs(w))
    if got.dtype != np.float32 or (abs(got - np.maximum(u @ w, 0)) > bound).any() or not (got > 0).any():
        sys.exit(f"differs:\n{got}\nexpected:\n{np.maximum(u @ w, 0)}")


def larger(folder):
    same(np.load(folder / "larger" / "y.npy"), np.maximum(np.load(folder / "a.npy"), np.load(folder / "b.npy")))


def same(got, expected):
    if got.dtype != expected.dtype or not np.array_equal(got, expected):
        sys.exit(f"differs:\n{got}\nexpected:\n{expected}")


if __name__ == "__main__":
    {"prepare": prepare, "hello": hello, "matmul": matmul, "larger": larger}[sys.argv[1]](pathlib.Path(sys.argv[2]))
