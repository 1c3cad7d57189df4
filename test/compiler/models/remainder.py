"""A network of one Mod of floats, operands of all magnitudes for it, and what it computes held against numpy.fmod.

remainder.py make|check FOLDER
"""
import pathlib
import sys

import numpy as np

COUNT = 4096
SPECIAL = np.array([0x00000000, 0x80000000, 0x00000001, 0x007fffff, 0x00800000, 0x3f800000, 0x7f7fffff, 0xff7fffff,
                    0x7f800000, 0xff800000, 0x7fc00000, 0x4b800000], np.uint32)


def operands():
    """Every pair of special numbers, random bits, and pairs of near and of equal magnitude."""
    random = np.random.default_rng(7)
    a, b = random.integers(0, 1 << 32, (2, COUNT), np.uint32)
    pairs = len(SPECIAL) ** 2
    a[:pairs], b[:pairs] = np.repeat(SPECIAL, len(SPECIAL)), np.tile(SPECIAL, len(SPECIAL))
    near = slice(pairs, COUNT // 2)
    b[near] = (a[near] & 0x7f800000) + random.integers(-(1 << 26), 1 << 24, b[near].shape) & 0xffffffff
    return a.view(np.float32), b.view(np.float32)


def make(folder):
    from onnx import TensorProto, helper, save
    value = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [COUNT]) for n in "aby"]
    graph = helper.make_graph([helper.make_node("Mod", ["a", "b"], ["y"], name="mod", fmod=1)], "mod", value[:2], value[2:])
    folder.mkdir(parents=True, exist_ok=True)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "mod.onnx")
    for name, values in zip("ab", operands()):
        np.save(folder / f"{name}.npy", values)


def check(folder):
    with np.errstate(invalid="ignore"):
        wanted = np.fmod(*operands())
    have = np.load(folder / "y.npy")
    wrong = np.where((have.view(np.uint32) != wanted.view(np.uint32)) & ~(np.isnan(have) & np.isnan(wanted)))[0]
    for i in wrong[:10]:
        a, b = operands()
        print(f"fmod({a[i]!r}, {b[i]!r}) is {have[i]!r} instead of {wanted[i]!r}")
    print(f"{COUNT} remainders, {len(wrong)} wrong")


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
