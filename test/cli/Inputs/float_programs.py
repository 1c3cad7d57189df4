"""What softmax.s and layernorm.s read and must write, computed in double.   float_programs.py prepare|softmax|layernorm DIR"""
import pathlib
import sys

import numpy as np


def prepare(folder):
    random = np.random.default_rng(2)
    x = random.normal(0, 4, (16, 16))
    x[1] *= 20        # one number outweighs all others
    x[2] = 3.25       # all the same
    x[3] -= 1000      # exp of it is 0
    np.save(folder / "x.npy", x.astype(np.float32))
    np.save(folder / "gamma.npy", random.normal(1, 0.5, 16).astype(np.float32))
    np.save(folder / "beta.npy", random.normal(0, 2, 16).astype(np.float32))


def softmax(folder):
    x = np.load(folder / "x.npy").astype(float)
    e = np.exp(x - x.max(axis=1, keepdims=True))
    near(np.load(folder / "softmax" / "y.npy"), e / e.sum(axis=1, keepdims=True), relative=4e-6, absolute=0)


def layernorm(folder):
    x, gamma, beta = (np.load(folder / f"{name}.npy").astype(float) for name in ("x", "gamma", "beta"))
    d = x - x.mean(axis=1, keepdims=True)
    y = d / np.sqrt((d * d).mean(axis=1, keepdims=True) + 1e-5) * gamma + beta
    near(np.load(folder / "layernorm" / "y.npy"), y, relative=1e-5, absolute=2e-5)


def near(got, expected, relative, absolute):
    """f32's rounding, as often as the program rounds; what f32 does not have may be 0."""
    error = np.abs(got - expected) - relative * np.abs(expected) - max(absolute, 1e-38)
    if got.dtype != np.float32 or got.shape != expected.shape or not (error <= 0).all():
        sys.exit(f"differs:\n{got}\nexpected:\n{expected}")
    print("largest difference", np.abs(got - expected).max())


if __name__ == "__main__":
    {"prepare": prepare, "softmax": softmax, "layernorm": layernorm}[sys.argv[1]](pathlib.Path(sys.argv[2]))
