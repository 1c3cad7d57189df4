"""Helper of new_instruction.test: adds the example's instruction to a copy of a machine, writes a program that uses it on
random operands, and says with numpy what it must compute.

  new_instruction.py add EXAMPLE MACHINE       puts EXAMPLE's instruction into the file of MACHINE
  new_instruction.py program FOLDER MACHINE    FOLDER/program.s and FOLDER/expected.npy
  new_instruction.py check FOLDER              FOLDER/out/y.npy is FOLDER/expected.npy
"""
import pathlib
import sys

import numpy as np
import yaml

OPERANDS, SETS, SEED = 1000, 4, 5
F = np.float32


def add(example, machine):
    section = pathlib.Path(example).read_text().partition("\ninstructions:\n")[2]
    text = pathlib.Path(machine).read_text()
    if "\ninstructions:\n" not in text:  # else that is the machine's last section
        text += "\ninstructions:\n"
    pathlib.Path(machine).write_text(text + section)


def hard_swish(x, zero_in, scale_in, scale_out, zero_out):
    """In f32, one rounding an operation."""
    x = (x.astype(F) - zero_in) * scale_in
    gate = np.clip(x * F(0.16666667) + F(0.5), F(0), F(1))
    return np.clip(np.rint(x * gate * scale_out) + zero_out, -128, 127).astype(np.int8)


def program(folder, machine):
    """Loads the operands, four times with other lane registers applies the instruction, stores all results."""
    cols = yaml.safe_load(pathlib.Path(machine).read_text())["machine"]["array"]["cols"]
    random = np.random.default_rng(SEED)
    x = random.integers(-128, 128, OPERANDS).astype(np.int8)
    assert OPERANDS % cols == 0
    rows = OPERANDS // cols
    lines = [f".machine {pathlib.Path(machine).stem}", ".text", "  addi r1, r0, x", "  addi r2, r0, y",
             "  gen g0.0, 1, 0, keep=0", f"  gen g1.0, {rows}, {cols}, keep=0",
             f"  ld [0, g0], [r1, g0], {OPERANDS} post(vector)"]
    expected = []
    for turn in range(SETS):
        values = [F(random.integers(-128, 128)), F(random.uniform(0.001, 0.2)), F(random.uniform(2, 200)),
                  F(random.integers(-128, 128))]
        expected.append(hard_swish(x, *values))
        lines += [f"  vset l{lane}, {value.view(np.int32)}" + (" wait(load)" if turn + lane == 0 else "")
                  for lane, value in enumerate(values)]
        wait = " wait(store)" if turn else ""  # all results take the same place, one after the other
        lines += [f"  vhardswish [{OPERANDS}, g1], [0, g1], zero_in=l0, scale_in=l1, scale_out=l2, zero_out=l3{wait} post(store)",
                  f"  st [r2 + {turn * OPERANDS}, g0], [{OPERANDS}, g0], {OPERANDS} wait(vector) post(vector)"]
    lines += ["  sync", "  halt", ".data", "x:"]
    lines += ["  .byte " + ", ".join(map(str, x[i:i + 20])) for i in range(0, OPERANDS, 20)]
    lines += [".bss", "y:", f"  .space {SETS * OPERANDS}",
              f".output y, type=i8, shape={SETS}x{OPERANDS}, layout=plain, address=y"]
    folder = pathlib.Path(folder)
    (folder / "program.s").write_text("\n".join(lines) + "\n")
    np.save(folder / "expected.npy", np.stack(expected))


def check(folder):
    folder = pathlib.Path(folder)
    got, expected = np.load(folder / "out" / "y.npy"), np.load(folder / "expected.npy")
    wrong = int((got != expected).sum())
    print(f"{expected.size} results, {wrong} differ")
    assert got.shape == expected.shape and wrong == 0
    assert len(np.unique(expected)) > 100, "the operands show next to nothing"


if __name__ == "__main__":
    {"add": add, "program": program, "check": check}[sys.argv[1]](*sys.argv[2:])
